#include "gradproof/oracle.hpp"

#include <algorithm>
#include <cmath>

#include "gradproof/analysis.hpp"
#include "gradproof/complex.hpp"
#include "gradproof/dual.hpp"
#include "gradproof/ops.hpp"
#include "number/degree.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr std::int64_t guard_bits = 64;

// An anchored graph with its values at the base point, ready to be perturbed one entry at a time. The base
// point is evaluated in the same number type, so that x - x0 is exactly zero where nothing was perturbed, and
// a strong surrogate has no rounding to magnify.
template <class S>
class Perturbed {
 public:
  Perturbed(const Anchored& anchored, const Graph& graph, Bits precision)
      : anchored_(anchored), evaluation_(anchored.graph, precision) {
    const Evaluation<S> base = evaluate<S>(graph, precision);
    undefined_ = base.undefined().has_value();
    if (undefined_) return;
    for (const auto& [leaf, source] : anchored.frozen)
      std::ranges::copy(base[source], evaluation_.leaf(leaf).begin());
    evaluation_.run();
  }

  // f(entry, input) for every entry of every input; f sets the entry, and what it returns is collected.
  template <class F>
  auto for_each_entry(F f) {
    std::vector<decltype(f(std::declval<S&>(), NodeId{}))> results;
    for (const NodeId input : anchored_.inputs) {
      for (S& entry : evaluation_.leaf(input)) {
        const S base = entry;
        results.push_back(f(entry, input));
        entry = base;
      }
      evaluation_.run_after(input);
    }
    return results;
  }

  [[nodiscard]] bool undefined() const { return undefined_ || evaluation_.undefined(); }
  Evaluation<S>& evaluation() { return evaluation_; }

 private:
  const Anchored& anchored_;
  Evaluation<S> evaluation_;
  bool undefined_ = false;
};

// Working precision: the surrogates of strong reversals magnify rounding, those of weak ones make the result
// small.
Bits working_precision(const Graph& graph, Bits wanted) {
  const Strength s = reversal_strength(graph);
  return {wanted.count + guard_bits + static_cast<std::int64_t>(std::ceil(2 * s.up + s.down))};
}

bool all_finite(const Graph& graph) {
  return std::ranges::all_of(graph.draft().values, [](const Literal& l) { return l.is_finite(); }) &&
         std::ranges::all_of(graph.outputs(), [](const Output& o) {
           return std::ranges::all_of(o.cotangent, [](const Literal& l) { return l.is_finite(); });
         });
}

std::optional<NotApplicable> not_rational(const Graph& graph) {
  for (const Node& node : graph.nodes())
    if (info(node.op).klass != Class::rational)
      return NotApplicable{"the graph has the analytic operation " + std::string(info(node.op).name)};
  if (!all_finite(graph)) return NotApplicable{"a leaf is not finite"};
  return {};
}

// A bound on the degree of the objective as a polynomial of one entry of an input, or nothing when it is no
// polynomial.
std::optional<int> degree(const Graph& graph) {
  Evaluation<Degree> degrees(graph);
  for (const NodeId input : graph.inputs())
    for (Degree& d : degrees.leaf(input)) d.degree = 1;
  degrees.run();
  const int most = degrees.objective().degree;
  // Beyond this a stencil takes more evaluations than the answer is worth.
  if (most > 64) return {};
  return most;
}

// On which side of each kink every selection stands: while that stays the same, the graph is one polynomial.
std::vector<int> sides(const Graph& graph, const Evaluation<Rational>& values) {
  std::vector<int> result;
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const Node& node = graph[NodeId{i}];
    with_op(node.op, [&]<class O>(std::type_identity<O>) {
      if constexpr (O::kind == Kind::selection) {
        const auto a = values[node.operand[0]], b = values[node.operand[O::arity - 1]];
        for (std::size_t k = 0; k < a.size(); ++k) {
          if constexpr (O::arity == 1) result.push_back(numeric<Rational>::sign(O::kink(a[k])));
          else result.push_back(numeric<Rational>::sign(O::kink(a[k], b[k])));
        }
      }
    });
  }
  return result;
}

// The derivative at 0 of the polynomial of degree at most 2m through (k h, f_k), k = -m..m: central
// differences with the weights w_k = (-1)^(k+1) (m!)^2 / (k (m-k)! (m+k)!), exact for that degree (Fornberg
// 1988).
Rational stencil(const std::vector<Rational>& above, const std::vector<Rational>& below, const Rational& h) {
  const std::size_t m = above.size();
  Rational total = 0, ratio = 1;
  for (std::size_t k = 1; k <= m; ++k) {
    // (m!)^2 / ((m-k)! (m+k)!) grows from k-1 to k by (m-k+1)/(m+k).
    ratio = ratio * Rational(static_cast<long>(m - k + 1)) / Rational(static_cast<long>(m + k));
    const Rational weight = ratio / Rational(static_cast<long>(k));
    total = total + (k % 2 == 1 ? weight : Rational(-weight)) * (above[k - 1] - below[k - 1]);
  }
  return total / h;
}

}  // namespace

