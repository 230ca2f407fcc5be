#include "verify/training_run.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "catalogue.hpp"
#include "examine.hpp"
#include "gradproof/calculus.hpp"
#include "training.hpp"
#include "verify/diagnose.hpp"
#include "verify/factors.hpp"
#include "verify/known.hpp"

namespace gradproof::inline v0 {

namespace {

using Layer = Wiring::Layer;
using Numbers = std::vector<std::vector<double>>;

// Of the losses that an author may take, in the order of likelihood.
struct Losses {
  Loss label, domain;
};
constexpr std::array pairs = {Losses{Loss::half_sum, Loss::half_sum},
                              Losses{Loss::mean, Loss::mean},
                              Losses{Loss::sum, Loss::sum},
                              Losses{Loss::half_mean, Loss::half_mean},
                              Losses{Loss::logistic_mean, Loss::logistic_mean},
                              Losses{Loss::logistic_sum, Loss::logistic_sum},
                              Losses{Loss::mean, Loss::logistic_mean},
                              Losses{Loss::sum, Loss::logistic_sum},
                              Losses{Loss::half_sum, Loss::logistic_sum},
                              Losses{Loss::half_mean, Loss::logistic_mean},
                              Losses{Loss::logistic_mean, Loss::mean},
                              Losses{Loss::logistic_sum, Loss::sum}};

// The parameters after each step, in double.
Numbers course(const Wiring& wiring, std::uint64_t seed, bool accumulates = false) {
  const Graph run = trained(network(wiring, seed), accumulates);
  const auto values = evaluate<double>(run);
  Numbers all;
  for (const Output& o : run.outputs()) all.emplace_back(values[o.node].begin(), values[o.node].end());
  return all;
}

// Wrong trainings may lose a few digits more than the right one.
bool near(const std::vector<double>& a, const std::vector<double>& b, Dtype dtype) {
  const double slack = std::ldexp(1, dtype == Dtype::f64 ? -36 : -12);
  return std::ranges::equal(
    a, b, [&](double x, double y) { return std::abs(x - y) <= slack * std::max(1.0, std::abs(x)); });
}

// One λ, and what the subject's training came to.
struct Course {
  double lambda;
  Case c;
  Finding finding;
  Numbers observed;
};

std::optional<Numbers> observed_in(const Reply& reply) {
  if (!reply || reply->outputs.size() != std::size_t{3} * training_steps) return {};
  Numbers all;
  for (const Tensor& t : reply->outputs) all.push_back(t.values);
  return all;
}

Wiring right(const Losses& losses, double lambda) {
  Wiring w;
  w.strength = lambda;
  w.label_loss = losses.label;
  w.domain_loss = losses.domain;
  return w;
}

// Both heads' first step tells their losses, whatever becomes of the layer below them: V as it is, U but for its sign.
Losses losses_of(Subject& subject, Dtype dtype, std::uint64_t seed) {
  constexpr double lambda = 0.5;
  const Case c{network(right(pairs[0], lambda), seed), dtype, Layout::contiguous, 2,
               std::string(trains_itself)};
  const auto observed = observed_in(subject.run(c));
  if (!observed) return pairs[0];
  const auto start = c.graph.values(c.graph.inputs()[2]);
  const auto moved = [&](const std::vector<double>& u) {
    std::vector<double> by;
    for (std::size_t k = 0; k < std::min(u.size(), start.size()); ++k)
      by.push_back(std::abs(u[k] - start[k].nearest()));
    return by;
  };
  const Losses* label_alone = nullptr;
  for (const Losses& each : pairs) {
    const Numbers expected = course(right(each, lambda), seed);
    if (!near(expected[1], (*observed)[1], dtype)) continue;
    if (near(moved(expected[2]), moved((*observed)[2]), dtype)) return each;
    if (label_alone == nullptr) label_alone = &each;
  }
  return label_alone != nullptr ? *label_alone : pairs[0];
}

// A way to go wrong: how it wires the network in place of the right way, given λ.
struct Mistake {
  void (*make)(Wiring& w, double lambda);
  bool accumulates;
  const char* cause;
  const char* mend;
};

const Mistake mistakes[] = {
  {[](Wiring& w, double) { w.layer = Layer::nowhere; }, false,
   "the layer is not wired in: W descends the domain loss, as without it",
   "hand the domain head what the layer returns, and not the features themselves"},
  {[](Wiring& w, double) { w.weight = -1; }, false,
   "double negation: the domain loss is subtracted as well as reversed, so that W descends it and the domain "
   "head ascends",
   "add the domain loss; the minus sign is the layer's"},
  // A loss that is reversed is one that is multiplied by -λ: no trajectory tells the two apart.
  {[](Wiring& w, double) { w.layer = Layer::behind_the_domain_head; }, false,
   "the domain head ascends its loss with the features: the layer is behind the domain head, or the domain "
   "loss is subtracted in place of a reversal",
   "put the layer between the features and the domain head, and add the domain loss"},
  {[](Wiring& w, double) { w.layer = Layer::nowhere, w.weight = -1; }, false,
   "the domain head ascends its loss with the features: the domain loss is subtracted in place of a reversal",
   "put the layer between the features and the domain head, and add the domain loss"},
  {[](Wiring& w, double) { w.layer = Layer::before_both_heads; }, false,
   "the label head is behind the layer too, so that W ascends the label loss as well",
   "reverse what goes to the domain head alone"},
  {[](Wiring& w, double) { w.strength = 1; }, false, "λ is computed and not passed on: the layer uses 1",
   "hand λ to the layer, at each step"},
  {[](Wiring& w, double) { w.layer = Layer::cut; }, false,
   "no gradient of the domain loss reaches W: the features are detached, or the layer uses 0 for λ",
   "do not detach what goes to the domain head, and hand λ to the layer"},
  {[](Wiring&, double) {}, true,
   "the gradients are never set to zero: each step adds those of all steps before",
   "call optimizer.zero_grad(), or set each .grad to None, before backward"},
  {[](Wiring& w, double lambda) { w.strength = -lambda; }, false,
   "W descends λ times the domain loss: the minus sign is missing or there twice",
   "let the layer negate, once"},
  {[](Wiring& w, double lambda) { w.weight = lambda; }, false,
   "λ is applied twice: the domain loss is multiplied by it, and the layer uses it again",
   "add the domain loss as it is"},
  {[](Wiring& w, double lambda) { w.weight = lambda, w.strength = 1; }, false,
   "the domain loss is multiplied by λ, so that the domain head learns λ times as fast; the layer uses 1",
   "hand λ to the layer, and add the domain loss as it is"},
  {[](Wiring& w, double lambda) { w.layer = Layer::nowhere, w.weight = lambda; }, false,
   "λ multiplies the domain loss, and nothing is reversed",
   "hand λ to the layer, and put it before the domain head"},
  {[](Wiring& w, double lambda) { w.strength = lambda * lambda; }, false, "the layer reverses with λ²",
   "hand λ to the layer once"},
  {[](Wiring& w, double) { w.weight = 0; }, false, "the domain loss is left out", "add it to the label loss"},
};

bool explains(const Mistake& m, const std::vector<Course>& courses, const Losses& losses,
              const VerifyOptions& options) {
  return std::ranges::all_of(courses, [&](const Course& each) {
    Wiring w = right(losses, each.lambda);
    m.make(w, each.lambda);
    return std::ranges::equal(course(w, options.seed, m.accumulates), each.observed,
                              [&](const auto& a, const auto& b) { return near(a, b, each.c.dtype); });
  });
}

// Which of the parameters stay as they were.
std::optional<Named> named_by_rest(const std::vector<Course>& courses) {
  constexpr std::array names = {"W", "V", "U"};
  std::string still;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto stays = [&](const Course& each) {
      const Graph& g = each.c.graph;
      return std::ranges::equal(g.values(g.inputs()[i]),
                                each.observed[each.observed.size() - names.size() + i], {},
                                [](const Literal& l) { return l.nearest(); });
    };
    if (std::ranges::all_of(courses, stays)) still += (still.empty() ? "" : " and ") + std::string(names[i]);
  }
  if (still.empty()) return {};
  return Named{still + " are not trained: they stay as they were",
               "give all parameters to the optimiser, and return them after its step"};
}

Diagnosis diagnosed(const std::vector<Course>& all, const Counterexample& example, const Losses& losses,
                    const VerifyOptions& options) {
  Diagnosis d{headline(example), "", ""};
  if (example.finding.worst->residual == Residual::no_answer ||
      example.finding.worst->residual == Residual::shape) {
    d.cause = example.finding.worst->place == "raised" ? "the training step raises an exception"
                                                       : "the training step does not return the parameters";
    d.mend =
      "take (params, batch, lambda_), and return the parameters after one step, in the form in which they "
      "came";
    return d;
  }
  std::vector<Course> courses;
  for (const Course& each : all)
    if (!each.observed.empty()) courses.push_back(each);
  for (const Mistake& m : mistakes)
    if (explains(m, courses, losses, options)) return d.cause = m.cause, d.mend = m.mend, d;
  if (const auto n = named_by_rest(courses)) d.cause = n->cause, d.mend = n->mend;
  return d;
}

std::vector<Course> courses_of(Subject& subject, Dtype dtype, const Losses& losses,
                               const VerifyOptions& options, Tallying& tallying) {
  std::vector<Course> all;
  // λ = 1 is what a layer uses that was not told.
  for (const double lambda : {0.5, 2.0, 0.25, 1.0, 0.0}) {
    Course each{lambda,
                {network(right(losses, lambda), options.seed), dtype, Layout::contiguous, 2,
                 std::string(trains_itself)},
                {},
                {}};
    each.finding = training_trajectory.check(subject, each.c);
    tallying.add(each.finding);
    if (auto observed = observed_in(subject.run(each.c))) each.observed = *std::move(observed);
    all.push_back(std::move(each));
  }
  return all;
}

}  // namespace

