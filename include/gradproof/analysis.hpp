// What can be said of a graph before anybody computes it: how large its rounding errors may be, whether it is exact in a format, how close it comes to a kink.
#pragma once

#include <vector>

#include "gradproof/graph.hpp"

namespace gradproof {

// How strongly the reversals of a graph scale a cotangent, in bits: the sums of |log2|lambda|| over the lambdas above 1 and
// those below.
struct Strength {
  double up = 0;
  double down = 0;
};
[[nodiscard]] Strength reversal_strength(const Graph& graph);

// One entry of a graph's output: its value, the sum of the absolute contributions to it, and the bound on the rounding
// error of computing it, in any order of summation, in units of the format's u and to first order (src/number/tracked.hpp).
struct Bound {
  double value;
  double bulk;
  double error;
};
// For each output, its entries.
[[nodiscard]] std::vector<std::vector<Bound>> rounding_bounds(const Graph& graph);

// The significant bits that a format needs so that every value of the graph, and every partial sum on the way to it, is
// exact; above 10^5 when none suffices.
[[nodiscard]] double exact_bits(const Graph& graph);

// The least distance of a selection or a rounding from its kink, in units of the bound on its rounding error: decisions made in a
// format with u below this are those of exact arithmetic. Infinity for a graph without kinks, 0 for one that stands on a kink.
[[nodiscard]] double kink_margin(const Graph& graph);

// Whether every operand is inside its operation's domain and every value is finite, computed in double.
[[nodiscard]] bool well_defined(const Graph& graph);

}  // namespace gradproof
