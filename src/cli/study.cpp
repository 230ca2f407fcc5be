// gradproof study.
#include <fmt/format.h>

#include <chrono>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "gradproof/condition.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/study.hpp"

namespace gradproof::inline v0::cli {

namespace {

// The graph of a file, or a random one.
struct Studied {
  Graph graph;
  std::string source;
};
std::optional<Studied> studied(const StudyArguments& a) {
  if (!a.file.empty() && a.seed) return complain("a file and --seed are two graphs; name one"), std::nullopt;
  if (!a.file.empty()) {
    auto document = read_document(a.file);
    if (!document) return {};
    return Studied{std::move(document->graph), a.file == "-" ? "standard input" : a.file};
  }
  if (!a.seed) return complain("name a .graph file, or a random graph by --seed"), std::nullopt;
  return Studied{random_graph(*a.seed, 0), fmt::format("the random graph of seed {}", *a.seed)};
}

std::optional<std::vector<Dtype>> dtypes_named(const std::vector<std::string>& words) {
  std::vector<Dtype> dtypes;
  for (const std::string& word : words) {
    const auto dtype = find_dtype(word);
    if (!dtype) return complain("--dtype " + word + ": the dtypes are f16, bf16, f32 and f64"), std::nullopt;
    dtypes.push_back(*dtype);
  }
  return dtypes;
}

// Whether a file can be written to that is not the one that is read.
bool spares(const std::string& written, const std::string& read) {
  if (!written.empty() && written != "-" && written == read)
    return complain(written + " would be overwritten, and is what is read"), false;
  return writable(written) || (complain("can't write " + written), false);
}

}  // namespace

int study_steps(const Common& common, const StudyArguments& a) {
  const auto what = studied(a);
  if (!what) return Exit::usage;
  StepOptions options;
  options.digits = a.digits.value_or(options.digits);
  if (a.wrt && a.wrt->empty()) return complain("--wrt names an input, or an entry such as x[0,1]");
  options.wrt = a.wrt.value_or("");
  if (!a.dtypes.empty()) {
    const auto dtypes = dtypes_named(a.dtypes);
    if (!dtypes) return Exit::usage;
    options.dtypes = *dtypes;
  }
  if (!common.json.empty() && common.json == a.html)
    return complain("--json and --html can't both go to " + a.html);
  for (const std::string& file : {common.json, a.html})
    if (!spares(file, a.file)) return Exit::usage;
  const NothingToShow until_it_is_done;
  StepStudy study = gradproof::study_steps(what->graph, options);
  study.version = GRADPROOF_VERSION;
  study.source = what->source;
  if (study.bad_input) return complain(study.trouble);
  if (common.json != "-") fmt::print("{}", to_text(study));
  if (!common.json.empty() && !write_file(common.json, to_json(study)))
    return complain("can't write " + common.json);
  if (!a.html.empty() && !write_file(a.html, to_html(study))) return complain("can't write " + a.html);
  return has_result(study) ? Exit::holds : Exit::inconclusive;
}

int study_precision(const Common& common, const PrecisionArguments& a) {
  const auto what = studied(a.graph);
  if (!what) return Exit::usage;
  PrecisionOptions options;
  if (!a.digits.empty()) options.digits = a.digits;
  options.clock = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
  if (!spares(common.json, a.graph.file)) return Exit::usage;
  const NothingToShow until_it_is_done;
  PrecisionStudy study = gradproof::study_precision(what->graph, options);
  study.version = GRADPROOF_VERSION;
  study.source = what->source;
  if (study.bad_input) return complain(study.trouble);
  if (common.json != "-") fmt::print("{}", to_text(study));
  if (!common.json.empty() && !write_file(common.json, to_json(study)))
    return complain("can't write " + common.json);
  return has_result(study) ? Exit::holds : Exit::inconclusive;
}

int study_condition(const Common& common, const ConditionArguments& a) {
  const auto target = parse_target(a.subject);
  if (!target) return complain(target.error().message);
  const auto dtypes = dtypes_named({a.dtype});
  if (!dtypes) return Exit::usage;
  if (!writable(common.json)) return complain("can't write " + common.json);
  ConditionOptions options;
  options.seed = a.seed;
  options.graphs = a.graphs;
  options.dtype = dtypes->front();
  options.stop = &stop;
  ConditionStudy study = [&] {
    Progress progress(common);
    options.progress = [&](const std::string& words, std::size_t done, std::size_t of) {
      progress.show(words, done, of);
    };
    return gradproof::study_condition(*target, launch_of(common), options);
  }();
  study.report.version = GRADPROOF_VERSION;
  if (common.json != "-") fmt::print("{}", to_text(study));
  if (!common.json.empty() && !write_file(common.json, to_json(study)))
    return complain("can't write " + common.json);
  if (study.report.interrupted) return Exit::inconclusive;
  return exit_code(study.report.conclusion);
}

}  // namespace gradproof::inline v0::cli
