#include <cassert>
#include <limits>

#include "gradproof/generate.hpp"
#include "gradproof/ops.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr std::uint32_t leaves = 2;
// Plain, none, turned, not exact in binary, and large enough to show where it is applied twice.
constexpr std::array strengths = {1.0, 0.0, -1.0, 0.1, 3.0};
constexpr std::array exponents = {2, 3, -1};

// In how many ways an operation can stand on n nodes.
std::uint64_t ways(OpId op, std::uint64_t n) {
  if (op == id_of<Reverse>()) return n * strengths.size();
  if (info(op).attribute == AttributeKind::exponent) return n * exponents.size();
  return info(op).arity == 1 ? n : n * n;
}

std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  return b != 0 && a > most / b ? most : a * b;
}

}  // namespace

bool Exhaustive::takes(OpId op) {
  return info(op).kind != Kind::leaf && info(op).kind != Kind::linear &&
         (info(op).attribute == AttributeKind::none || info(op).attribute == AttributeKind::exponent);
}

Exhaustive::Exhaustive(std::uint32_t most_operations, std::vector<OpId> operations)
    : most_(most_operations), operations_(std::move(operations)) {
  for (const OpId op : operations_)
    assert(takes(op) && "an operation on shapes has more ways than can be counted out");
}

std::uint64_t Exhaustive::ways_on(std::uint32_t nodes) const {
  std::uint64_t sum = 0;
  for (const OpId op : operations_) sum += ways(op, nodes);
  return sum;
}

std::uint64_t Exhaustive::count() const {
  std::uint64_t all = 0, of_size = 1;
  for (std::uint32_t n = 0; n < most_; ++n) {
    of_size = times(of_size, ways_on(leaves + n));
    const bool beyond = all > std::numeric_limits<std::uint64_t>::max() - of_size;
    all = beyond ? std::numeric_limits<std::uint64_t>::max() : all + of_size;
  }
  return all;
}

std::optional<Graph> Exhaustive::nth(std::uint64_t index) const {
  // The graphs of one operation come first, then those of two ...
  std::uint32_t size = 1;
  std::uint64_t of_size = ways_on(leaves);
  while (index >= of_size) {
    index -= of_size;
    of_size = times(of_size, ways_on(leaves + size));
    ++size;
    assert(size <= most_);
  }
  Builder b;
  std::vector<Expr> nodes = {b.input({1, 1}, std::array<Literal, 1>{1.5}, "x"),
                             b.input({1, 1}, std::array<Literal, 1>{-0.75}, "y")};
  for (std::uint32_t i = 0; i < size; ++i) {
    const std::uint64_t here = ways_on(leaves + i);
    nodes.push_back(placed(b, nodes, index % here));
    index /= here;
  }
  // Another cotangent than 1, which an engine that ignores it would pass.
  b.output(nodes.back(), {Literal(3)});
  auto graph = std::move(b).finish();
  assert(graph.ok());
  // What leads nowhere has been dropped: then this is a smaller graph again.
  std::uint32_t left = 0;
  for (const Node& n : graph->nodes()) left += info(n.op).kind != Kind::leaf ? 1 : 0;
  if (left < size) return {};
  return *std::move(graph);
}

Expr Exhaustive::placed(Builder& b, const std::vector<Expr>& nodes, std::uint64_t way) const {
  const std::uint64_t n = nodes.size();
  for (const OpId op : operations_) {
    if (way >= ways(op, n)) {
      way -= ways(op, n);
      continue;
    }
    const Expr& first = nodes[way % n];
    const std::uint64_t rest = way / n;
    if (op == id_of<Reverse>()) return reverse(first, Literal(strengths[rest]));
    if (info(op).attribute == AttributeKind::exponent)
      return b.node(op, std::array{first}, {{exponents[rest], 0, 0, 0}});
    if (info(op).arity == 1) return b.node(op, std::array{first});
    return b.node(op, std::array{first, nodes[rest]});
  }
  assert(!"there are as many ways as were counted");
  return nodes.front();
}

}  // namespace gradproof::inline v0
