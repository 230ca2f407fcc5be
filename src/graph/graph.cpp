#include "gradproof/graph.hpp"

#include <cassert>

#include "gradproof/ops.hpp"
#include "graph/infer.hpp"

namespace gradproof::inline v0 {

std::string Shape::text() const { return std::to_string(rows) + "x" + std::to_string(cols); }

namespace {

std::optional<std::string> check_leaf(const Draft& draft, const Node& node) {
  const bool fits = node.value_count == 1 || node.value_count == node.shape.size();
  if (!fits)
    return "a leaf of shape " + node.shape.text() + " takes " + std::to_string(node.shape.size()) +
           " values, or one that fills, not " + std::to_string(node.value_count);
  if (std::size_t{node.first_value} + node.value_count > draft.values.size())
    return "the leaf's values are missing";
  return {};
}

// A reversal's strength must be a finite number where it is a literal: NaN or infinity makes every gradient
// behind it meaningless.
std::optional<std::string> check_lambda(const Draft& draft, const Node& node) {
  const Node& lambda = draft.nodes[node.operand[1].index];
  if (lambda.op != id_of<Constant>() && lambda.op != id_of<Input>()) return {};
  for (std::uint32_t i = 0; i < lambda.value_count; ++i) {
    const Literal& l = draft.values[lambda.first_value + i];
    if (!l.is_finite()) return "λ is " + l.text() + "; a reversal needs a finite λ";
  }
  return {};
}

std::optional<std::string> check_node(Draft& draft, std::size_t index) {
  Node& node = draft.nodes[index];
  if (node.op.index >= op_count) return "unknown operation";
  const OpInfo& op = info(node.op);
  for (int i = 0; i < op.arity; ++i)
    if (node.operand[static_cast<std::size_t>(i)].index >= index) return "an operand stands after its use";
  if (op.kind == Kind::leaf) return check_leaf(draft, node);
  std::array<Shape, 2> shapes{};
  for (int i = 0; i < op.arity; ++i)
    shapes[static_cast<std::size_t>(i)] = draft.nodes[node.operand[static_cast<std::size_t>(i)].index].shape;
  const ShapeOrReason shape = infer_shape(node.op, shapes, node.attributes);
  if (!shape) return std::string(op.name) + ": " + shape.error();
  node.shape = *shape;
  if (node.op == id_of<Reverse>()) return check_lambda(draft, node);
  return {};
}

std::vector<bool> needed_nodes(const Draft& draft) {
  std::vector<bool> needed(draft.nodes.size(), false);
  for (const Output& output : draft.outputs) needed[output.node.index] = true;
  for (std::size_t i = draft.nodes.size(); i-- > 0;) {
    const Node& node = draft.nodes[i];
    if (node.op == id_of<Input>()) needed[i] = true;
    if (!needed[i]) continue;
    for (int k = 0; k < info(node.op).arity; ++k)
      needed[node.operand[static_cast<std::size_t>(k)].index] = true;
  }
  return needed;
}

Draft pruned(Draft draft) {
  const std::vector<bool> needed = needed_nodes(draft);
  std::vector<NodeId> moved(draft.nodes.size());
  Draft kept;
  for (std::size_t i = 0; i < draft.nodes.size(); ++i) {
    if (!needed[i]) continue;
    moved[i] = NodeId{static_cast<std::uint32_t>(kept.nodes.size())};
    Node node = draft.nodes[i];
    // Operands that the operation does not have are reset: whoever looks at both finds a node that exists.
    for (int k = 0; k < 2; ++k) {
      NodeId& operand = node.operand[static_cast<std::size_t>(k)];
      operand = k < info(node.op).arity ? moved[operand.index] : NodeId{};
    }
    if (info(node.op).kind == Kind::leaf) {
      const auto first = draft.values.begin() + node.first_value;
      node.first_value = static_cast<std::uint32_t>(kept.values.size());
      kept.values.insert(kept.values.end(), first, first + node.value_count);
    }
    kept.nodes.push_back(node);
    if (!draft.names.empty()) kept.names.push_back(std::move(draft.names[i]));
  }
  kept.outputs = std::move(draft.outputs);
  for (Output& output : kept.outputs) output.node = moved[output.node.index];
  return kept;
}

std::optional<std::string> check_output(const Draft& draft, const Output& output) {
  if (output.node.index >= draft.nodes.size()) return "an output names no node";
  const Shape shape = draft.nodes[output.node.index].shape;
  if (output.cotangent.size() != 1 && output.cotangent.size() != shape.size())
    return "an output of shape " + shape.text() + " takes a cotangent of " + std::to_string(shape.size()) +
           " values, or one that fills, not " + std::to_string(output.cotangent.size());
  return {};
}

}  // namespace

ShapeOrReason infer_shape(OpId id, std::span<const Shape, 2> x, const Attributes& attributes) {
  return with_op(id, [&]<class O>(std::type_identity<O>) -> ShapeOrReason {
    if constexpr (O::kind == Kind::leaf) {
      return std::string("a leaf has no operands");
    } else if constexpr (O::kind == Kind::linear) {
      if constexpr (O::attribute == AttributeKind::shape) {
        if (attributes.v[0] < 0 || attributes.v[1] < 0) return std::string("a shape can't be negative");
      }
      if constexpr (O::arity == 1) return O::shape(x[0], attributes);
      else return O::shape(x[0], x[1], attributes);
    } else {
      if constexpr (O::attribute == AttributeKind::exponent) {
        if (attributes.v[0] > O::largest || attributes.v[0] < -O::largest)
          return "the exponent " + std::to_string(attributes.v[0]) + " is beyond " +
                 std::to_string(O::largest);
      }
      if constexpr (O::arity == 2) {
        const bool detached_scalar = (O::detached & 0b10) != 0 && x[1].is_scalar();
        if (x[0] != x[1] && !detached_scalar)
          return "the shapes " + x[0].text() + " and " + x[1].text() + " differ";
      }
      return x[0];
    }
  });
}

Result<Graph, Invalid> Graph::make(Draft draft) {
  if (!draft.names.empty() && draft.names.size() != draft.nodes.size())
    return Invalid{{}, "names and nodes differ in number"};
  for (std::size_t i = 0; i < draft.nodes.size(); ++i)
    if (auto reason = check_node(draft, i))
      return Invalid{NodeId{static_cast<std::uint32_t>(i)}, std::move(*reason)};
  if (draft.outputs.empty()) return Invalid{{}, "the graph has no output"};
  for (const Output& output : draft.outputs)
    if (auto reason = check_output(draft, output)) return Invalid{output.node, std::move(*reason)};
  return Graph(pruned(std::move(draft)));
}

Graph::Graph(Draft draft) : draft_(std::move(draft)) {
  for (std::size_t i = 0; i < draft_.nodes.size(); ++i)
    if (draft_.nodes[i].op == id_of<Input>()) inputs_.push_back(NodeId{static_cast<std::uint32_t>(i)});
}

std::span<const NodeId> Graph::operands(NodeId id) const {
  const Node& node = (*this)[id];
  return {node.operand.data(), static_cast<std::size_t>(info(node.op).arity)};
}

std::span<const Literal> Graph::values(NodeId id) const {
  const Node& node = (*this)[id];
  return std::span(draft_.values).subspan(node.first_value, node.value_count);
}

std::string Graph::name(NodeId id) const {
  if (!draft_.names.empty() && !draft_.names[id.index].empty()) return draft_.names[id.index];
  return "n" + std::to_string(id.index);
}

bool operator==(const Graph& a, const Graph& b) {
  if (a.size() != b.size() || a.outputs().size() != b.outputs().size()) return false;
  for (std::uint32_t i = 0; i < a.size(); ++i) {
    const NodeId id{i};
    const Node &x = a[id], &y = b[id];
    if (x.op != y.op || x.shape != y.shape || x.attributes != y.attributes) return false;
    if (!std::ranges::equal(a.operands(id), b.operands(id))) return false;
    if (info(x.op).kind == Kind::leaf && !std::ranges::equal(a.values(id), b.values(id))) return false;
  }
  for (std::size_t i = 0; i < a.outputs().size(); ++i) {
    if (a.outputs()[i].node != b.outputs()[i].node) return false;
    if (a.outputs()[i].cotangent != b.outputs()[i].cotangent) return false;
  }
  return true;
}

}  // namespace gradproof::inline v0
