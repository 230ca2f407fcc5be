#include "generate/measure.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "gradproof/generate.hpp"
#include "gradproof/ops.hpp"

namespace gradproof::inline v0 {

namespace {

// The favourites, in order of simplicity. A fault that hides at λ = 1 shows at 2; 0 hides most things.
constexpr std::array<double, 5> favourite_values = {1, 2, -1, 0, 0.5};
constexpr std::array<double, 5> favourite_strengths = {1, 2, 0.5, 0, -1};

// |v| = m 2^e with an odd integer m of `bits` bits; `lead` is the exponent of the leading bit.
struct Binary {
  std::uint64_t odd = 0;
  int bits = 0;
  int lead = 0;
};

Binary binary(double v) {
  Binary b;
  int exponent = 0;
  b.odd = static_cast<std::uint64_t>(std::ldexp(std::frexp(std::abs(v), &exponent), 53));
  while (b.odd % 2 == 0) b.odd /= 2;
  while (b.odd >> b.bits != 0) ++b.bits;
  b.lead = exponent - 1;
  return b;
}

// Operations are far enough apart in rank for their attributes to come second.
constexpr std::uint64_t rank_apart = 512;

// More than any double has.
constexpr std::uint64_t rank_of_ratio = 1 << 15, rank_of_no_number = 1 << 20;

std::uint64_t rank(const Literal& l, const std::array<double, 5>& favourites) {
  if (!l.is_finite()) return rank_of_no_number;
  if (!l.is_double()) return rank_of_ratio + 16 * l.ratio().size();
  const double v = l.nearest();
  const auto found = std::ranges::find(favourites, v);
  if (found != favourites.end() && !(v == 0 && std::signbit(v)))
    return static_cast<std::uint64_t>(found - favourites.begin());
  if (v == 0) return favourites.size();
  const Binary b = binary(v);
  const auto bits = static_cast<std::uint64_t>(b.bits),
             exponent = static_cast<std::uint64_t>(std::abs(b.lead));
  const auto ones = static_cast<std::uint64_t>(std::popcount(b.odd));
  return favourites.size() + 1 + 256 * (bits - 1) + 4 * (ones - 1) + 2 * exponent + (v < 0 ? 1 : 0);
}

// The leading bit of v and one `bits - 1` places behind it.
double sparse(double v, const Binary& b, int bits) {
  return std::copysign(std::ldexp(1, b.lead) + (bits > 1 ? std::ldexp(1, b.lead - bits + 1) : 0), v);
}

// v with its first `bits` significant bits only.
double cut(double v, int bits) {
  int exponent = 0;
  const double mantissa = std::frexp(v, &exponent);
  return std::ldexp(std::trunc(std::ldexp(mantissa, bits)), exponent - bits);
}

std::uint64_t attribute_rank(const Node& node) {
  switch (info(node.op).attribute) {
    case AttributeKind::none:
    case AttributeKind::shape:
    case AttributeKind::ranges: return 0;
    case AttributeKind::axis: return static_cast<std::uint64_t>(node.attributes.v[0]);
    // The square is the simplest power, then the cube; a negative power comes after the positive one.
    case AttributeKind::exponent: {
      const int n = node.attributes.v[0];
      return static_cast<std::uint64_t>(n >= 2 ? n - 2 : 200 - n);
    }
  }
  return 0;
}

}  // namespace

std::uint64_t value_rank(const Literal& l) { return rank(l, favourite_values); }
std::uint64_t strength_rank(const Literal& l) { return rank(l, favourite_strengths); }

std::uint64_t operation_rank(OpId op) {
  if (op == id_of<Constant>()) return 0;
  if (op == id_of<Input>()) return 1;
  if (op == id_of<Reverse>()) return rank_apart;
  // One operand is simpler than two.
  return rank_apart * (op.index + 2U + (info(op).arity == 2 ? op_count : 0));
}

bool is_strength(const Node& node, std::size_t k) { return node.op == id_of<Reverse>() && k == 1; }

std::vector<bool> strength_literals(const Graph& graph) {
  std::vector<bool> strength(graph.size(), false);
  for (std::uint32_t i = 0; i < graph.size(); ++i)
    for (std::size_t k = 0; k < graph.operands(NodeId{i}).size(); ++k)
      if (is_strength(graph[NodeId{i}], k)) strength[graph.operands(NodeId{i})[k].index] = true;
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const Node& node = graph[NodeId{i}];
    if (node.op != id_of<Constant>() || !node.shape.is_scalar()) strength[i] = false;
    for (std::size_t k = 0; k < graph.operands(NodeId{i}).size(); ++k)
      if (!is_strength(node, k)) strength[graph.operands(NodeId{i})[k].index] = false;
  }
  for (const Output& output : graph.outputs()) strength[output.node.index] = false;
  return strength;
}

