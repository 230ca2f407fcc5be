// A gradient as a program of calls: which pass of which layer each reversal in it stands for. For whoever has kernels in
// place of a framework, and has to go backward himself.
#pragma once

#include <cstdint>

#include "gradproof/calculus.hpp"

namespace gradproof::inline v0 {

// The forward pass of a layer (order 0), its backward pass (1), or the derivative of that (2). A layer is the number of its
// reversal in the graph whose gradient was taken.
struct LayerPass {
  std::uint32_t layer = 0, order = 0;
};
// Of a reversal in a graph that gradient_in_passes made.
[[nodiscard]] LayerPass pass_of(const Graph& graph, NodeId id);

// The graph's outputs and then the gradient of each input; or, twice, those, and then the gradient of the sum of the
// gradients' entries, each input's weighted 1, 2, 3 ...
[[nodiscard]] Graph gradient_in_passes(const Graph& graph, bool twice);

}  // namespace gradproof::inline v0
