// The coefficient of λ's schedule against its formula.
#include "schedule.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "catalogue.hpp"
#include "compare.hpp"
#include "gradproof/ops.hpp"

namespace gradproof::inline v0 {

namespace {

// The numbers of a moment inside a graph.
struct Leaves {
  Expr i, n, lo, hi, alpha;
};

Leaves leaves(Builder& b, const Moment& m) {
  const auto input = [&](double v, const char* name) {
    const Literal value(v);
    return b.input({}, std::span(&value, 1), name);
  };
  return {input(m.i, "i"), input(m.n, "n"), input(m.lo, "lo"), input(m.hi, "hi"), input(m.alpha, "alpha")};
}

// exp(-αi/n)
Expr decay(const Leaves& l) { return exp(-(l.alpha * (l.i / l.n))); }

// The formula as people write it: equal numbers, each with roundings of its own.
using Form = Expr (*)(const Leaves&);
const Form forms[] = {
  [](const Leaves& l) { return l.lo + (l.hi - l.lo) * (2 / (1 + decay(l)) - 1); },
  [](const Leaves& l) { return 2 * (l.hi - l.lo) / (1 + decay(l)) - (l.hi - l.lo) + l.lo; },
  [](const Leaves& l) { return l.lo + (l.hi - l.lo) * ((1 - decay(l)) / (1 + decay(l))); },
  [](const Leaves& l) { return l.lo + (l.hi - l.lo) * tanh(l.alpha * (l.i / l.n) / 2); },
  [](const Leaves& l) { return l.hi - (l.hi - l.lo) * (2 * decay(l) / (1 + decay(l))); },
  [](const Leaves& l) {
    const Expr s = 2 / (1 + decay(l)) - 1;
    return l.hi * s + l.lo * (1 - s);
  },
};

Graph graph_of(Form form, const Moment& m, bool rounds_first) {
  Builder b;
  Leaves l = leaves(b, m);
  // A format that lacks the numbers rounds them first, as a product with one does.
  if (rounds_first)
    for (Expr* each : {&l.i, &l.n, &l.lo, &l.hi, &l.alpha}) *each = *each * b.constant({}, Literal(1));
  const Expr c = form(l);
  b.rename(c.id, "coefficient");
  b.output(c);
  return std::move(b).finish_or_die();
}

bool is_integer(double v) { return std::isfinite(v) && v == std::floor(v); }

}  // namespace

Graph schedule_graph(const Moment& m) { return graph_of(forms[0], m, false); }

std::optional<Moment> moment_of(const Graph& g) {
  if (g.inputs().size() != 5) return {};
  std::array<double, 5> v{};
  for (std::size_t k = 0; k < v.size(); ++k) {
    if (g.values(g.inputs()[k]).size() != 1) return {};
    v[k] = g.values(g.inputs()[k])[0].nearest();
  }
  const Moment m{v[0], v[1], v[2], v[3], v[4]};
  if (!is_integer(m.i) || !is_integer(m.n) || m.i < 0 || m.n < 1) return {};
  return schedule_graph(m) == g ? std::optional(m) : std::nullopt;
}

double coefficient(const Moment& m) {
  const auto found = truth(schedule_graph(m), Bits{106}, Bits{2048});
  const Enclosures& e = found ? *found : found.error().enclosures;
  return middle(e.values[0][0]).to_double();
}

double coefficient_error(const Moment& m, Dtype dtype) {
  double error = 0;
  for (const Form form : forms)
    error =
      std::max(error, rounding_bounds(graph_of(form, m, dtype != Dtype::f64), dtype).outputs[0][0].error);
  // Twice, for the terms of higher order and other associations, as everywhere (compare.hpp).
  return 2 * error;
}

std::vector<Case> schedule_cases(Dtype dtype, const std::map<std::string, double>& fixed) {
  std::vector<Case> cases;
  const auto add = [&](Moment m, std::string_view use = asked_once) {
    for (const auto& [name, value] : fixed) {
      if (name == "n") m.n = value;
      if (name == "lo") m.lo = value;
      if (name == "hi") m.hi = value;
      if (name == "alpha") m.alpha = value;
    }
    Case c{schedule_graph(m), dtype, Layout::contiguous, 2, std::string(use)};
    const auto same = [&](const Case& other) { return other.contract == use && other.graph == c.graph; };
    if (std::ranges::none_of(cases, same)) cases.push_back(std::move(c));
  };
  for (const double i : {1, 0, 2, 3, 4}) add({i, 4});
  for (const double i : {1, 5, 9, 10}) add({i, 10, 0.1, 0.7, 5});
  for (const double i : {3, 10}) add({i, 10, 1, 0.25, 10});
  for (const double i : {2, 7}) add({i, 8, -0.5, 0.5, 2.5});
  for (const double i : {3, 17}) add({i, 20, 0, 1, 1});
  // The first and the last step of very short and of very long trainings.
  for (const double i : {0, 1}) add({i, 1});
  for (const double i : {3, 1000}) add({i, 1e6});
  for (const double i : {700, 1000}) add({i, 1000, 0.25, 2, 10});
  // Beyond n.
  for (const double i : {5, 6, 12}) add({i, 4});
  add({15, 10, 0.1, 0.7, 1});
  // exp(-αp) is subnormal, or nothing; exp(αp) would overflow.
  for (const double alpha : {1430., 3000.}) add({2, 4, 0, 1, alpha});
  add({4, 4, 0.25, 0.75, 800});
  add({4, 4, 0, 1, 200});
  for (const double alpha : {0., 0.125}) add({3, 10, 0.25, 0.75, alpha});
  for (const std::string_view use : {asked_again, in_evaluation, beside_another})
    add({3, 10, 0.1, 0.7, 5}, use);
  return cases;
}

namespace {

Finding check_schedule(Subject& subject, const Case& c) {
  const auto m = moment_of(c.graph);
  if (!m || !c.contract.starts_with(asked_once))
    return not_applicable("the case is not a schedule's formula at a step of it");
  const Reply reply = subject.run(c);
  if (!reply) return no_answer(reply.error());
  if (reply->outputs.size() != 1 || reply->outputs[0].values.size() != 1)
    return wrong_shape("the coefficient is not one number");
  const auto dtype = find_dtype(reply->outputs[0].dtype);
  if (dtype != Dtype::f64 && dtype != Dtype::f32)
    return wrong_shape("the coefficient has the dtype " + reply->outputs[0].dtype + ", not f32 or f64");
  Moment at = *m;
  const double observed = reply->outputs[0].values[0];
  const auto allowed = [&] { return coefficient_error(at, *dtype); };
  // Beyond its end a schedule may go on, or stay where it was at the end.
  if (m->i > m->n && !(std::abs(observed - coefficient(at)) <= allowed())) {
    at.i = at.n;
    if (!(std::abs(observed - coefficient(at)) <= allowed())) at = *m;
  }
  Comparison comparison(c.graph);
  comparison.near_output_entry(0, 0, coefficient(at), observed, allowed());
  return comparison.finish();
}

}  // namespace

const Property schedule_coefficients{
  .id = "schedule-coefficients",
  .claim = "At step i of n a schedule of λ gives lo + (hi - lo)(2/(1 + exp(-αi/n)) - 1).",
  .explain =
    "The schedule of domain-adversarial training: λ grows from lo at the first step to nearly hi at the "
    "last; with α = 10 it "
    "ends 0.00009 of the way below hi, and never at hi itself. Beyond step n the formula may go on, or the "
    "value stay what "
    "it was at n. Every equal form passes, in float64 or in float32, within what its roundings explain. "
    "Things that go "
    "wrong: the parentheses (with lo = 0 and hi = 1 many wrong ones are right), i // n, exp(+αp), which "
    "overflows, a count of "
    "steps that grows with each call, or goes on in evaluation mode.",
  .breaks =
    "Parentheses that fit lo = 0 and hi = 1 only, integer division, exp(+αp), min(…, hi), and a counter that "
    "the call "
    "itself advances.",
  .mend =
    "p = i / n in floating point, lo + (hi - lo) * (2 / (1 + exp(-alpha * p)) - 1), and i from the caller.",
  .check = check_schedule,
  .looks = Looks::at_a_schedule};

}  // namespace gradproof::inline v0