void run_training(Subject& subject, const VerifyOptions& options, const protocol::Hello& hello,
                  Report& report) {
  const bool has_double = std::ranges::find(hello.dtypes, "f64") != hello.dtypes.end();
  const Dtype dtype = has_double ? Dtype::f64 : Dtype::f32;
  const Losses losses = losses_of(subject, dtype, options.seed);
  Tallying tallying(training_trajectory, dtype);
  const std::vector<Course> all = courses_of(subject, dtype, losses, options, tallying);
  const KnownFailure* known = known_failure(options.known, training_trajectory.id, dtype);
  const auto failing =
    std::ranges::find_if(all, [](const Course& each) { return each.finding.outcome == Outcome::fails; });
  if (failing != all.end() && known != nullptr) tallying.accept(known->reason);
  report.cases = all.size();
  report.tallies.push_back(tallying.tally());
  report.subject.lambda += "; losses: " + std::string(name(losses.label)) +
                           (losses.label == losses.domain ? "" : " and " + std::string(name(losses.domain)));
  note_unexpected_passes(options.known, report);
  if (failing != all.end() && known == nullptr) {
    report.conclusion = Conclusion::not_verified;
    report.counterexamples.push_back({std::string(training_trajectory.id), failing->c, failing->finding,
                                      reader_nodes(failing->c.graph), 0, ""});
    report.diagnosis = diagnosed(all, report.counterexamples.front(), losses, options);
  } else if (report.tallies[0].decided() < all.size()) {
    report.reason = "only " + std::to_string(report.tallies[0].decided()) + " of " +
                    std::to_string(all.size()) + " trainings could be decided";
  } else {
    report.conclusion = report.unexpected_passes.empty() ? Conclusion::verified : Conclusion::unexpected_pass;
  }
}

}  // namespace gradproof::inline v0
