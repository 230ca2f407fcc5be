#include "study/objective.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "gradproof/analysis.hpp"
#include "gradproof/truth.hpp"

namespace gradproof::inline v0 {

Graph scalar_objective(const Graph& graph) {
  const auto& outputs = graph.outputs();
  const bool is_one_number = outputs.size() == 1 && graph[outputs[0].node].shape.is_scalar() &&
                             outputs[0].cotangent.size() == 1 && outputs[0].cotangent[0] == Literal(1);
  if (is_one_number) return graph;
  Builder b;
  b.copy_nodes(graph);
  Expr total = 0;
  for (const Output& o : outputs) {
    const Shape shape = graph[o.node].shape;
    const Expr weighted = Expr(b, o.node) * b.constant(shape, o.cotangent);
    const Expr term = shape.is_scalar() ? weighted : sum(weighted, Axis::all);
    total = total.is_constant(0) ? term : total + term;
  }
  b.output(total);
  return std::move(b).finish_or_die();
}

std::vector<EntryOf> entries_of(const Graph& graph) {
  std::vector<EntryOf> all;
  for (std::size_t i = 0; i < graph.inputs().size(); ++i)
    for (std::size_t k = 0; k < graph[graph.inputs()[i]].shape.size(); ++k) all.push_back({i, k});
  return all;
}

std::string place_name(const Graph& graph, const EntryOf& entry) {
  const NodeId id = graph.inputs()[entry.input];
  const Shape shape = graph[id].shape;
  if (shape.is_scalar()) return graph.name(id);
  return fmt::format("{}[{},{}]", graph.name(id), entry.place / shape.cols, entry.place % shape.cols);
}

Literal literal_at(const Graph& graph, const EntryOf& entry) {
  const auto values = graph.values(graph.inputs()[entry.input]);
  return values.size() == 1 ? values[0] : values[entry.place];
}

Graph moved(const Graph& graph, NodeId leaf, std::size_t place, double to) {
  Draft draft = graph.draft();
  Node& node = draft.nodes[leaf.index];
  const auto values = graph.values(leaf);
  const auto first = static_cast<std::uint32_t>(draft.values.size());
  const std::size_t count = node.shape.size();
  for (std::size_t k = 0; k < count; ++k)
    draft.values.push_back(k == place ? Literal(to) : values.size() == 1 ? values[0] : values[k]);
  node.first_value = first;
  node.value_count = static_cast<std::uint32_t>(count);
  auto result = Graph::make(std::move(draft));
  assert(result.ok());
  return *std::move(result);
}

Size size_of(const Real& x) {
  if (mpfr_nan_p(x.get()) != 0) return {std::numeric_limits<double>::quiet_NaN()};
  if (mpfr_inf_p(x.get()) != 0) return {std::numeric_limits<double>::infinity()};
  if (mpfr_zero_p(x.get()) != 0) return {};
  return {log(abs(x.rounded(Bits{64}))).to_double() / std::log(10.0)};
}

Size size_of(double x) { return size_of(Real(x, Bits{53})); }

namespace {

// The number, where it is known to so many bits. One that may be exactly 0 stays undecided however long one looks; far below
// any use that is made of it here it is taken for 0.
std::optional<Real> settled(const Enclosure& e, Bits precision) {
  const Real m = middle(e);
  if (width(e) <= abs(m) * Real::power_of_two(1 - precision.count, precision)) return m;
  if (contains(e, Real(0, precision)) && width(e) <= Real::power_of_two(-3 * precision.count, precision))
    return Real(0, precision);
  return {};
}

}  // namespace

Result<Proven, std::string> proven(const Graph& graph, Bits precision) {
  const auto known = truth(graph, precision, Bits{8 * precision.count});
  if (!known && known.error().doubt.why != Obstacle::undecided) return known.error().doubt.message;
  const Enclosures& e = known ? *known : known.error().enclosures;
  Proven p;
  for (const bool slopes : {false, true})
    for (const auto& row : slopes ? e.gradient : e.values)
      for (const Enclosure& one : row) {
        auto number = settled(one, precision);
        if (!number) return known.error().doubt.message;
        (slopes ? p.slopes : p.values).push_back(*std::move(number));
      }
  return p;
}

Slopes proven_slopes(const Graph& graph, Bits precision) {
  auto known = proven(graph, precision);
  if (!known) return known.error();
  return (*std::move(known)).slopes;
}

// --- Derivatives of higher order
// ------------------------------------------------------------------------------------------------------------

namespace {

constexpr std::int64_t stencil_step = 64;  // h is 2^-64 of the scale on which the function is taken to bend
constexpr int highest_order = 7;

// Beyond 16 bits a number's own size is the scale on which its function may bend.
std::int64_t scale_exponent(const Real& x) {
  if (mpfr_regular_p(x.get()) == 0) return 0;
  return std::min<std::int64_t>(0, std::int64_t{mpfr_get_exp(x.get())} + 16);
}

std::int64_t farthest(const Graph& graph) {
  std::int64_t far = 0;
  for (const NodeId input : graph.inputs())
    for (const Literal& l : graph.values(input)) {
      const Real x(l, Bits{53});
      if (mpfr_regular_p(x.get()) != 0) far = std::max(far, std::abs(std::int64_t{mpfr_get_exp(x.get())}));
    }
  return far;
}

std::int64_t strength_bits(const Graph& graph) {
  const Strength s = reversal_strength(graph);
  return static_cast<std::int64_t>(std::ceil(s.up + s.down));
}

}  // namespace

Bits stencil_precision(const Graph& graph) {
  // A difference of order n divides by h^n: so many bits are lost.
  return {(highest_order + 3) * (stencil_step + farthest(graph)) + 3 * strength_bits(graph)};
}

Real derivative_of_order(Moving<Real>& f, const EntryOf& entry, int order, Bits working) {
  const Real base = f.entry(entry);
  const std::int64_t k = stencil_step - scale_exponent(base);
  // Points half a step apart serve the odd orders: x + (n/2 - j) h for j = 0 ... n, with binomial weights.
  Real total(0, working), largest(0, working), weight(1, working);
  for (int j = 0; j <= order; ++j) {
    const Real value = f.with(entry, base + (order - 2 * j) * Real::power_of_two(-k - 1, working));
    total = j % 2 == 0 ? total + weight * value : total - weight * value;
    if (largest < abs(value)) largest = abs(value);
    weight = weight * (order - j) / (j + 1);
  }
  // What is left of equal numbers: rounding, with 32 bits for the function's length.
  if (abs(total) <= largest * Real::power_of_two(32 + order - working.count, working)) return {0, working};
  return total * Real::power_of_two(k * order, working);
}

double rounding_of_value(const Graph& graph, Dtype dtype) {
  const Bounds bounds = rounding_bounds(graph, dtype);
  return bounds.overflows ? std::numeric_limits<double>::infinity() : bounds.outputs[0][0].error;
}

Graph loaded(const Declared& declared) {
  if (declared.anchor.frozen.empty()) return declared.graph;
  const Evaluation<double> base = evaluate<double>(declared.graph);
  Draft draft = declared.anchor.graph.draft();
  for (const auto& [leaf, source] : declared.anchor.frozen) {
    Node& node = draft.nodes[leaf.index];
    node.first_value = static_cast<std::uint32_t>(draft.values.size());
    for (const double v : base[source]) draft.values.emplace_back(v);
    node.value_count = static_cast<std::uint32_t>(base[source].size());
  }
  auto result = Graph::make(std::move(draft));
  assert(result.ok());
  return *std::move(result);
}

}  // namespace gradproof::inline v0
