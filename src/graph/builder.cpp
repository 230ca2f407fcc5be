#include <cassert>
#include <cstdio>
#include <cstdlib>

#include "gradproof/ops.hpp"
#include "graph/infer.hpp"

namespace gradproof::inline v0 {

Shape Expr::shape() const { return builder == nullptr ? Shape{} : builder->shape(id); }

Expr Builder::leaf(OpId op, Shape shape, std::span<const Literal> values, std::string name) {
  if (values.size() != 1 && values.size() != shape.size())
    fail("a leaf of shape " + shape.text() + " takes " + std::to_string(shape.size()) +
         " values, or one that fills, not " + std::to_string(values.size()));
  Node node;
  node.op = op;
  node.shape = shape;
  node.first_value = static_cast<std::uint32_t>(draft_.values.size());
  node.value_count = static_cast<std::uint32_t>(values.size());
  draft_.values.insert(draft_.values.end(), values.begin(), values.end());
  return {*this, append(node, std::move(name))};
}

Expr Builder::input(Shape shape, std::span<const Literal> values, std::string name) {
  return leaf(id_of<Input>(), shape, values, std::move(name));
}

Expr Builder::constant(Shape shape, std::span<const Literal> values, std::string name) {
  return leaf(id_of<Constant>(), shape, values, std::move(name));
}

NodeId Builder::append(Node node, std::string name) {
  if (!name.empty() && draft_.names.empty()) draft_.names.resize(draft_.nodes.size());
  if (!name.empty() || !draft_.names.empty()) draft_.names.push_back(std::move(name));
  draft_.nodes.push_back(node);
  return NodeId{static_cast<std::uint32_t>(draft_.nodes.size() - 1)};
}

void Builder::fail(std::string message) {
  if (!mistake_)
    mistake_ = Invalid{NodeId{static_cast<std::uint32_t>(draft_.nodes.size())}, std::move(message)};
}

NodeId Builder::place(const Expr& e, Shape shape) {
  if (e.builder == nullptr) return constant(shape, Literal(e.constant)).id;
  assert(e.builder == this && "an Expr of another builder");
  return e.id;
}

Expr Builder::node(OpId op, std::span<const Expr> operands, Attributes attributes, std::string name) {
  Node node;
  node.op = op;
  node.attributes = attributes;
  std::array<Shape, 2> shapes{};
  for (std::size_t i = 0; i < operands.size(); ++i) {
    node.operand[i] = place(operands[i], {});
    shapes[i] = shape(node.operand[i]);
  }
  const ShapeOrReason shape = infer_shape(op, shapes, attributes);
  if (shape) node.shape = *shape;
  else fail(std::string(info(op).name) + ": " + shape.error());
  return {*this, append(node, std::move(name))};
}

void Builder::output(Expr e, std::vector<Literal> cotangent) {
  draft_.outputs.push_back({place(e, {}), std::move(cotangent)});
}

void Builder::rename(NodeId id, std::string name) {
  if (draft_.names.empty()) draft_.names.resize(draft_.nodes.size());
  draft_.names[id.index] = std::move(name);
}

void Builder::copy_nodes(const Graph& graph) {
  assert(draft_.nodes.empty());
  draft_ = graph.draft();
  draft_.outputs.clear();
}

Result<Graph, Invalid> Builder::finish() && {
  if (mistake_) return std::move(*mistake_);
  return Graph::make(std::move(draft_));
}

Graph Builder::finish_or_die() && {
  Result<Graph, Invalid> graph = std::move(*this).finish();
  if (!graph) {
    std::fprintf(stderr, "gradproof built a graph that is none: %s\n", graph.error().message.c_str());
    std::abort();
  }
  return *std::move(graph);
}

}  // namespace gradproof::inline v0
