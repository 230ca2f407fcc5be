// Graphs in the formats that subjects compute in.
#pragma once

#include "gradproof/format.hpp"
#include "gradproof/graph.hpp"

namespace gradproof::inline v0 {

// The graph with every leaf value and cotangent (but no λ) rounded to the format.
[[nodiscard]] Graph quantized(const Graph& graph, Dtype dtype);

}  // namespace gradproof::inline v0
