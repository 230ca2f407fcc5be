// What can be said of a graph before anybody computes it: how large its rounding errors may be, whether it is
// exact in a format, how close it comes to a kink.
#pragma once

#include <vector>

#include "gradproof/dtype.hpp"
#include "gradproof/graph.hpp"

namespace gradproof::inline v0 {

// How strongly the reversals of a graph scale a cotangent, in bits: the sums of |log2|lambda|| over the
// lambdas above 1 and those below.
struct Strength {
  double up = 0;
  double down = 0;
};
[[nodiscard]] Strength reversal_strength(const Graph& graph);

// One entry of a graph's output: its value, the sum of the absolute contributions to it, and the bound on the
// error of computing it in a format: roundings and underflows, in any order of summation, to first order
// (src/number/tracked.hpp).
struct Bound {
  double value;
  double bulk;
  double error;
};
struct Bounds {
  std::vector<std::vector<Bound>> outputs;  // the entries of each output
  // The least distance of a selection or a rounding from its kink over the error bound of that distance:
  // above 1 every decision made in the format is that of exact arithmetic. Infinity without kinks, 0 on a
  // kink.
  double kink_margin;
  bool overflows;  // some value, or a partial sum on the way to it, may be beyond the format's largest number
};
[[nodiscard]] Bounds rounding_bounds(const Graph& graph, Dtype dtype);

// The significant bits that a format needs so that every value of the graph, and every partial sum on the way
// to it, is exact; above 10^5 when none suffices.
[[nodiscard]] double exact_bits(const Graph& graph);

// Whether every operand is inside its operation's domain and every value is finite, computed in double.
[[nodiscard]] bool well_defined(const Graph& graph);

}  // namespace gradproof::inline v0
