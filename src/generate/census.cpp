// What a graph is like, in one pass over its nodes.
#include <algorithm>
#include <cmath>

#include "gradproof/census.hpp"
#include "gradproof/ops.hpp"

namespace gradproof::inline v0 {

static_assert(op_count <= Census::most_operations);

namespace {

Census::Strength class_of(const Graph& g, NodeId lambda) {
  using enum Census::Strength;
  if (g[lambda].op != id_of<Constant>() || g[lambda].value_count != 1) return computed;
  const Literal& l = g.values(lambda)[0];
  const double v = l.nearest();
  if (v == 0) return zero;
  if (l.is_double() && v == 1) return one;
  if (l.is_double() && v == -1) return minus_one;
  if (std::abs(v) < 0x1p-20) return tiny;
  if (std::abs(v) > 0x1p20) return huge;
  if (!l.is_double() || static_cast<double>(static_cast<float>(v)) != v) return no_float32;
  return v > 0 ? positive : negative;
}

template <std::size_t N>
void count(std::array<std::uint64_t, N>& row, std::size_t column) {
  ++row[std::min(column, N - 1)];
}

}  // namespace

void Census::add(const Graph& g) {
  // A path of a hundred nodes is far beyond what is drawn; longer graphs go without depth.
  constexpr std::size_t longest = 256;
  std::array<std::uint16_t, longest> deep{}, reversals{}, uses{};
  std::size_t operations_here = 0, deepest = 0, most_reversals = 0, entries_here = 0;
  for (std::uint32_t i = 0; i < g.size() && i < longest; ++i) {
    const Node& node = g[NodeId{i}];
    const OpInfo& op = info(node.op);
    entries_here += node.shape.size();
    ++operations[node.op.index];
    if (op.kind == Kind::leaf) continue;
    ++operations_here;
    for (int k = 0; k < op.arity; ++k) {
      const std::uint32_t from = node.operand[static_cast<std::size_t>(k)].index;
      ++pairs[node.op.index][g[NodeId{from}].op.index];
      ++uses[from];
      deep[i] = std::max<std::uint16_t>(deep[i], static_cast<std::uint16_t>(deep[from] + 1));
      reversals[i] = std::max(reversals[i], reversals[from]);
    }
    if (node.op == id_of<Reverse>()) {
      ++reversals[i];
      ++strengths[static_cast<std::size_t>(class_of(g, node.operand[1]))];
    }
    deepest = std::max<std::size_t>(deepest, deep[i]);
    most_reversals = std::max<std::size_t>(most_reversals, reversals[i]);
  }
  count(nodes, operations_here);
  count(depth, deepest);
  count(fan_out, *std::ranges::max_element(uses));
  count(reversals_on_a_path, most_reversals);
  count(entries, entries_here / 8);
  count(outputs, g.outputs().size());
}

void Census::add_residual(double ulps) {
  if (ulps == 0) return count(residual, 0);
  const int exponent =
    std::isfinite(ulps) ? std::ilogb(ulps) + (std::ldexp(1, std::ilogb(ulps)) < ulps) : 100;
  count(residual, static_cast<std::size_t>(std::clamp(exponent + 7, 1, 16)));
}

void Census::add(const Census& other) {
  const auto add_row = [](auto& to, const auto& from) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
  };
  add_row(nodes, other.nodes);
  add_row(depth, other.depth);
  add_row(fan_out, other.fan_out);
  add_row(reversals_on_a_path, other.reversals_on_a_path);
  add_row(entries, other.entries);
  add_row(outputs, other.outputs);
  add_row(operations, other.operations);
  for (std::size_t i = 0; i < pairs.size(); ++i) add_row(pairs[i], other.pairs[i]);
  add_row(strengths, other.strengths);
  add_row(residual, other.residual);
}

std::uint64_t Census::graphs() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t n : nodes) sum += n;
  return sum;
}

}  // namespace gradproof::inline v0
