// Relations of reverse mode as such: they hold for every gradient, with or without reversals.
#include "catalogue.hpp"
#include "gradproof/ops.hpp"
#include "relations.hpp"

#include <algorithm>
#include <cassert>

namespace gradproof::inline v0 {

namespace {

// Every place that reads an input gets an input of its own.
Finding check_leaf_split(Subject& subject, const Case& c) {
  const auto count = uses(c.graph);
  if (std::ranges::none_of(c.graph.inputs(), [&](NodeId id) { return count[id.index] > 1; }))
    return not_applicable("no input is read twice");
  Rebuild rebuild(c.graph);
  std::vector<std::size_t> input_of;
  const auto input_index = [&](NodeId id) {
    return static_cast<std::size_t>(std::ranges::find(c.graph.inputs(), id) - c.graph.inputs().begin());
  };
  std::vector<bool> taken(c.graph.size(), false);
  // The first reader keeps the original; each later one gets a fresh leaf with the same values.
  const auto fresh = [&](Rebuild& r, NodeId input) {
    if (!taken[input.index]) {
      taken[input.index] = true;
      return r.image(input);
    }
    input_of.push_back(input_index(input));
    return r.builder().input(c.graph[input].shape, c.graph.values(input));
  };
  const auto is_input = [&](NodeId id) { return c.graph[id].op == id_of<Input>(); };
  const Graph split = rebuild.run(
    [&](Rebuild& r, NodeId id) -> std::optional<Expr> {
      if (is_input(id)) {
        input_of.push_back(input_index(id));
        return {};
      }
      std::array<Expr, 2> x{};
      const auto operands = c.graph.operands(id);
      for (std::size_t k = 0; k < operands.size(); ++k)
        x[k] = is_input(operands[k]) ? fresh(r, operands[k]) : r.image(operands[k]);
      if (operands.empty()) return {};
      return r.same(id, std::span(x.data(), operands.size()));
    },
    [&](Rebuild& r, Expr e) {
      for (const NodeId input : c.graph.inputs())
        if (e.id == r.image(input).id) return fresh(r, input);
      return e;
    });
  return relation(subject, c, {{1, split, input_of}});
}

Finding check_cotangent_linearity(Subject& subject, const Case& c) {
  const Graph doubled = with_cotangents(
    c.graph, [](std::size_t, std::size_t, const Literal& l) { return Literal(-2 * l.nearest()); });
  const Finding homogeneous = relation(subject, c, {{-0.5, doubled, {}}});
  if (homogeneous.outcome != Outcome::holds) return homogeneous;
  // v is the sum of its entries at even and at odd places, exactly.
  const auto half = [&](std::size_t parity) {
    return with_cotangents(c.graph, [parity](std::size_t o, std::size_t k, const Literal& l) {
      return (o + k) % 2 == parity ? l : Literal(0);
    });
  };
  return relation(subject, c, {{1, half(0), {}}, {1, half(1), {}}});
}

// Another order of the nodes that respects their dependencies: of the nodes that are ready, always the last.
// Inputs keep their order.
std::vector<NodeId> other_order(const Graph& graph) {
  std::vector<NodeId> order(graph.inputs());
  std::vector<bool> done(graph.size(), false);
  for (const NodeId id : order) done[id.index] = true;
  while (order.size() < graph.size()) {
    for (std::uint32_t i = static_cast<std::uint32_t>(graph.size()); i-- > 0;) {
      const auto operands = graph.operands(NodeId{i});
      if (done[i] || !std::ranges::all_of(operands, [&](NodeId x) { return done[x.index]; })) continue;
      done[i] = true;
      order.push_back(NodeId{i});
      break;
    }
  }
  return order;
}

Graph reordered(const Graph& graph, const std::vector<NodeId>& order) {
  Draft draft = graph.draft();
  std::vector<NodeId> moved(graph.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) moved[order[i].index] = NodeId{i};
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    Node node = graph[order[i]];
    for (std::size_t k = 0; k < graph.operands(order[i]).size(); ++k)
      node.operand[k] = moved[node.operand[k].index];
    draft.nodes[i] = node;
    if (!draft.names.empty()) draft.names[i] = graph.draft().names[order[i].index];
  }
  for (Output& o : draft.outputs) o.node = moved[o.node.index];
  auto result = Graph::make(std::move(draft));
  assert(result.ok());
  return *std::move(result);
}

Finding check_topological_reorder(Subject& subject, const Case& c) {
  const auto order = other_order(c.graph);
  if (std::ranges::is_sorted(order)) return not_applicable("the graph has only one order");
  return relation(subject, c, {{1, reordered(c.graph, order), {}}});
}

}  // namespace

const Property leaf_split{
  .id = "leaf-split",
  .claim =
    "The gradient of a leaf that several operations read is the sum of the gradients of one leaf for each.",
  .explain =
    "Reverse mode accumulates over consumers. Where the last contribution overwrites the others, or one is "
    "counted twice, this fails.",
  .breaks = "An assignment where a sum is due, in a hand-written accumulation.",
  .mend = "Add into the gradient of a leaf; begin with zeros.",
  .check = check_leaf_split};

const Property cotangent_linearity{
  .id = "cotangent-linearity",
  .claim = "The gradient is linear in the cotangent.",
  .explain =
    "A cotangent twice as large and of the other sign gives a gradient of -2 times, and cotangents add. "
    "Clipping, sign-only updates, "
    "nan_to_num, dividing by the batch size at the seed, and tests that seed with ones all show up here.",
  .breaks = "clamp, sign, nan_to_num, a division by the batch or by the norm in backward.",
  .mend = "Leave clipping to the optimiser, and divide in the loss.",
  .check = check_cotangent_linearity};

const Property topological_reorder{
  .id = "topological-reorder",
  .claim = "The gradient does not depend on the order in which independent operations are written.",
  .explain =
    "A fault here means state that is shared between operations: a static buffer, a counter, a global λ.",
  .breaks = "A counter, a static buffer or a global λ that depends on which call came before.",
  .mend = "Keep nothing between calls.",
  .check = check_topological_reorder};

}  // namespace gradproof::inline v0
