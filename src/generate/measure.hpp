// How simple a graph is: a tuple of naturals, compared from the left, so that every descent ends.
#pragma once

#include <array>
#include <compare>
#include <cstdint>

#include "gradproof/graph.hpp"

namespace gradproof::inline v0 {

struct Measure {
  std::uint64_t nodes = 0;       // but for the λ literals
  std::uint64_t entries = 0;     // of all their values
  std::uint64_t operations = 0;  // leaves, reversals, one operand, two; then as in the table
  std::uint64_t wiring = 0;      // how far operands and outputs are from the leaves
  std::uint64_t strengths = 0;
  std::uint64_t values = 0;
  friend auto operator<=>(const Measure&, const Measure&) = default;
};
[[nodiscard]] Measure measure(const Graph& graph);

// How simple a literal is, as a leaf value and as a λ. Both orders end in fewer bits and a smaller exponent.
[[nodiscard]] std::uint64_t value_rank(const Literal& l);
[[nodiscard]] std::uint64_t strength_rank(const Literal& l);
[[nodiscard]] std::uint64_t operation_rank(OpId op);

// Whether the k-th operand of this node is the λ of a reversal.
[[nodiscard]] bool is_strength(const Node& node, std::size_t k);
// For each node, whether it is a scalar constant that is read as a λ and nowhere else: part of its reversals,
// no node.
[[nodiscard]] std::vector<bool> strength_literals(const Graph& graph);
// For each node, the longest way to a leaf.
[[nodiscard]] std::vector<std::uint32_t> depths(const Graph& graph);

// Simpler literals than this one, the simplest first; `favourites` are tried before its own bits are cut.
[[nodiscard]] std::vector<Literal> simpler_literals(const Literal& l, std::uint64_t (*rank)(const Literal&));

}  // namespace gradproof::inline v0
