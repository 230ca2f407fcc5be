#include "run.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "truth.hpp"

namespace gradproof::inline v0::bench {

namespace {

// On a terminal one line that is written over, elsewhere nothing.
void progress(const std::string& text) {
  if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\033[K{}", text);
}

double median(std::vector<double> v) {
  std::ranges::sort(v);
  const std::size_t half = v.size() / 2;
  return v.size() % 2 == 1 ? v[half] : (v[half - 1] + v[half]) / 2;
}

// Keeps the time of every repetition, and prints nothing.
class Collector : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      if (run.run_type == Run::RT_Iteration)
        nanoseconds_[run.run_name.function_name].push_back(
          run.iterations == 0 ? 0 : time_of(run) * 1e9 / static_cast<double>(run.iterations));
  }
  [[nodiscard]] const std::vector<double>& nanoseconds(const std::string& name) { return nanoseconds_[name]; }

 private:
  // The processor's time, which does not run while somebody else has the processor. Work in another process
  // tells its own time, which Google Benchmark takes for elapsed time.
  static double time_of(const Run& run) {
    const bool elsewhere = run.run_name.time_type.ends_with("manual_time");
    return elsewhere ? run.real_accumulated_time : run.cpu_accumulated_time;
  }
  std::map<std::string, std::vector<double>> nanoseconds_;
};

void add(const std::string& name, const Ready& ready, const Pace& pace) {
  const auto loop = [ready, name](benchmark::State& state) {
    progress("timing " + name);
    for (const auto _ : state) {
      if (ready.seconds_elsewhere) state.SetIterationTime(ready.seconds_elsewhere());
      else ready.work();
    }
  };
  auto* const added = benchmark::RegisterBenchmark(name.c_str(), loop);
  added->MeasureProcessCPUTime()->Repetitions(pace.repetitions)->MinTime(pace.least_seconds);
  if (ready.seconds_elsewhere) added->UseManualTime();
}

Entry skipped(const Subject& s, std::string reason) {
  return {
    .job = s.job, .digits = s.digits, .subject = s.name, .quantity = "skipped", .text = std::move(reason)};
}

// Google Benchmark takes its settings from a command line only.
void run_interleaved(Collector& collector) {
  std::string name = "gradproof_bench", interleaved = "--benchmark_enable_random_interleaving=true";
  char* arguments[] = {name.data(), interleaved.data(), nullptr};
  int count = 2;
  benchmark::Initialize(&count, arguments);
  benchmark::RunSpecifiedBenchmarks(&collector, "all");
  benchmark::Shutdown();
}

}  // namespace

Timed time_all(const std::vector<Subject>& subjects, const Pace& pace) {
  Timed timed;
  Truth truth;
  std::vector<bool> ready_to_run;
  for (const Subject& s : subjects) {
    progress("preparing " + full_name(s));
    auto prepared = s.prepare();
    std::optional<std::string> trouble;
    if (const auto* not_here = std::get_if<NotHere>(&prepared)) trouble = not_here->reason;
    else if (const Ready& ready = std::get<Ready>(prepared); ready.answer) {
      if (const auto wrong = truth.disagreement(s, ready.answer())) {
        trouble = "WRONG: " + *wrong;
        ++timed.wrong;
      }
    }
    ready_to_run.push_back(!trouble);
    if (trouble) timed.entries.push_back(skipped(s, *trouble));
    else add(full_name(s), std::get<Ready>(prepared), pace);
  }
  Collector collector;
  if (std::ranges::count(ready_to_run, true) != 0) run_interleaved(collector);
  progress("");
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    const Subject& s = subjects[i];
    if (ready_to_run[i])
      timed.entries.push_back({.job = s.job,
                               .digits = s.digits,
                               .subject = s.name,
                               .quantity = s.quantity,
                               .median_ns = s.times * median(collector.nanoseconds(full_name(s)))});
  }
  return timed;
}

}  // namespace gradproof::inline v0::bench
