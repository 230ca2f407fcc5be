// A graph inside another one.
#pragma once

#include <span>
#include <vector>

#include "gradproof/graph.hpp"

namespace gradproof::inline v0 {

// Writes the graph's operations and constants once more, with these in place of its inputs; what its outputs are then.
[[nodiscard]] std::vector<Expr> spliced(Builder& builder, const Graph& graph, std::span<const Expr> inputs);

// The same graph with other values for its inputs, in their order.
[[nodiscard]] Graph with_inputs(const Graph& graph, std::span<const std::vector<double>> values);

}  // namespace gradproof::inline v0
