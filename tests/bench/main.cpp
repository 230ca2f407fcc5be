// gradproof_bench: what values and gradients cost, beside the floor and beside other people's programs.
#include <fmt/format.h>
#include <regex.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "enclosed.hpp"
#include "floor.hpp"
#include "machine.hpp"
#include "memory.hpp"
#include "ours.hpp"
#include "peers.hpp"
#include "run.hpp"
#include "sweep.hpp"
#include "targets.hpp"
#include "throughput.hpp"

using namespace gradproof::bench;

namespace {

constexpr int wrong_use = 2;

constexpr const char* usage = R"(usage: ./dev bench [--quick] [--filter REGEX] [--json FILE]

  --quick         under a minute: fewer repetitions and digits, and not the largest jobs
  --filter REGEX  only what matches: names are JOB/DIGITS/SUBJECT/QUANTITY, such as
                  "job A/50/gradproof/value+gradient"; an extended regular expression
  --json FILE     write the figures there too
)";

struct Options {
  bool quick = false;
  std::string filter, json;
};

// Which names are wanted.
class Filter {
 public:
  // Nothing when the expression is none.
  static std::optional<Filter> make(const std::string& expression) {
    Filter f;
    auto* compiled = new regex_t;
    if (regcomp(compiled, expression.c_str(), REG_EXTENDED | REG_NOSUB) != 0) {
      delete compiled;
      return {};
    }
    f.expression_ = {compiled, [](regex_t* r) { regfree(r), delete r; }};
    return f;
  }
  [[nodiscard]] bool wants(const std::string& name) const {
    return regexec(expression_.get(), name.c_str(), 0, nullptr, 0) == 0;
  }

 private:
  std::shared_ptr<regex_t> expression_;
};

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const auto value = [&](std::string& into) {
      if (i + 1 == argc) return false;
      into = argv[++i];
      return true;
    };
    if (argument == "--quick") options.quick = true;
    else if (argument == "--filter" && value(options.filter)) continue;
    else if (argument == "--json" && value(options.json)) continue;
    else return {};
  }
  return options;
}

std::vector<Subject> wanted_subjects(const Options& options, const Filter& filter) {
  const std::vector<int> digits = options.quick ? std::vector{16, 50, 100} : std::vector{16, 50, 100, 1000};
  std::vector<Subject> wanted;
  for (const auto& part :
       {floors(digits), ours(digits), enclosed(digits), peers(), sweep(options.quick), throughput()})
    for (const Subject& s : part)
      if (filter.wants(full_name(s))) wanted.push_back(s);
  return wanted;
}

// Job after job in the order in which they first come, and the digits of each in order.
void sort(std::vector<Entry>& entries) {
  std::vector<std::string> jobs;
  for (const Entry& e : entries)
    if (std::ranges::find(jobs, e.job) == jobs.end()) jobs.push_back(e.job);
  const auto place = [&](const Entry& e) {
    return std::pair(std::ranges::find(jobs, e.job) - jobs.begin(), e.digits);
  };
  std::ranges::stable_sort(entries, {}, place);
}

// The time of one item, as items in a second.
void add_rates(std::vector<Entry>& entries) {
  for (Entry& e : entries)
    if (e.median_ns && (e.job == "random graphs" || e.job == "PyTorch layer")) {
      e.amount = 1e9 / *e.median_ns;
      e.unit = "a second";
    }
}

int bench(const Options& options, const Filter& filter) {
  // Opened before minutes of work go into what can't be written.
  std::ofstream file;
  if (!options.json.empty()) {
    file.open(options.json);
    if (!file.is_open()) {
      fmt::print(stderr, "{} can't be opened for writing\n", options.json);
      return wrong_use;
    }
  }
  std::vector<Entry> all = machine();
  const std::vector<Subject> subjects = wanted_subjects(options, filter);
  const Pace pace = options.quick ? Pace{.repetitions = 3, .least_seconds = 0.02} : Pace{};
  all.push_back(
    {.job = "machine",
     .digits = 0,
     .subject = "repetitions",
     .quantity = "machine",
     .text = fmt::format("{} of each subject, at least {:g} s each", pace.repetitions, pace.least_seconds)});
  Timed timed = time_all(subjects, pace);
  compare_with_floor(timed.entries);
  add_rates(timed.entries);
  for (const Subject& s : subjects) {
    if (s.job == sweep_name)
      for (Entry& e : correct_digits(s)) timed.entries.push_back(std::move(e));
    if (s.name == enclosed_name && s.quantity == with_gradient)
      for (Entry& e : enclosure_quality(s)) timed.entries.push_back(std::move(e));
  }
  for (const MemoryJob& job : memory_jobs(options.quick))
    if (filter.wants(fmt::format("{}/{}/{}/peak_bytes", job.job, job.digits, our_name)))
      for (Entry& e : measure_memory(job)) timed.entries.push_back(std::move(e));
  sort(timed.entries);
  all.insert(all.end(), timed.entries.begin(), timed.entries.end());
  for (Entry& e : targets(timed.entries))
    if (e.met || options.filter.empty()) all.push_back(std::move(e));
  fmt::print("{}", table(all));
  if (file.is_open()) file << json(all) << std::flush;
  if (!file.good()) {
    fmt::print(stderr, "{} could not be written\n", options.json);
    return 1;
  }
  if (timed.wrong != 0) fmt::print(stderr, "{} subjects do not compute the job\n", timed.wrong);
  if (false_alarms() != 0) fmt::print(stderr, "{} false alarms on random graphs\n", false_alarms());
  return timed.wrong == 0 && false_alarms() == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::string_view(argv[1]) == "--peak")
    return measure_memory_here(argv[2], std::atoi(argv[3]));
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    fmt::print("{}", usage);
    return 0;
  }
  const auto options = parse(argc, argv);
  const auto filter = options ? Filter::make(options->filter) : std::nullopt;
  if (!filter) {
    fmt::print(stderr, "{}", usage);
    return wrong_use;
  }
  return bench(*options, *filter);
}
