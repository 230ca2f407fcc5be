#include "gradproof/analysis.hpp"

#include <cmath>
#include <limits>

#include "gradproof/calculus.hpp"
#include "graph/apply.hpp"
#include "number/grain.hpp"
#include "number/tracked.hpp"

namespace gradproof {

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

std::vector<std::vector<Bound>> rounding_bounds(const Graph& graph) {
  const Evaluation<Tracked> values = evaluate<Tracked>(graph);
  std::vector<std::vector<Bound>> bounds;
  for (const Output& output : graph.outputs()) {
    bounds.emplace_back();
    for (const Tracked& t : values[output.node]) bounds.back().push_back({t.value, t.bulk, t.error});
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

double kink_margin(const Graph& graph) {
  const Evaluation<Tracked> values = evaluate<Tracked>(graph);
  double least = std::numeric_limits<double>::infinity();
  const auto consider = [&](const Tracked& kink) {
    if (kink.value == 0) least = 0;
    else if (kink.error > 0) least = std::min(least, std::abs(kink.value) / kink.error);
  };
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const Node& node = graph[NodeId{i}];
    with_op(node.op, [&]<class O>(std::type_identity<O>) {
      if constexpr (requires(Tracked t) { O::kink(t); }) {
        for (const Tracked& x : values[node.operand[0]]) consider(O::kink(x));
      } else if constexpr (requires(Tracked t) { O::kink(t, t); }) {
        const auto a = values[node.operand[0]], b = values[node.operand[1]];
        for (std::size_t k = 0; k < a.size(); ++k) consider(O::kink(a[k], b[k]));
      }
    });
  }
  return least;
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

}  // namespace gradproof
