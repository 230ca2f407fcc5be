// One node of a graph by itself, with its exact operands and its exact adjoint.
#pragma once

#include <optional>
#include <vector>

#include "gradproof/dtype.hpp"
#include "gradproof/graph.hpp"

namespace gradproof::inline v0 {

// A node as a graph of its own: its operands as inputs (λ as a constant), with the values that they have in exact
// arithmetic, rounded to the format, and the exact adjoint of its result, rounded likewise, as the cotangent.
struct LoneNode {
  OpId op;
  Graph graph;
};
// Of every node that a gradient passes through; nodes whose numbers are beyond the format are left out.
[[nodiscard]] std::vector<LoneNode> lone_nodes(const Graph& graph, Dtype dtype);

}  // namespace gradproof::inline v0
