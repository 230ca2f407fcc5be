#include "gradproof/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <map>

#include "catalogue.hpp"
#include "examine.hpp"
#include "gradproof/ops.hpp"
#include "rebuild.hpp"
#include "training.hpp"
#include "verify/battery.hpp"
#include "verify/contract.hpp"
#include "verify/diagnose.hpp"
#include "verify/judge.hpp"
#include "verify/known.hpp"
#include "verify/schedule_run.hpp"
#include "verify/session.hpp"
#include "verify/training_run.hpp"

namespace gradproof::inline v0 {

namespace {

// Whether the layer is judged by the declaration alone, because a reversal can't stand for it in graphs.
bool stated_elsewhere(const Contract& c) {
  return c.kind != Contract::Kind::reversal && c.kind != Contract::Kind::scale;
}

// Everything that a run gathers.
class Verification {
 public:
  Verification(Subject& subject, const Hello& hello, const VerifyOptions& options,
               std::optional<double> fixed_lambda)
      : subject_(subject), hello_(hello), options_(options), fixed_lambda_(fixed_lambda) {}

  void layer(Dtype dtype);
  void contract(Dtype dtype);
  void lives(Dtype dtype);
  void trainings(Dtype dtype);
  void graphs(Dtype dtype, const std::vector<std::string>& ops);
  void conclude(Report& report);

 private:
  static constexpr std::size_t most_examples =
    6;  // distinct properties that get a counterexample of their own

  // The time is up, and what a verdict needs at least has been tried.
  [[nodiscard]] bool late() const {
    return options_.seconds && random_graphs_ >= least_graphs &&
           std::chrono::steady_clock::now() - start_ > std::chrono::duration<double>(*options_.seconds);
  }
  [[nodiscard]] bool stopped() const { return options_.stop != nullptr && options_.stop->load(); }
  [[nodiscard]] bool has_step(Act::Do step) const {
    return std::ranges::find(hello_.steps, name(step)) != hello_.steps.end();
  }
  Outcome judge(const Property& property, const Case& c);
  // Keeps the examples that fail in a fresh process too; where one does not, the smallest graphs and the case as it was
  // first seen are tried in its place.
  void keep_reproducible(std::vector<Counterexample>& examples);
  [[nodiscard]] bool fails_afresh(Counterexample& example, const Case& c);
  void progress(const std::string& what, std::size_t done, std::size_t of) const {
    if (options_.progress) options_.progress(what, done, of);
  }

