// The catalogue on random graphs, and on one.
#include <algorithm>
#include <thread>

#include "examine.hpp"
#include "schedule.hpp"
#include "training.hpp"
#include "verify/battery.hpp"
#include "verify/diagnose.hpp"
#include "verify/session.hpp"

namespace gradproof::inline v0 {

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

// Of what has cases of its own; random graphs are none of these.
std::vector<Case> own_cases(Looks looks, const PropertiesOptions& options,
                            std::optional<double> fixed_lambda) {
  switch (looks) {
    case Looks::at_graphs: break;
    case Looks::at_the_layer: return layer_cases(options.dtype, options.seed, fixed_lambda);
    case Looks::at_its_life: return life_cases(options.dtype, options.seed, fixed_lambda);
    case Looks::at_a_schedule: return schedule_cases(options.dtype, {});
    case Looks::at_training: return training_cases(options.dtype, options.seed, fixed_lambda);
  }
  return {};
}

// A layer is no schedule, which is asked for by a contract of its own; the engine is anything.
bool can_be_asked(const Property& p, const Hello& hello) {
  return p.looks != Looks::at_a_schedule || hello.adapter.empty();
}

// Whether a property speaks of what a case was opened for; of a layer, unless its contract says otherwise.
bool fits(const Property& p, const std::string& contract) {
  if (contract == "schedule") return p.looks == Looks::at_a_schedule;
  return contract != trains_itself || p.looks == Looks::at_training;
}

Examined on_layer_cases(Subject& subject, const Property& p, const PropertiesOptions& options,
                        std::optional<double> fixed_lambda) {
  Tallying tallying(p, options.dtype);
  Examined result;
  for (const Case& c : own_cases(p.looks, options, fixed_lambda)) {
    const Finding f = p.check(subject, c);
    tallying.add(f);
    if (f.outcome != Outcome::fails) continue;
    result.counterexample = shrunk(subject, p, c, f);
    break;
  }
  result.tally = tallying.tally();
  return result;
}

// What properties of graphs are examined on: the same graphs for each of them.
Examination examination_of(const PropertiesOptions& options, const Hello& hello) {
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
  return e;
}

Examined run_one(Subject& subject, const Property& p, const PropertiesOptions& options, const Hello& hello) {
  // Properties of the layer have cases of their own; random graphs never are one.
  if (p.looks != Looks::at_graphs) return on_layer_cases(subject, p, options, hello.fixed_lambda);
  Examination e = examination_of(options, hello);
  e.progress = [&](std::uint64_t done) {
    if (options.progress) options.progress(std::string(p.id), done, options.graphs);
  };
  return examine(subject, p, e);
}

// Those of the graphs that the most enduring property was tried on: the others saw the first of them.
Census census_of(const Examination& e, std::uint64_t graphs) {
  Census census;
  for (std::uint64_t i = 0; i < graphs; ++i) census.add(quantized(nth_graph(e, i), e.dtype));
  return census;
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
    std::uint64_t graphs = 0;
    for (const Property* p : catalogue()) {
      if (stopped()) break;
      if (!wanted(*p, options) || !can_be_asked(*p, hello)) continue;
      Examined x = run_one(subject, *p, options, hello);
      const std::size_t cases = x.tally.decided() + x.tally.undecided + x.tally.not_applicable;
      report.cases += cases;
      if (p->looks == Looks::at_graphs) graphs = std::max<std::uint64_t>(graphs, cases);
      report.tallies.push_back(std::move(x.tally));
      if (x.counterexample) report.counterexamples.push_back(*std::move(x.counterexample));
    }
    if (graphs > 0) report.census[options.dtype] = census_of(examination_of(options, hello), graphs);
    conclude(report, stopped());
    if (!report.counterexamples.empty() && !report.interrupted)
      report.diagnosis = diagnose(subject, report.counterexamples, hello.fixed_lambda);
  });
  return report;
}

Report replay(const Target& target, const Launch& launch, const Case& c, const std::string& property) {
  Report report;
  report.command = "replay";
  // What the subject is opened as: the first word of the case's contract, where that is no layer's.
  std::string contract = c.contract.substr(0, c.contract.find(' '));
  if (contract == "clip") contract.clear();
  with_subject(
    target, launch, report,
    [&](Subject& subject, const Hello& hello) {
      std::string why;
      for (const Property* p : catalogue()) {
        if ((!property.empty() && p->id != property) || !fits(*p, contract)) continue;
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
      if (report.counterexamples.empty()) return;
      if (contract.empty()) report.diagnosis = diagnose(subject, report.counterexamples, hello.fixed_lambda);
      else report.diagnosis.headline = headline(report.counterexamples.front());
    },
    contract);
  return report;
}

}  // namespace gradproof::inline v0
