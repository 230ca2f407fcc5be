#include "rebuild.hpp"

#include <cassert>

#include "gradproof/ops.hpp"

namespace gradproof::inline v0 {

Graph Rebuild::run(const Replace& replace, const std::function<Expr(Rebuild&, Expr)>& output) {
  for (std::uint32_t i = 0; i < graph_.size(); ++i) {
    const auto replaced = replace ? replace(*this, NodeId{i}) : std::nullopt;
    image_.push_back(replaced ? *replaced : same(NodeId{i}));
  }
  for (const Output& o : graph_.outputs()) {
    const Expr e = image(o.node);
    builder_.output(output ? output(*this, e) : e, o.cotangent);
  }
  for (const auto& [e, cotangent] : extra_) builder_.output(e, {cotangent});
  return std::move(builder_).finish_or_die();
}

Expr Rebuild::same(NodeId id) {
  std::array<Expr, 2> x{};
  const auto operands = graph_.operands(id);
  for (std::size_t k = 0; k < operands.size(); ++k) x[k] = image(operands[k]);
  return same(id, std::span(x.data(), operands.size()));
}

Expr Rebuild::same(NodeId id, std::span<const Expr> operands) {
  const Node& node = graph_[id];
  if (node.op == id_of<Input>()) return builder_.input(node.shape, graph_.values(id), graph_.name(id));
  if (node.op == id_of<Constant>()) return builder_.constant(node.shape, graph_.values(id));
  return builder_.node(node.op, operands, node.attributes);
}

std::vector<NodeId> reversals(const Graph& graph) {
  std::vector<NodeId> found;
  for (std::uint32_t i = 0; i < graph.size(); ++i)
    if (graph[NodeId{i}].op == id_of<Reverse>()) found.push_back(NodeId{i});
  return found;
}

Graph without_reversals(const Graph& graph) {
  return Rebuild(graph).run([](Rebuild& r, NodeId id) -> std::optional<Expr> {
    if (r.graph()[id].op != id_of<Reverse>()) return {};
    return r.operand(id, 0);
  });
}

Graph with_lambda(const Graph& graph, std::optional<NodeId> which, const Literal& lambda) {
  return Rebuild(graph).run([&](Rebuild& r, NodeId id) -> std::optional<Expr> {
    if (r.graph()[id].op != id_of<Reverse>() || (which && *which != id)) return {};
    return reverse(r.operand(id, 0), lambda);
  });
}

Graph with_cotangents(const Graph& graph,
                      const std::function<Literal(std::size_t, std::size_t, const Literal&)>& f) {
  Draft draft = graph.draft();
  for (std::size_t i = 0; i < draft.outputs.size(); ++i) {
    Output& o = draft.outputs[i];
    const std::size_t size = graph[o.node].shape.size();
    if (o.cotangent.size() == 1) o.cotangent.resize(size, o.cotangent[0]);
    for (std::size_t k = 0; k < size; ++k) o.cotangent[k] = f(i, k, o.cotangent[k]);
  }
  auto result = Graph::make(std::move(draft));
  assert(result.ok());
  return *std::move(result);
}

Graph one_node(const Graph& graph, NodeId id, std::span<const std::vector<double>> operand_values,
               std::span<const double> cotangent) {
  Builder b;
  std::array<Expr, 2> x{};
  const auto operands = graph.operands(id);
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const std::vector<Literal> values(operand_values[k].begin(), operand_values[k].end());
    const bool detached = (info(graph[id].op).detached >> k & 1U) != 0 && k > 0;
    const Shape shape = graph[operands[k]].shape;
    x[k] = detached ? b.constant(shape, values) : b.input(shape, values, k == 0 ? "x" : "y");
  }
  const Expr e = b.node(graph[id].op, std::span(x.data(), operands.size()), graph[id].attributes);
  b.output(e, {cotangent.begin(), cotangent.end()});
  return std::move(b).finish_or_die();
}

std::vector<std::size_t> uses(const Graph& graph) {
  std::vector<std::size_t> count(graph.size(), 0);
  for (std::uint32_t i = 0; i < graph.size(); ++i)
    for (const NodeId x : graph.operands(NodeId{i})) ++count[x.index];
  for (const Output& o : graph.outputs()) ++count[o.node.index];
  return count;
}

}  // namespace gradproof::inline v0