  Subject& subject_;
  const Hello& hello_;
  const VerifyOptions& options_;
  std::optional<double> fixed_lambda_;
  std::map<std::pair<std::string_view, Dtype>, Tallying> tallies_;
  std::vector<std::pair<std::string_view, Dtype>> order_;
  struct Failing {
    const Property* property;
    Case first;
    Finding finding;
  };
  std::vector<Failing> failing_;
  // What a verdict needs at least: the lone layer in each of its strengths, and random graphs enough that chance does not
  // decide; nearly every graph shows nearly every fault (tests/faults/kill_matrix.txt).
  static constexpr std::size_t least_layer = 20, least_graphs = 10;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::size_t cases_ = 0;
  std::size_t random_graphs_ = 0;  // decided by an oracle
  std::map<Dtype, Census> census_;
};

Outcome Verification::judge(const Property& property, const Case& c) {
  if (property.tier > options_.tier) return Outcome::not_applicable;
  const auto key = std::pair{property.id, c.dtype};
  auto at = tallies_.find(key);
  if (at == tallies_.end()) {
    at = tallies_.emplace(key, Tallying(property, c.dtype)).first;
    order_.push_back(key);
  }
  const Finding f = property.check(subject_, c);
  at->second.add(f);
  ++cases_;
  if (f.outcome != Outcome::fails) return f.outcome;
  if (const KnownFailure* known = known_failure(options_.known, property.id, c.dtype)) {
    at->second.accept(known->reason);
    return f.outcome;
  }
  const auto same = [&](const Failing& x) { return x.property == &property; };
  if (std::ranges::none_of(failing_, same)) failing_.push_back({&property, c, f});
  return f.outcome;
}

void Verification::layer(Dtype dtype) {
  std::vector<Case> cases = layer_cases(dtype, options_.seed, fixed_lambda_);
  if (hello_.large)
    std::ranges::move(sized_cases(dtype, options_.seed, fixed_lambda_), std::back_inserter(cases));
  const std::string what = "the layer alone, " + std::string(format(dtype).words);
  progress(what, 0, cases.size());
  // One batch; the properties below are answered from memory.
  (void)subject_.run(cases);
  for (std::size_t i = 0; i < cases.size() && !stopped(); ++i) {
    judge(forward_bits, cases[i]);
    judge(backward_rounded, cases[i]);
    judge(signed_zeros, cases[i]);
    judge(rounded_once, cases[i]);
    progress(what, i + 1, cases.size());
  }
}

void Verification::contract(Dtype dtype) {
  const std::vector<Case> cases = contract_cases(options_.contract, dtype, options_.seed);
  const std::string what = options_.contract.text + ", " + std::string(format(dtype).words);
  for (std::size_t i = 0; i < cases.size() && !stopped(); ++i) {
    judge(declared_gradient, cases[i]);
    progress(what, i + 1, cases.size());
  }
}

// Scenarios, and double backward, in one dtype: what they find does not depend on it.
void Verification::lives(Dtype dtype) {
  const std::vector<Case> cases = life_cases(dtype, options_.seed, fixed_lambda_);
  const std::string what = "the layer's life, " + std::string(format(dtype).words);
  std::size_t done = 0;
  for (const Property* p : catalogue()) {
    if (p->looks != Looks::at_its_life || p->tier > options_.tier) continue;
    // Most frameworks add gradients up themselves, and never ask a layer to.
    if (p == &adds_when_asked && !has_step(Act::Do::accumulate)) continue;
    for (const Case& c : cases) {
      if (stopped()) return;
      if (judge(*p, c) == Outcome::fails) break;
      progress(what, ++done, cases.size() * 13);
    }
  }
}

// The layer inside a network that is trained, in one dtype.
void Verification::trainings(Dtype dtype) {
  for (const Case& c : training_cases(dtype, options_.seed, fixed_lambda_))
    if (stopped() || judge(training_trajectory, c) == Outcome::fails) return;
}

void Verification::graphs(Dtype dtype, const std::vector<std::string>& ops) {
  // Graphs in narrow formats are judged where they are exact; a smooth graph's bound in them says little.
  std::vector<Family> families = {Family::exact};
  if (dtype == Dtype::f32 || dtype == Dtype::f64) families.push_back(Family::smooth);
  for (const Family family : families) {
    const Recipe recipe = graph_recipe(family, dtype, ops);
    const bool exact = family == Family::exact;
    const std::string what =
      std::string(exact ? "exact" : "smooth") + " graphs, " + std::string(format(dtype).words);
    std::vector<Case> cases;
    // The smallest graphs first: what fails on one of them needs hardly any shrinking.
    if (exact && !fixed_lambda_)
      for (const Meeting m : all_meetings) cases.push_back({meeting_graph(m), dtype});
    const std::size_t meetings = cases.size();
    for (std::uint64_t i = 0; i < options_.graphs && !stopped(); ++i) {
      const Graph g = random_graph(options_.seed, i, recipe);
      cases.push_back(
        {quantized(fixed_lambda_ ? with_lambda(g, {}, Literal(*fixed_lambda_)) : g, dtype), dtype});
    }
    progress(what, 0, cases.size());
    constexpr std::size_t batch = 32;
    for (std::size_t i = 0; i < cases.size() && !stopped(); ++i) {
      if (i % batch == 0) {
        if (late()) break;
        (void)subject_.run(std::span(cases).subspan(i, std::min(batch, cases.size() - i)));
      }
      census_[dtype].add(cases[i].graph);
      judge(forward_identity, cases[i]);
      const Outcome outcome =
        judge(exact && !fixed_lambda_ ? gradient_rational_duals : gradient_duals, cases[i]);
      if (dtype == Dtype::f64 && i < 12 && !fixed_lambda_) judge(double_backward, cases[i]);
      if (i >= meetings && (outcome == Outcome::holds || outcome == Outcome::fails)) ++random_graphs_;
      // Relations cost several runs of the subject each; a few graphs are enough to put a name to what the
      // oracle finds.
      if (exact && i < 12 && !fixed_lambda_)
        for (const Property* p : {&stacking_multiplies, &zero_cuts, &one_copy_per_consumer, &leaf_reversal,
                                  &unreachable_lambda, &cotangent_linearity})
          judge(*p, cases[i]);
      progress(what, i + 1, cases.size());
    }
  }
}

// A wrong number tells more than no answer, a failure of the lone layer more than one in a graph, and an
// oracle's more than a relation's.
int rank(const Property* p, const Finding& f) {
  if (f.worst && f.worst->residual == Residual::no_answer) return 7;
  // Where equal calls differ, all else fails by chance or by what went before.
  if (p == &equal_calls_agree) return -1;
  if (p == &forward_bits) return 0;
  if (p == &backward_rounded) return 1;
  if (p == &forward_identity) return 2;
  if (p == &gradient_rational_duals) return 4;
  if (p == &gradient_duals) return 5;
  // Threads fail by chance; what fails always is the better example.
  return p->looks == Looks::at_its_life && p != &threads_keep_apart ? 3 : 6;
}

// Evaluations that a failure is worth: those of a large tensor take a hundred times as long, and have a size to find
// and little else.
std::size_t shrink_budget(const Graph& g) {
  std::size_t largest = 0;
  for (const NodeId input : g.inputs()) largest = std::max(largest, g[input].shape.size());
  return largest > 10000 ? 60 : 600;
}

bool Verification::fails_afresh(Counterexample& example, const Case& c) {
  const Property* p = find_property(example.property);
  const Finding f = p->check(subject_, c);
  if (f.outcome != Outcome::fails) return false;
  example.minimal = c;
  example.finding = f;
  example.nodes = reader_nodes(c.graph);
  return true;
}

void Verification::keep_reproducible(std::vector<Counterexample>& examples) {
  subject_.refresh();
  std::vector<Counterexample> kept;
  for (Counterexample& e : examples) {
    // A hang or a death has been seen, and costs a deadline each time.
    const bool silent = e.finding.worst && e.finding.worst->residual == Residual::no_answer;
    bool reproduced = silent || fails_afresh(e, e.minimal);
    if (!reproduced && kept.empty())
      for (const Meeting m : all_meetings) {
        subject_.refresh();
        reproduced = reproduced || fails_afresh(e, {meeting_graph(m), e.minimal.dtype});
      }
    if (reproduced) kept.push_back(std::move(e));
  }
  // A fault that shows only after other cases went before it is still a fault; its example is what was seen.
  if (!kept.empty()) examples = std::move(kept);
}

void Verification::conclude(Report& report) {
  report.cases = cases_;
  report.census = census_;
  for (const auto& key : order_) report.tallies.push_back(tallies_.at(key).tally());
  note_unexpected_passes(options_.known, report);
  report.interrupted = stopped();
  std::ranges::stable_sort(failing_, {}, [](const Failing& f) { return rank(f.property, f.finding); });
  if (!failing_.empty() && !report.interrupted) subject_.refresh();
  for (const Failing& f : failing_) {
    if (report.counterexamples.size() >= most_examples) break;
    // A network of other numbers is no smaller.
    if (report.interrupted || f.property->looks == Looks::at_training) {
      report.counterexamples.push_back(
        {std::string(f.property->id), f.first, f.finding, reader_nodes(f.first.graph), 0, ""});
      continue;
    }
    progress("shrinking a failure of " + std::string(f.property->id), 0, 0);
    report.counterexamples.push_back(
      shrunk(subject_, *f.property, f.first, f.finding, shrink_budget(f.first.graph)));
  }
  if (!failing_.empty()) {
    report.conclusion = Conclusion::not_verified;
    if (!report.interrupted) keep_reproducible(report.counterexamples);
    // The signatures are those of reversals gone wrong.
    if (!report.interrupted && !stated_elsewhere(options_.contract))
      report.diagnosis = diagnose(subject_, report.counterexamples, fixed_lambda_);
    else report.diagnosis.headline = headline(report.counterexamples.front());
    if (report.subject.factor) tell_of_factor(report.diagnosis);
    return;
  }
  std::size_t layer = 0, decided = 0;
  for (const Tally& t : report.tallies) {
    decided += t.decided();
    if (t.property == forward_bits.id || t.property == backward_rounded.id ||
        t.property == declared_gradient.id)
      layer += t.decided();
  }
  if (report.interrupted) report.reason = "interrupted; what was tried until then holds";
  else if (layer < least_layer)
    report.reason = "only " + std::to_string(layer) +
                    " checks of the lone layer could be decided, at least " + std::to_string(least_layer) +
                    " are needed";
  else if (random_graphs_ < least_graphs && !stated_elsewhere(options_.contract))
    report.reason = "only " + std::to_string(random_graphs_) + " random graphs could be decided, at least " +
                    std::to_string(least_graphs) + " are needed";
  else
    report.conclusion = report.unexpected_passes.empty() ? Conclusion::verified : Conclusion::unexpected_pass;
}

std::vector<Dtype> wanted_dtypes(const std::vector<std::string>& has, const VerifyOptions& options) {
  std::vector<Dtype> dtypes;
  for (const Dtype d : {Dtype::f64, Dtype::f32, Dtype::f16, Dtype::bf16}) {
    const bool there = std::ranges::find(has, format(d).name) != has.end();
    const bool wanted =
      options.dtypes.empty() || std::ranges::find(options.dtypes, d) != options.dtypes.end();
    if (there && wanted) dtypes.push_back(d);
  }
  return dtypes;
}

void run_battery(Subject& subject, const VerifyOptions& options, const Hello& hello,
                 std::optional<double> fixed_lambda, Report& report) {
  Verification v(subject, hello, options, fixed_lambda);
  const auto wanted = wanted_dtypes(hello.dtypes, options);
  if (stated_elsewhere(options.contract)) {
    for (const Dtype d : wanted) v.contract(d);
    v.conclude(report);
    return;
  }
  for (const Dtype d : wanted) v.layer(d);
  if (!wanted.empty()) v.lives(wanted.front());
  if (!wanted.empty()) v.trainings(wanted.front());
  for (const Dtype d : wanted) v.graphs(d, hello.ops);
  v.conclude(report);
  if (wanted.empty()) report.reason = "the subject has none of the dtypes asked for";
}

// The strength that a layer shows whose λ can be neither given nor read; 1 where it shows none, which is then wrong.
double shown_strength(Subject& subject, const Hello& hello) {
  const double one = 1;
  for (const Dtype d : wanted_dtypes(hello.dtypes, {})) {
    const auto reply = subject.run(Case{lone_reversal({}, 1, {&one, 1}, {&one, 1}), d});
    if (!reply || reply->gradients.size() != 1 || !reply->gradients[0]) continue;
    const auto& gx = reply->gradients[0]->values;
    return gx.size() == 1 && gx[0] < 0 && std::isfinite(gx[0]) ? -gx[0] : 1;
  }
  return 1;
}

}  // namespace

void judge(Subject& subject, const Hello& hello, const VerifyOptions& options, Report& report) {
  report.tier = options.tier;
  const bool reversal = options.contract.kind == Contract::Kind::reversal;
  if (!reversal && !hello.lambda_is_fixed) {
    report.reason = "the layer takes a λ (" + hello.lambda + "), and --contract " + options.contract.text +
                    " speaks of a layer without one";
    return;
  }
  if (reversal && hello.lambda_is_fixed && !hello.fixed_lambda) {
    Hello shown = hello;
    shown.fixed_lambda = shown_strength(subject, hello);
    report.subject.lambda += fmt::format(", taken for {:g}, since nothing tells it", *shown.fixed_lambda);
    run_battery(subject, options, shown, shown.fixed_lambda, report);
    return;
  }
  // A layer that scales its gradient is a reversal of that strength, negated.
  const bool scales = options.contract.kind == Contract::Kind::scale;
  if (scales) subject.fix_lambda(-options.contract.number);
  run_battery(subject, options, hello, scales ? -options.contract.number : hello.fixed_lambda, report);
}

Report verify(const Target& target, const Launch& launch, const VerifyOptions& options) {
  Report report;
  report.command = "verify";
  report.seed = options.seed;
  const Contract::Kind kind = options.contract.kind;
  if (kind == Contract::Kind::schedule || kind == Contract::Kind::training) {
    report.tier = options.tier;
    const auto run = kind == Contract::Kind::schedule ? run_schedule : run_training;
    with_subject(
      target, launch, report,
      [&](Subject& subject, const Hello& hello) { run(subject, options, hello, report); },
      options.contract.text);
    return report;
  }
  with_subject(target, launch, report,
               [&](Subject& subject, const Hello& hello) { judge(subject, hello, options, report); });
  return report;
}

}  // namespace gradproof::inline v0
