// The catalogue on random graphs, and on one.
#include <algorithm>
#include <thread>

#include "examine.hpp"
#include "verify/battery.hpp"
#include "verify/diagnose.hpp"
#include "verify/session.hpp"

namespace gradproof {

namespace {

bool wanted(const Property& p, const PropertiesOptions& options) {
  if (options.properties.empty()) return p.tier <= options.tier;
  return std::ranges::find(options.properties, p.id) != options.properties.end();
}

// Every property that was asked for must have been decided at least once: a run that looked at nothing is no
// pass.
void conclude(Report& report, bool interrupted) {
  report.interrupted = interrupted;
  std::vector<std::string> silent;
  for (const Tally& t : report.tallies)
    if (t.decided() == 0) silent.push_back(t.property);
  if (!report.counterexamples.empty()) report.conclusion = Conclusion::not_verified;
  else if (interrupted) report.reason = "interrupted; what was tried until then holds";
  else if (report.tallies.empty()) report.reason = "no property was run";
  else if (!silent.empty())
    report.reason = silent.front() + " was never decided; more graphs, or another subject, are needed";
  else report.conclusion = Conclusion::verified;
}

Examined on_layer_cases(Subject& subject, const Property& p, const PropertiesOptions& options,
                        std::optional<double> fixed_lambda) {
  Tallying tallying(p, options.dtype);
  Examined result;
  const std::vector<Case> cases = p.looks == Looks::at_its_life
                                    ? life_cases(options.dtype, options.seed, fixed_lambda)
                                    : layer_cases(options.dtype, options.seed, fixed_lambda);
  for (const Case& c : cases) {
    const Finding f = p.check(subject, c);
    tallying.add(f);
    if (f.outcome != Outcome::fails) continue;
    result.counterexample = shrunk(subject, p, c, f);
    break;
  }
  result.tally = tallying.tally();
  return result;
}

Examined run_one(Subject& subject, const Property& p, const PropertiesOptions& options, const Hello& hello) {
  // Properties of the layer have cases of their own; random graphs never are one.
  if (p.looks != Looks::at_graphs) return on_layer_cases(subject, p, options, hello.fixed_lambda);
  Examination e;
  e.seed = options.seed;
  e.graphs = options.graphs;
  e.dtype = options.dtype;
  e.stop = options.stop;
  e.jobs = options.jobs;
  const bool engine = hello.adapter.empty();
  if (!engine || options.dtype != Dtype::f64) {
    e.exact = graph_recipe(Family::exact, options.dtype, hello.ops);
    e.smooth = graph_recipe(Family::smooth, options.dtype, hello.ops);
    e.exact.lambda_operand = e.smooth.lambda_operand = engine;
  }
  e.progress = [&](std::uint64_t done) {
    if (options.progress) options.progress(std::string(p.id), done, options.graphs);
  };
  return examine(subject, p, e);
}

}  // namespace

std::size_t all_cores() { return std::max(1U, std::thread::hardware_concurrency()); }

Report run_properties(const Target& target, const Launch& launch, const PropertiesOptions& options) {
  Report report;
  report.command = "properties";
  report.seed = options.seed;
  if (options.properties.empty()) report.tier = options.tier;
  with_subject(target, launch, report, [&](Subject& subject, const Hello& hello) {
    const auto stopped = [&] { return options.stop != nullptr && options.stop->load(); };
    for (const Property* p : catalogue()) {
      if (stopped()) break;
      if (!wanted(*p, options)) continue;
      Examined x = run_one(subject, *p, options, hello);
      report.cases += x.tally.decided() + x.tally.undecided + x.tally.not_applicable;
      report.tallies.push_back(std::move(x.tally));
      if (x.counterexample) report.counterexamples.push_back(*std::move(x.counterexample));
    }
    conclude(report, stopped());
    if (!report.counterexamples.empty() && !report.interrupted)
      report.diagnosis = diagnose(subject, report.counterexamples, hello.fixed_lambda);
  });
  return report;
}

Report replay(const Target& target, const Launch& launch, const Case& c, const std::string& property) {
  Report report;
  report.command = "replay";
  with_subject(target, launch, report, [&](Subject& subject, const Hello& hello) {
    std::string why;
    for (const Property* p : catalogue()) {
      if (!property.empty() && p->id != property) continue;
      Tallying tallying(*p, c.dtype);
      const Finding f = p->check(subject, c);
      tallying.add(f);
      ++report.cases;
      report.tallies.push_back(tallying.tally());
      if (f.outcome == Outcome::holds && report.conclusion == Conclusion::inconclusive)
        report.conclusion = Conclusion::verified;
      if (why.empty()) why = f.reason;
      if (f.outcome != Outcome::fails) continue;
      report.conclusion = Conclusion::not_verified;
      report.counterexamples.push_back({std::string(p->id), c, f, reader_nodes(c.graph), 0, ""});
    }
    if (report.conclusion == Conclusion::inconclusive) report.reason = "nothing could be decided: " + why;
    if (!report.counterexamples.empty())
      report.diagnosis = diagnose(subject, report.counterexamples, hello.fixed_lambda);
  });
  return report;
}

}  // namespace gradproof
