#include "campaign/screen.hpp"

#include <cmath>

#include "gradproof/analysis.hpp"
#include "gradproof/calculus.hpp"
#include "gradproof/complex.hpp"
#include "gradproof/dual.hpp"
#include "gradproof/oracle.hpp"

namespace gradproof::inline v0 {

namespace {

// The direction: no two neighbours are equal, so that entries that were swapped show, and none is 0.
double direction(std::size_t input, std::size_t entry) {
  return (entry % 2 == 0 ? 1 : -1) * (1 + static_cast<double>((input * 7 + entry * 3) % 16) / 16);
}

// The derivative along the direction of the anchored graph, by dual numbers. The base point is that of the graph itself,
// whose values `base` has.
double slope_along(const Graph& g, const Evaluation<double>& base) {
  const Anchored a = anchored(g);
  Evaluation<Dual<double>> dual(a.graph);
  for (const auto& [leaf, source] : a.frozen) {
    const auto from = base[source];
    const auto to = dual.leaf(leaf);
    for (std::size_t k = 0; k < from.size(); ++k) to[k] = {from[k], 0};
  }
  for (std::size_t i = 0; i < a.inputs.size(); ++i) {
    const auto leaf = dual.leaf(a.inputs[i]);
    for (std::size_t k = 0; k < leaf.size(); ++k) leaf[k].slope = direction(i, k);
  }
  dual.run();
  return dual.objective().slope;
}

// What the two sweeps may differ by, and the absolute path sum along the direction.
struct Room {
  double allowed = 0, bulk = 0;
};

// Each sweep may be off by the bound, twice for its higher orders. Then the one is summed up over all entries of the
// inputs and the other over those of the outputs, and each addition rounds what has come together so far.
Room room(const Graph& g, const Bounds& bounds, double unit) {
  double additions = 0;
  for (const NodeId input : g.inputs()) additions += static_cast<double>(g[input].shape.size());
  for (const Output& o : g.outputs()) additions += static_cast<double>(g[o.node].shape.size());
  Room r;
  for (std::size_t i = 0; i < g.inputs().size(); ++i) {
    const auto& row = bounds.outputs[g.outputs().size() + i];
    for (std::size_t k = 0; k < row.size(); ++k) {
      const double u = std::abs(direction(i, k));
      r.allowed += u * (4 * row[k].error + additions * unit * row[k].bulk);
      r.bulk += u * row[k].bulk;
    }
  }
  return r;
}

bool decidable(const Bounds& bounds) { return !bounds.overflows && bounds.kink_margin > 1; }

Screened verdict(double difference, const Room& r, double unit) {
  Screened s;
  s.outcome = std::abs(difference) <= r.allowed ? Outcome::holds : Outcome::fails;
  s.ulps = difference == 0 ? 0 : std::abs(difference) / (2 * unit * r.bulk);
  return s;
}

}  // namespace

Screened screened(const Graph& g, Dtype dtype, std::span<const std::vector<double>> gradients) {
  const Bounds bounds = rounding_bounds(gradient(g), dtype);
  if (!decidable(bounds)) return {};
  const double unit = std::ldexp(1, -format(dtype).precision);
  double along = 0;
  for (std::size_t i = 0; i < gradients.size(); ++i)
    for (std::size_t k = 0; k < gradients[i].size(); ++k) along += direction(i, k) * gradients[i][k];
  const Screened s = verdict(along - slope_along(g, evaluate<double>(g)), room(g, bounds, unit), unit);
  return s;
}

Screened screened(const Graph& g) {
  const Graph derivative = gradient(g);
  const Bounds bounds = rounding_bounds(derivative, Dtype::f64);
  if (!decidable(bounds)) return {};
  // A gradient graph begins with the nodes of its graph.
  const Evaluation<double> values = evaluate<double>(derivative);
  double along = 0;
  for (std::size_t i = 0; i < g.inputs().size(); ++i) {
    const auto row = values[derivative.outputs()[g.outputs().size() + i].node];
    for (std::size_t k = 0; k < row.size(); ++k) along += direction(i, k) * row[k];
  }
  return verdict(along - slope_along(g, values), room(g, bounds, 0x1p-53), 0x1p-53);
}

Screened screened(const Graph& g, std::int64_t count) {
  const Graph derivative = gradient(g);
  const Bounds bounds = rounding_bounds(derivative, Dtype::f64);
  if (!decidable(bounds)) return {};
  const Bits precision = digits(count);
  const Evaluation<Real> values = evaluate<Real>(derivative, precision);
  Real along(0, precision);
  std::vector<double> weights;
  for (std::size_t i = 0; i < g.inputs().size(); ++i) {
    const auto row = values[derivative.outputs()[g.outputs().size() + i].node];
    for (std::size_t k = 0; k < row.size(); ++k) {
      weights.push_back(direction(i, k));
      along = along + Real(Literal(weights.back()), precision) * row[k];
    }
  }
  const auto other = complex_step_along(g, precision, weights);
  if (!other) return {};
  // The bounds are those of double; at this precision all of it is smaller by as many bits.
  const double finer = std::ldexp(1, static_cast<int>(53 - precision.count));
  Room r = room(g, bounds, 0x1p-53);
  r.allowed = r.allowed * finer + other->error;
  r.bulk *= finer;
  return verdict((along - other->value).to_double(), r, 0x1p-53);
}

}  // namespace gradproof::inline v0
