#include "calculus/passes.hpp"

#include <cassert>
#include <string>

#include "gradproof/ops.hpp"

namespace gradproof::inline v0 {

namespace {

// Told by the node's name, because graphs that are made drop what nobody needs and number the rest anew.
std::string name_of(LayerPass p) { return std::to_string(p.layer) + " " + std::to_string(p.order); }

// In a gradient graph another reversal, whose operand is the cotangent, stands for "the backward kernel, applied to
// this cotangent". No derivative formula contains a reversal, so that there are no others.
class MarkedReversals : public Backward {
 public:
  Expr contribution(const At& at, const Expr& honest, const Expr& cotangent) const override {
    const Node& node = at.graph[at.node];
    if (node.op != id_of<Reverse>()) return honest;
    Builder& builder = *cotangent.builder;
    const Expr mark = reverse(cotangent, Expr(builder, node.operand[1]));
    const LayerPass which = pass_of(at.graph, at.node);
    builder.rename(mark.id, name_of({which.layer, which.order + 1}));
    return mark;
  }
};

// The graph with each reversal named as the forward pass of a layer of its own.
Graph with_roles(const Graph& graph) {
  Draft draft = graph.draft();
  draft.names.resize(draft.nodes.size());
  for (std::uint32_t i = 0; i < draft.nodes.size(); ++i)
    draft.names[i] = draft.nodes[i].op == id_of<Reverse>() ? name_of({i, 0}) : "";
  auto named = Graph::make(std::move(draft));
  assert(named.ok());
  return *std::move(named);
}

// The gradient graph with the cotangents of double backward: 0 for the outputs, which stay, because a layer's backward
// pass may need its forward pass; 1, 2, 3 ... for the entries of each gradient.
Graph weighted(const Graph& gradient_graph, std::size_t outputs) {
  Draft draft = gradient_graph.draft();
  for (std::size_t i = 0; i < draft.outputs.size(); ++i) {
    Output& o = draft.outputs[i];
    o.cotangent.clear();
    for (std::size_t k = 0; i >= outputs && k < gradient_graph[o.node].shape.size(); ++k)
      o.cotangent.emplace_back(static_cast<double>(k + 1));
    if (o.cotangent.empty()) o.cotangent.emplace_back(0);
  }
  auto result = Graph::make(std::move(draft));
  assert(result.ok());
  return *std::move(result);
}

}  // namespace

LayerPass pass_of(const Graph& graph, NodeId id) {
  const std::string name = graph.name(id);
  const std::size_t space = name.find(' ');
  assert(space != std::string::npos);
  return {static_cast<std::uint32_t>(std::stoul(name)),
          static_cast<std::uint32_t>(std::stoul(name.substr(space)))};
}

Graph gradient_in_passes(const Graph& graph, bool twice) {
  Graph first = gradient(with_roles(graph), Seed::literal, MarkedReversals{});
  if (!twice) return first;
  return gradient(weighted(first, graph.outputs().size()), Seed::literal, MarkedReversals{});
}

}  // namespace gradproof::inline v0