std::vector<std::uint32_t> depths(const Graph& graph) {
  std::vector<std::uint32_t> depth(graph.size(), 0);
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const std::span<const NodeId> operands = graph.operands(NodeId{i});
    for (std::size_t k = 0; k < operands.size(); ++k)
      if (!is_strength(graph[NodeId{i}], k)) depth[i] = std::max(depth[i], depth[operands[k].index] + 1);
  }
  return depth;
}

Measure measure(const Graph& graph) {
  const std::vector<bool> literal = strength_literals(graph);
  const std::vector<std::uint32_t> depth = depths(graph);
  std::vector<std::uint32_t> readers(graph.size(), 0);
  for (const Node& node : graph.nodes())
    if (node.op == id_of<Reverse>()) ++readers[node.operand[1].index];
  Measure m;
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    if (literal[i]) continue;
    const NodeId id{i};
    const Node& node = graph[id];
    ++m.nodes;
    m.entries += node.shape.size();
    m.operations += operation_rank(node.op) + attribute_rank(node);
    const std::span<const NodeId> operands = graph.operands(id);
    for (std::size_t k = 0; k < operands.size(); ++k) {
      if (!is_strength(node, k)) {
        m.wiring += depth[operands[k].index];
      } else if (literal[operands[k].index]) {
        // A λ of its own is simpler than a shared one.
        m.strengths +=
          strength_rank(graph.values(operands[k])[0]) + (readers[operands[k].index] > 1 ? 64 : 0);
      } else {
        // A computed λ makes a reversal an operation of two operands, beyond those that have no other
        // meaning.
        m.operations += 2 * rank_apart * op_count;
        m.strengths += depth[operands[k].index];
      }
    }
    if (info(node.op).kind == Kind::leaf)
      for (const Literal& l : graph.values(id)) m.values += 1 + value_rank(l);
  }
  for (const Output& output : graph.outputs()) {
    m.wiring += 1 + depth[output.node.index];
    for (const Literal& l : output.cotangent) m.values += 1 + value_rank(l);
  }
  return m;
}

bool simpler(const Graph& a, const Graph& b) { return measure(a) < measure(b); }

std::vector<Literal> simpler_literals(const Literal& l, std::uint64_t (*rank_of)(const Literal&)) {
  std::vector<Literal> candidates(favourite_values.begin(), favourite_values.end());
  std::ranges::sort(candidates, {}, rank_of);
  if (l.is_finite()) {
    const double v = l.nearest();
    candidates.emplace_back(std::abs(v));
    candidates.emplace_back(v < 0 ? -2.0 : 3.0);
    candidates.emplace_back(std::nearbyint(v));
    if (v != 0) {
      const Binary b = binary(v);
      candidates.emplace_back(std::copysign(static_cast<double>(b.odd), v));
      candidates.emplace_back(std::ldexp(v, -b.lead / 2));
      for (const int bits : {b.bits / 2, b.bits - 8, b.bits - 1}) {
        if (bits < 1) continue;
        candidates.emplace_back(sparse(v, b, bits));
        candidates.emplace_back(cut(v, bits));
      }
      candidates.emplace_back(std::ldexp(v, b.lead > 0 ? -1 : 1));
    }
    candidates.emplace_back(v);
  }
  std::vector<Literal> kept;
  for (const Literal& c : candidates)
    if (c.is_finite() && rank_of(c) < rank_of(l) && std::ranges::find(kept, c) == kept.end())
      kept.push_back(c);
  return kept;
}

}  // namespace gradproof::inline v0
