#include <cassert>

#include "gradproof/calculus.hpp"
#include "gradproof/ops.hpp"

namespace gradproof::inline v0 {

namespace {

// Which nodes a gradient can reach an input through.
std::vector<bool> active_nodes(const Graph& graph) {
  std::vector<bool> active(graph.size(), false);
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const OpInfo& op = info(graph[NodeId{i}].op);
    active[i] = graph[NodeId{i}].op == id_of<Input>();
    const auto operands = graph.operands(NodeId{i});
    for (std::size_t k = 0; k < operands.size(); ++k)
      if ((op.detached >> k & 1U) == 0 && active[operands[k].index]) active[i] = true;
  }
  return active;
}

// The product of the k-th partial derivative of a node and its cotangent.
Expr contribution(Builder& b, const Graph& graph, NodeId id, std::size_t k, const Expr& cotangent) {
  const Node& node = graph[id];
  return with_op(node.op, [&]<class O>(std::type_identity<O>) -> Expr {
    if constexpr (O::kind == Kind::leaf) {
      return 0;
    } else if constexpr (O::kind == Kind::linear) {
      const Expr x(b, node.operand[0]), y(b, node.operand[1]);
      if constexpr (O::arity == 1) return O::transposed(node.attributes, 0, x, cotangent);
      else return O::transposed(node.attributes, static_cast<int>(k), x, y, cotangent);
    } else {
      const Expr value(b, id);
      std::array<Expr, 2> x{Expr(b, node.operand[0]), Expr(b, node.operand[1])};
      for (std::size_t i = 0; i < O::arity; ++i)
        if ((O::detached >> i & 1U) != 0) x[i] = stop(x[i]);
      if constexpr (O::attribute == AttributeKind::exponent)
        return Expr(O::partials(value, x[0], node.attributes.v[0])[k]) * cotangent;
      else if constexpr (O::arity == 1) return Expr(O::partials(value, x[0])[k]) * cotangent;
      else return Expr(O::partials(value, x[0], x[1])[k]) * cotangent;
    }
  });
}

// Cotangents of the outputs, as leaves.
std::vector<Expr> seeds(Builder& b, const Graph& graph, Seed seed) {
  std::vector<Expr> cotangents;
  for (const Output& output : graph.outputs()) {
    const Shape shape = graph[output.node].shape;
    const bool one = output.cotangent.size() == 1 && output.cotangent[0] == Literal(1);
    if (seed == Seed::input) cotangents.push_back(b.input(shape, output.cotangent, "cotangent"));
    else if (one) cotangents.emplace_back(1);
    else cotangents.push_back(b.constant(shape, output.cotangent));
  }
  return cotangents;
}

// A bare 1 seeds a scalar output without a leaf; anything larger needs its shape.
Expr shaped(Builder& b, const Expr& e, Shape shape) {
  return e.builder == nullptr ? Expr(b, b.place(e, shape)) : e;
}

}  // namespace

Graph gradient(const Graph& graph, Seed seed, const Backward& backward) {
  Builder b;
  b.copy_nodes(graph);
  const std::vector<bool> active = active_nodes(graph);
  std::vector<Expr> adjoint(graph.size());
  const std::vector<Expr> cotangents = seeds(b, graph, seed);
  for (std::size_t i = 0; i < graph.outputs().size(); ++i) {
    const NodeId node = graph.outputs()[i].node;
    adjoint[node.index] = adjoint[node.index] + shaped(b, cotangents[i], graph[node].shape);
  }
  for (std::uint32_t i = static_cast<std::uint32_t>(graph.size()); i-- > 0;) {
    const NodeId id{i};
    if (!active[i] || adjoint[i].is_constant(0)) continue;
    const unsigned detached = info(graph[id].op).detached;
    const auto operands = graph.operands(id);
    for (std::size_t k = 0; k < operands.size(); ++k) {
      if (!active[operands[k].index] || (detached >> k & 1U) != 0) continue;
      const Expr honest = contribution(b, graph, id, k, adjoint[i]);
      const Expr next = backward.contribution({graph, id, static_cast<int>(k)}, honest, adjoint[i]);
      Expr& sum = adjoint[operands[k].index];
      if (next.is_constant(0)) continue;
      sum = sum.is_constant(0) ? next : backward.accumulate(graph, operands[k], sum, next);
    }
  }
  for (const Output& output : graph.outputs()) b.output({b, output.node});
  for (const NodeId input : graph.inputs()) b.output(shaped(b, adjoint[input.index], graph[input].shape));
  return std::move(b).finish_or_die();
}

}  // namespace gradproof::inline v0
