// The layer alone: a graph that is one reversal of one input, and what its gradient may be.
#pragma once

#include "gradproof/property.hpp"

namespace gradproof::inline v0 {

struct Lone {
  double lambda;
  Shape shape;
  std::vector<double> x, cotangent;
};
// Nothing when the graph is more than an input, a reversal by a literal, and its output.
[[nodiscard]] std::optional<Lone> lone(const Graph& graph);

inline constexpr std::string_view not_alone = "the graph is more than one reversal of an input";

// -λ g rounded once; in formats below float64 also with λ rounded first (to the format, or to float32 as
// half-precision kernels do), or within one ulp.
struct Accepted {
  double expected;
  double allowed;
  bool agrees;
};
[[nodiscard]] Accepted accepted(Dtype dtype, double lambda, double g, double observed);

}  // namespace gradproof::inline v0
