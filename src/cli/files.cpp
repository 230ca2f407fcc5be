#include "cli/files.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cctype>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

#include "gradproof/report.hpp"

namespace gradproof::inline v0::cli {

int complain(const std::string& message, int code) {
  // What a bad file holds must not reach the terminal as it is.
  std::string safe;
  for (const char c : message) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) safe += fmt::format("\\x{:02x}", byte);
    else safe += c;
  }
  fmt::print(stderr, "gradproof: {}\n", safe);
  return code;
}

std::optional<std::string> read_text(const std::string& file) {
  std::string text;
  if (file == "-") {
    // It can be read once, and is asked for twice where what it is decides how it is read.
    static const std::string all(std::istreambuf_iterator<char>(std::cin), {});
    text = all;
  } else {
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
      complain("there is no file " + file);
      return {};
    }
    // Looked at before it is opened: a pipe without a writer would hold us up.
    const bool regular = std::filesystem::is_regular_file(file, error);
    std::ifstream in;
    if (regular) in.open(file, std::ios::binary);
    if (!regular || !in) {
      complain(file + " can't be read as a file; - reads standard input");
      return {};
    }
    text.assign(std::istreambuf_iterator<char>(in), {});
  }
  return text;
}

std::optional<Document> read_document(const std::string& file) {
  const auto text = read_text(file);
  if (!text) return {};
  auto document = parse(*text);
  if (document) return *std::move(document);
  const ParseError& e = document.error();
  complain(fmt::format("{}:{}:{}: {}", file, e.line, e.column, e.what()));
  return {};
}

bool writable(const std::string& file) {
  if (file.empty() || file == "-") return true;
  const bool was_there = std::filesystem::exists(file);
  std::FILE* f = std::fopen(file.c_str(), "a");
  if (f == nullptr) return false;
  std::fclose(f);
  if (!was_there) std::filesystem::remove(file);
  return true;
}

bool write_file(const std::string& file, const std::string& text) {
  if (file == "-") return std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.flush();
  return static_cast<bool>(out);
}

// Letters and digits of the target: "py:dir/grl.py:GRL" becomes "py-dir-grl-py-GRL", and so keeps layers of one name in
// different folders apart.
std::string slug(const std::string& target) {
  constexpr std::size_t longest = 120;
  std::string s;
  for (const char c : target)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) s += c;
    else if (!s.empty() && s.back() != '-') s += '-';
  return s.size() > longest ? s.substr(s.size() - longest) : s;
}

namespace {

Document document_of(const Report& report, const Counterexample& e) {
  Document d{{{"subject", report.subject.target},
              {"property", e.property},
              {"dtype", std::string(format(e.minimal.dtype).name)}},
             e.minimal.graph};
  if (e.minimal.layout != Layout::contiguous)
    d.metadata.emplace_back("layout", std::string(name(e.minimal.layout)));
  if (!e.minimal.contract.empty()) d.metadata.emplace_back("contract", e.minimal.contract);
  if (e.minimal.rank != 2) d.metadata.emplace_back("rank", std::to_string(e.minimal.rank));
  if (!report.diagnosis.cause.empty()) d.metadata.emplace_back("cause", report.diagnosis.cause);
  return d;
}

// Where a script in the folder finds the author's file. Both may be moved together where the file's name is relative.
Source source_of(const std::string& text, const std::string& folder) {
  const auto target = parse_target(text);
  if (!target || target->file.empty() || target->kind == Target::Kind::running) return {};
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path file = target->file;
  // A program in C does not know where its own text lies.
  if (file.is_absolute() || target->kind == Target::Kind::plugin)
    return {fs::absolute(file, error).lexically_normal().string(), target->name};
  const fs::path near = fs::relative(file, folder, error);
  return {error || near.empty() ? fs::absolute(file, error).string() : near.string(), target->name};
}

}  // namespace

void write_counterexamples(Report& report, const std::string& folder) {
  if (report.counterexamples.empty() || folder.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  std::map<std::string, int> of_property;
  for (Counterexample& e : report.counterexamples) {
    std::string stem = folder + "/" + slug(report.subject.target) + "-" + e.property;
    if (const int n = ++of_property[e.property]; n > 1) stem += "-" + std::to_string(n);
    const auto written = [&](const std::string& file, const std::string& text) {
      if (!error && write_file(file, text)) return true;
      complain("can't write " + file + "; give another folder with --failures DIR");
      return false;
    };
    if (!written(stem + ".graph", print(document_of(report, e)))) return;
    e.replay_file = stem + ".graph";
    const auto script = script_of(report, e, source_of(report.subject.target, folder));
    if (!script) continue;
    if (!written(stem + "." + script->extension, script->text)) return;
    e.script_file = stem + "." + script->extension;
  }
}

std::optional<Case> case_of(const Document& document) {
  Case c{document.graph};
  if (const auto d = document.find("dtype")) {
    const auto dtype = find_dtype(*d);
    if (!dtype) return complain("@dtype " + *d + ": the dtypes are f16, bf16, f32 and f64"), std::nullopt;
    c.dtype = *dtype;
  }
  if (const auto l = document.find("layout")) {
    const auto layout = find_layout(*l);
    if (!layout)
      return complain("@layout " + *l +
                      ": the layouts are contiguous, transposed, strided, offset and expanded"),
             std::nullopt;
    c.layout = *layout;
  }
  if (const auto r = document.find("rank")) {
    if (r->size() != 1 || (*r)[0] < '0' || (*r)[0] > '4')
      return complain("@rank " + *r + ": a rank from 0 to 4"), std::nullopt;
    c.rank = (*r)[0] - '0';
  }
  if (const auto contract = document.find("contract")) {
    const bool clips = contract->starts_with("clip ") && Literal::parse(contract->substr(5));
    if (!clips && !contract->starts_with("schedule") && *contract != "training")
      return complain("@contract " + *contract +
                      ": the contract of a case is `clip` and a number, schedule or training"),
             std::nullopt;
    c.contract = *contract;
  }
  return c;
}

std::string environment_text() {
  utsname system{};
  std::string text =
    uname(&system) == 0 ? fmt::format("{} {} {}", system.sysname, system.release, system.machine) : "";
#ifdef __clang__
  return text + ", clang " __clang_version__;
#else
  return text + ", g++ " __VERSION__;
#endif
}

Launch launch_of(const Common& common) {
  Launch launch;
  launch.self = common.self;
  launch.python = common.python;
  launch.node = common.node;
  launch.adapters = common.adapters;
  launch.start = std::chrono::milliseconds(static_cast<std::int64_t>(common.start_seconds * 1000));
  launch.reply = std::chrono::milliseconds(static_cast<std::int64_t>(common.reply_seconds * 1000));
  launch.memory = common.memory;
  return launch;
}

namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Progress::Progress(const Common& common) : on_(!common.quiet && isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (shown_) fmt::print(stderr, "\r\x1b[K");
}

void Progress::show(const std::string& what, std::size_t done, std::size_t of) {
  // The first of its kind is shown at once.
  if (done == 0) last_ = 0;
  show(of == 0 ? what + " ..." : fmt::format("{}: {} of {}", what, done, of));
}

void Progress::show(const std::string& line) {
  // Ten times a second is as fast as anyone reads.
  if (!on_ || now() - last_ < 0.1) return;
  last_ = now();
  shown_ = true;
  fmt::print(stderr, "\r\x1b[K{}", line);
  std::fflush(stderr);
}

bool colored() {
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == '\0');
}

}  // namespace gradproof::inline v0::cli
