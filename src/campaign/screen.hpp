// One graph looked at fast: reverse mode against one forward sweep on the anchored graph, along one direction.
#pragma once

#include <cstdint>

#include "gradproof/property.hpp"

namespace gradproof::inline v0 {

struct Screened {
  Outcome outcome = Outcome::undecided;
  double ulps = 0;  // the distance of the two in ulps of the absolute path sum
};

// The gradients of the subject: one span for each input. Dual numbers in double are the other side, and the allowed
// difference is the derived bound on both in the dtype.
[[nodiscard]] Screened screened(const Graph& graph, Dtype dtype,
                                std::span<const std::vector<double>> gradients);
// The same for the engine itself, in double.
[[nodiscard]] Screened screened(const Graph& graph);
// Reverse mode at so many digits against the complex step.
[[nodiscard]] Screened screened(const Graph& graph, std::int64_t digits);

}  // namespace gradproof::inline v0