OracleAnswer<Rational> rational_differences(const Graph& graph) {
  if (auto why = not_rational(graph)) return *why;
  const Anchored a = anchored(graph);
  const auto order = degree(a.graph);
  if (!order) return NotApplicable{"the graph is not a polynomial of moderate degree"};
  Perturbed<Rational> p(a, graph, {});
  if (p.undefined()) return NotApplicable{"a value is undefined in rationals"};
  Evaluation<Rational>& e = p.evaluation();
  const std::vector<int> base_sides = sides(a.graph, e);
  if (std::ranges::count(base_sides, 0) > 0) return NotApplicable{"a selection stands on its kink"};
  const int m = std::max(1, (*order + 1) / 2);
  bool crossed = false;
  auto gradient = p.for_each_entry([&](Rational& entry, NodeId input) {
    const Rational base = entry;
    Rational h = 1;
    // 2^-4 ... 2^-64: any graph that does not stand on a kink has a step that keeps its selections.
    for (int attempt = 0; attempt < 16; ++attempt, h = h / 16) {
      std::vector<Rational> above, below;
      bool same = true;
      for (int k = 1; k <= m && same; ++k)
        for (const int sign : {1, -1}) {
          entry = base + sign * k * h;
          e.run_after(input);
          same = same && sides(a.graph, e) == base_sides;
          (sign > 0 ? above : below).push_back(e.objective());
        }
      if (same) return stencil(above, below, h);
    }
    crossed = true;
    return Rational(0);
  });
  if (crossed) return NotApplicable{"no step keeps the selections on their sides"};
  return OracleGradient<Rational>{std::move(gradient), {}};
}

OracleAnswer<Rational> rational_duals(const Graph& graph) {
  if (auto why = not_rational(graph)) return *why;
  const Anchored a = anchored(graph);
  Perturbed<Dual<Rational>> p(a, graph, {});
  if (p.undefined()) return NotApplicable{"a value is undefined in rationals"};
  auto gradient = p.for_each_entry([&](Dual<Rational>& entry, NodeId input) {
    entry.slope = 1;
    p.evaluation().run_after(input);
    return p.evaluation().objective().slope;
  });
  return OracleGradient<Rational>{std::move(gradient), {}};
}

namespace {

// How far the exponents of the inputs are from 0, beyond 16 bits: a step that is small beside 1 is nothing beside 10^300 and
// all beside 10^-300.
std::int64_t far_exponent(const Real& x) {
  if (mpfr_regular_p(x.get()) == 0) return 0;
  const std::int64_t e = mpfr_get_exp(x.get());
  return e > 16 ? e - 16 : e < -16 ? e + 16 : 0;
}

std::int64_t farthest_exponent(const Graph& graph) {
  std::int64_t far = 0;
  for (const NodeId input : graph.inputs())
    for (const Literal& l : graph.values(input))
      far = std::max(far, std::abs(far_exponent(Real(l, Bits{53}))));
  return far;
}

}  // namespace

OracleAnswer<Real> central_differences(const Graph& graph, Bits precision) {
  if (!all_finite(graph)) return NotApplicable{"a leaf is not finite"};
  // Order 2: h = 2^-k has error h^2, so half of the wanted bits and a third of the working ones. A strong
  // reversal shrinks the step by its strength, so that the surrogate's move stays small; so does an input that is far
  // below 1. The step is also run at h/2: three quarters of the truncation show up as the difference. What rounding may add is
  // 2^-working of the values, magnified by 1/h, with 16 bits to spare for the graph's length.
  const Strength s = reversal_strength(graph);
  const std::int64_t k = precision.count / 2 + 8 + static_cast<std::int64_t>(std::ceil(s.up));
  const Bits working{working_precision(graph, precision).count + 2 * k + 3 * farthest_exponent(graph)};
  const Anchored a = anchored(graph);
  Perturbed<Real> p(a, graph, working);
  OracleGradient<Real> result;
  result.value = p.for_each_entry([&](Real& entry, NodeId input) {
    const Real base = entry;
    const std::int64_t here = k - std::min<std::int64_t>(0, far_exponent(base));
    Real largest(0, Bits{53});
    const auto difference = [&](std::int64_t exponent) {
      const Real h = Real::power_of_two(-exponent, working);
      entry = base + h;
      p.evaluation().run_after(input);
      const Real above = p.evaluation().objective();
      entry = base - h;
      p.evaluation().run_after(input);
      const Real below = p.evaluation().objective();
      for (const Real& value : {abs(above), abs(below)})
        if (largest < value) largest = value;
      return (above - below) / (2 * h);
    };
    const Real coarse = difference(here);
    Real fine = difference(here + 1);
    const Real rounding = largest * Real::power_of_two(here + 1 + 16 - working.count, Bits{53});
    result.error.push_back(2 * abs(coarse - fine) + rounding);
    return fine;
  });
  return result;
}

