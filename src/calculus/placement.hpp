// Where the values of an evaluation's nodes stand in memory.
#pragma once

#include <cstdint>
#include <vector>

#include "gradproof/calculus.hpp"

namespace gradproof::inline v0 {

struct Placement {
  std::vector<std::uint32_t> offset;  // of each node's first number
  std::size_t total = 0;
};

// One after the other, or, where only the outputs are kept, in the place of a node that has been read for the last
// time. Leaves keep their places, so that they can be changed and the graph run again. Throws std::length_error when
// the graph has more than 2^32 - 1 numbers at a time, which no memory that we know of holds.
[[nodiscard]] Placement place(const Graph& graph, Keep keep);

}  // namespace gradproof::inline v0
