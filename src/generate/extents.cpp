#include "generate/extents.hpp"

#include <algorithm>

#include "graph/infer.hpp"

namespace gradproof::inline v0 {

namespace {

// The numbers that a shape rule reads: the extents of up to two operands, and a target shape among the
// attributes.
struct Question {
  std::array<Shape, 2> shapes;
  Attributes attributes;

  static constexpr int extents = 6;
  void enlarge(int e) {
    if (e >= 4) ++attributes.v[static_cast<std::size_t>(e - 4)];
    else
      ++(e % 2 == 0 ? shapes[static_cast<std::size_t>(e / 2)].rows
                    : shapes[static_cast<std::size_t>(e / 2)].cols);
  }
};

struct Tied {
  std::array<int, 2> extents;
  int count;
  Shape result;
};

// The least sets of one or two numbers that can grow together.
std::vector<Tied> least_changes(OpId op, const Question& now) {
  const auto ask = [&](int e, int f) -> std::optional<Shape> {
    Question q = now;
    q.enlarge(e);
    if (f != e) q.enlarge(f);
    const ShapeOrReason shape = infer_shape(op, q.shapes, q.attributes);
    return shape ? std::optional(*shape) : std::nullopt;
  };
  const int first_unused = info(op).arity == 1 ? 2 : 4;
  const bool has_target = info(op).attribute == AttributeKind::shape;
  const auto exists = [&](int e) { return e < first_unused || (e >= 4 && has_target); };
  std::vector<Tied> found;
  std::array<bool, Question::extents> alone{};
  for (int e = 0; e < Question::extents; ++e) {
    if (!exists(e)) continue;
    if (const auto shape = ask(e, e)) {
      alone[static_cast<std::size_t>(e)] = true;
      found.push_back({{e, e}, 1, *shape});
    }
  }
  for (int e = 0; e < Question::extents; ++e)
    for (int f = e + 1; f < Question::extents; ++f) {
      if (!exists(e) || !exists(f) || alone[static_cast<std::size_t>(e)] ||
          alone[static_cast<std::size_t>(f)])
        continue;
      if (const auto shape = ask(e, f)) found.push_back({{e, f}, 2, *shape});
    }
  return found;
}

std::uint32_t& extent_of(Shape& s, int axis) { return axis == 0 ? s.rows : s.cols; }

// Takes one index out of row-major literals; a fill has none.
void drop_entries(std::vector<Literal>& literals, Shape shape, int axis, std::uint32_t index) {
  if (literals.size() == 1) return;
  std::vector<Literal> kept;
  for (std::uint32_t i = 0; i < shape.rows; ++i)
    for (std::uint32_t j = 0; j < shape.cols; ++j)
      if ((axis == 0 ? i : j) != index) kept.push_back(literals[std::size_t{i} * shape.cols + j]);
  literals = std::move(kept);
}

// A range keeps the entries that it had; where only the result must lose one, it loses one at the end that
// `index` is near.
void narrow_range(Attributes& a, int axis, bool operand_loses, bool result_loses, std::uint32_t index) {
  std::int32_t& begin = a.v[static_cast<std::size_t>(2 * axis)];
  std::int32_t& end = a.v[static_cast<std::size_t>(2 * axis + 1)];
  const auto i = static_cast<std::int32_t>(index);
  const bool inside = operand_loses && i >= begin && i < end;
  if (operand_loses && i < begin) --begin;
  if (operand_loses && i < end) --end;
  if (!result_loses || inside) return;
  if (i == 0) ++begin;
  else --end;
}

// A target shape that suits the operand's new shape in the way the old one suited the old: as it was edited,
// transposed, a row, a column or the same.
bool retarget(Node& node, Shape before, Shape old_target, Shape now) {
  const auto target = [](std::uint32_t rows, std::uint32_t cols) {
    return Attributes{{static_cast<std::int32_t>(rows), static_cast<std::int32_t>(cols), 0, 0}};
  };
  const auto n = static_cast<std::uint32_t>(now.size());
  std::vector<Attributes> candidates = {node.attributes};
  if (old_target == Shape{before.cols, before.rows}) candidates.push_back(target(now.cols, now.rows));
  if (old_target.rows == 1) candidates.push_back(target(1, n));
  if (old_target.cols == 1) candidates.push_back(target(n, 1));
  candidates.push_back(target(now.rows, now.cols));
  for (const Attributes& a : candidates) {
    const ShapeOrReason shape = infer_shape(node.op, std::array{now, now}, a);
    if (!shape) continue;
    node.attributes = a;
    node.shape = *shape;
    return true;
  }
  return false;
}

}  // namespace

ExtentClasses::ExtentClasses(const Graph& graph) : parent_(2 * graph.size()) {
  for (std::uint32_t e = 0; e < parent_.size(); ++e) parent_[e] = e;
  for (std::uint32_t i = 0; i < graph.size(); ++i)
    if (info(graph[NodeId{i}].op).kind != Kind::leaf) tie(graph, NodeId{i});
  for (std::uint32_t e = 0; e < parent_.size(); ++e) parent_[e] = root(e);
  for (std::uint32_t e = 0; e < parent_.size(); ++e) {
    Shape s = graph[NodeId{e / 2}].shape;
    if (parent_[e] == e && extent_of(s, static_cast<int>(e % 2)) > 1) classes_.push_back(e);
  }
}

std::uint32_t ExtentClasses::root(std::uint32_t e) {
  while (parent_[e] != e) e = parent_[e] = parent_[parent_[e]];
  return e;
}

std::uint32_t ExtentClasses::extent(const Graph& graph, std::size_t site) const {
  Shape s = graph[NodeId{classes_[site] / 2}].shape;
  return extent_of(s, static_cast<int>(classes_[site] % 2));
}

void ExtentClasses::tie(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  Question now{{}, node.attributes};
  for (std::size_t k = 0; k < graph.operands(id).size(); ++k)
    now.shapes[k] = graph[graph.operands(id)[k]].shape;
  for (const Tied& t : least_changes(node.op, now)) {
    std::optional<std::uint32_t> first;
    const auto join = [&](std::uint32_t e) {
      if (first) parent_[root(e)] = root(*first);
      else first = e;
    };
    for (int k = 0; k < t.count; ++k) {
      const int e = t.extents[static_cast<std::size_t>(k)];
      if (e < 4)
        join(2 * node.operand[static_cast<std::size_t>(e / 2)].index + static_cast<std::uint32_t>(e % 2));
    }
    for (int axis = 0; axis < 2; ++axis) {
      // What grows with an operand is tied to it only when they are of one size: a concatenation's result is
      // not.
      Shape before = node.shape, after = t.result;
      const int e = t.extents[0];
      const bool operand = e < 4;
      const std::uint32_t size =
        operand ? extent_of(now.shapes[static_cast<std::size_t>(e / 2)], e % 2) : extent_of(before, axis);
      if (extent_of(after, axis) > extent_of(before, axis) && size == extent_of(before, axis))
        join(2 * id.index + static_cast<std::uint32_t>(axis));
    }
  }
}

void refit(std::vector<Literal>& cotangent, Shape shape) {
  if (cotangent.size() == 1 || cotangent.size() == shape.size()) return;
  std::vector<Literal> fitted;
  for (std::size_t i = 0; i < shape.size(); ++i) fitted.push_back(cotangent[i % cotangent.size()]);
  cotangent = std::move(fitted);
}

bool drop_index(Draft& draft, const ExtentClasses& classes, std::size_t site, std::uint32_t index) {
  std::vector<Shape> before;
  for (const Node& node : draft.nodes) before.push_back(node.shape);
  for (std::uint32_t i = 0; i < draft.nodes.size(); ++i) {
    Node& node = draft.nodes[i];
    const NodeId x = node.operand[0];
    const OpInfo& op = info(node.op);
    for (int axis = 0; axis < 2; ++axis) {
      const bool loses = classes.contains(site, NodeId{i}, axis);
      if (op.kind == Kind::leaf && loses) {
        const auto first = draft.values.begin() + node.first_value;
        std::vector<Literal> literals(first, first + node.value_count);
        drop_entries(literals, node.shape, axis, index);
        node.first_value = static_cast<std::uint32_t>(draft.values.size());
        node.value_count = static_cast<std::uint32_t>(literals.size());
        draft.values.insert(draft.values.end(), literals.begin(), literals.end());
        --extent_of(node.shape, axis);
      } else if (op.attribute == AttributeKind::shape && loses) {
        --node.attributes.v[static_cast<std::size_t>(axis)];
      } else if (op.attribute == AttributeKind::ranges) {
        narrow_range(node.attributes, axis, classes.contains(site, x, axis), loses, index);
      }
    }
    if (op.kind == Kind::leaf) continue;
    const NodeId second = node.operand[op.arity == 2 ? 1 : 0];
    const std::array<Shape, 2> shapes{draft.nodes[x.index].shape, draft.nodes[second.index].shape};
    if (op.attribute == AttributeKind::shape) {
      if (!retarget(node, before[x.index], before[i], shapes[0])) return false;
      continue;
    }
    const ShapeOrReason shape = infer_shape(node.op, shapes, node.attributes);
    if (!shape || shape->size() == 0) return false;
    node.shape = *shape;
  }
  for (Output& output : draft.outputs) {
    Shape s = before[output.node.index];
    for (int axis = 0; axis < 2; ++axis) {
      if (!classes.contains(site, output.node, axis)) continue;
      drop_entries(output.cotangent, s, axis, index);
      --extent_of(s, axis);
    }
    refit(output.cotangent, draft.nodes[output.node.index].shape);
  }
  return true;
}

}  // namespace gradproof::inline v0