namespace {

// f(x + ih) = f(x) + ih f'(x) - ...: the error is h^2, which is beyond every digit when h = 2^-4P, and nothing cancels.
// This is the k of h = 2^-k.
std::int64_t complex_step_exponent(const Graph& graph, Bits working) {
  const Strength s = reversal_strength(graph);
  return 4 * working.count + static_cast<std::int64_t>(std::ceil(2 * (s.up + s.down)));
}

}  // namespace

OracleAnswer<Real> complex_step(const Graph& graph, Bits precision) {
  if (!all_finite(graph)) return NotApplicable{"a leaf is not finite"};
  const Bits working = working_precision(graph, precision);
  const std::int64_t k = complex_step_exponent(graph, working);
  const Anchored a = anchored(graph);
  Perturbed<Complex<Real>> p(a, graph, working);
  auto gradient = p.for_each_entry([&](Complex<Real>& entry, NodeId input) {
    entry.im = Real::power_of_two(-k, working);
    p.evaluation().run_after(input);
    return p.evaluation().objective().im * Real::power_of_two(k, working);
  });
  // The truncation error is h^2 |f'''| / 6, less than h for any derivative below 1/h.
  const std::vector<Real> error(gradient.size(), Real::power_of_two(-k, Bits{2}));
  return OracleGradient<Real>{std::move(gradient), error};
}

Result<Along, NotApplicable> complex_step_along(const Graph& graph, Bits precision,
                                                std::span<const double> direction) {
  if (!all_finite(graph)) return NotApplicable{"a leaf is not finite"};
  const Bits working = working_precision(graph, precision);
  const std::int64_t k = complex_step_exponent(graph, working);
  const Anchored a = anchored(graph);
  Perturbed<Complex<Real>> p(a, graph, working);
  const Real h = Real::power_of_two(-k, working);
  std::size_t at = 0;
  for (const NodeId input : a.inputs)
    for (Complex<Real>& entry : p.evaluation().leaf(input)) entry.im = h * Real(direction[at++], Bits{53});
  p.evaluation().run();
  return Along{p.evaluation().objective().im * Real::power_of_two(k, working),
               std::ldexp(1.0, static_cast<int>(-k))};
}

OracleAnswer<Real> duals(const Graph& graph, Bits precision) {
  if (!all_finite(graph)) return NotApplicable{"a leaf is not finite"};
  const Bits working = working_precision(graph, precision);
  const Anchored a = anchored(graph);
  Perturbed<Dual<Real>> p(a, graph, working);
  auto gradient = p.for_each_entry([&](Dual<Real>& entry, NodeId input) {
    entry.slope = Real(1, working);
    p.evaluation().run_after(input);
    return p.evaluation().objective().slope;
  });
  return OracleGradient<Real>{std::move(gradient), {}};
}

OracleAnswer<Real> reverse_mode(const Graph& graph, Bits precision) {
  if (!all_finite(graph)) return NotApplicable{"a leaf is not finite"};
  const Graph g = gradient(graph);
  const Evaluation<Real> values = evaluate<Real>(g, precision);
  OracleGradient<Real> result;
  for (std::size_t i = graph.outputs().size(); i < g.outputs().size(); ++i)
    for (const Real& x : values[g.outputs()[i].node]) result.value.push_back(x);
  return result;
}

OracleAnswer<Rational> reverse_mode_exact(const Graph& graph) {
  if (auto why = not_rational(graph)) return *why;
  const Graph g = gradient(graph);
  const Evaluation<Rational> values = evaluate<Rational>(g);
  if (values.undefined()) return NotApplicable{"a value is undefined in rationals"};
  OracleGradient<Rational> result;
  for (std::size_t i = graph.outputs().size(); i < g.outputs().size(); ++i)
    for (const Rational& x : values[g.outputs()[i].node]) result.value.push_back(x);
  return result;
}

}  // namespace gradproof::inline v0
