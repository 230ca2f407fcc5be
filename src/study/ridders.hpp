// What Ridders' extrapolation, as Ceres does it, may give: one of the numbers of its tableau, which one depends on how
// rounding falls.
#pragma once

#include <span>

#include "gradproof/real.hpp"

namespace gradproof::inline v0 {

// A central difference, each step half of the one before: in exact arithmetic at the points that are gone to, and a bound on
// what rounding adds.
struct CentralDifference {
  Real exact;
  double rounding = 0;
};
inline constexpr int ridders_rows = 10;

// How far from the right number the outcome is, at the least and at the most.
struct RiddersOutcome {
  double least = 0, most = 0;
};
[[nodiscard]] RiddersOutcome ridders(std::span<const CentralDifference> rows, const Real& right);

}  // namespace gradproof::inline v0
