#include "gradproof/analysis.hpp"

#include <cmath>
#include <limits>

#include "gradproof/calculus.hpp"
#include "graph/apply.hpp"
#include "number/grain.hpp"
#include "number/tracked.hpp"

namespace gradproof::inline v0 {

Strength reversal_strength(const Graph& graph) {
  const Evaluation<double> values = evaluate<double>(graph);
  Strength s;
  for (const Node& node : graph.nodes()) {
    if (node.op != id_of<Reverse>()) continue;
    double up = 0, down = 0;
    for (const double lambda : values[node.operand[1]]) {
      if (lambda == 0 || !std::isfinite(lambda)) continue;
      up = std::max(up, std::log2(std::abs(lambda)));
      down = std::max(down, -std::log2(std::abs(lambda)));
    }
    s.up += up;
    s.down += down;
  }
  return s;
}

namespace {

// The kinks of one node, computed from its operands: f(kink) for each entry.
template <Number S, class F>
void for_each_kink(const Graph& graph, NodeId id, const Evaluation<S>& values, F f) {
  const Node& node = graph[id];
  with_op(node.op, [&]<class O>(std::type_identity<O>) {
    if constexpr (requires(S t) { O::kink(t); }) {
      for (const S& x : values[node.operand[0]]) f(O::kink(x));
    } else if constexpr (requires(S t) { O::kink(t, t); }) {
      const auto a = values[node.operand[0]], b = values[node.operand[1]];
      for (std::size_t k = 0; k < a.size(); ++k) f(O::kink(a[k], b[k]));
    }
  });
}

}  // namespace

Bounds rounding_bounds(const Graph& graph, Dtype dtype) {
  const Evaluation<Tracked> values = evaluate<Tracked>(graph, Bits{format(dtype).precision});
  const double u = unit_roundoff(dtype), largest = std::ldexp(2 - 2 * u, format(dtype).max_exponent);
  Bounds bounds{{}, std::numeric_limits<double>::infinity(), false};
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    for (const Tracked& t : values[NodeId{i}])
      if (!(t.bulk + t.error * u <= largest)) bounds.overflows = true;
    for_each_kink(graph, NodeId{i}, values, [&](const Tracked& kink) {
      if (kink.value == 0) bounds.kink_margin = 0;
      else if (kink.error > 0)
        bounds.kink_margin = std::min(bounds.kink_margin, std::abs(kink.value) / (kink.error * u));
    });
  }
  for (const Output& output : graph.outputs()) {
    bounds.outputs.emplace_back();
    for (const Tracked& t : values[output.node])
      bounds.outputs.back().push_back({t.value, t.bulk, t.error * u});
  }
  return bounds;
}

double exact_bits(const Graph& graph) {
  for (const Node& node : graph.nodes())
    if (info(node.op).klass != Class::rational) return 1e6;
  const Evaluation<Grain> values = evaluate<Grain>(graph);
  double most = 0;
  for (std::uint32_t i = 0; i < graph.size(); ++i)
    for (const Grain& g : values[NodeId{i}]) most = std::max(most, g.bits());
  return most;
}

bool well_defined(const Graph& graph) {
  const Evaluation<double> values = evaluate<double>(graph);
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const NodeId id{i};
    for (const double v : values[id])
      if (!std::isfinite(v)) return false;
    const Node& node = graph[id];
    const bool inside_domain = with_op(node.op, [&]<class O>(std::type_identity<O>) {
      if constexpr (O::kind == Kind::elementwise || O::kind == Kind::selection) {
        for (std::size_t k = 0; k < O::arity; ++k)
          for (const double x : values[node.operand[k]])
            if (!inside(O::domain[k], x, node.attributes)) return false;
      }
      return true;
    });
    if (!inside_domain) return false;
  }
  return true;
}

}  // namespace gradproof::inline v0
