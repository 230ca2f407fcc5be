// The jobs as graphs of ours.
#pragma once

#include "data.hpp"
#include "gradproof/graph.hpp"

namespace gradproof::inline v0::bench {

[[nodiscard]] Graph graph_of(const Network& network);
[[nodiscard]] Graph graph_of(const Recurrence& recurrence);

// A chain of `operations` scalar nodes: times w, plus b, tanh, and again.
[[nodiscard]] Graph chain(std::size_t operations);

// The sum of the entries of A B, both `extent` by `extent` and of doubles: this one is for measuring memory,
// and two million fractions as text would take more of it than the numbers do.
[[nodiscard]] Graph product(std::uint32_t extent);

}  // namespace gradproof::inline v0::bench
