#include "study/ridders.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace gradproof::inline v0 {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double converged = 1e-12;  // an estimate below it ends the work
constexpr double u = 0x1p-53;

// The size of a number that is known up to `by`.
struct Sized {
  double low, high;
};
Sized size_up_to(const Real& x, double by) {
  const double size = abs(x).to_double();
  return {std::max(0.0, size - by), size + by};
}

// An outcome that is possible, with the least estimate of its error.
struct Candidate {
  Real exact;
  double rounding, estimate;
};

// The loop of the algorithm with every number known up to its rounding: whatever it may end with is collected.
class Walk {
 public:
  explicit Walk(const Real& right) : right_(right) {}

  // Adds a row; true where the work certainly ends with it.
  bool add(const CentralDifference& first) {
    std::vector<CentralDifference> row = {first};
    if (before_.empty()) candidates_.push_back({first.exact, first.rounding, infinity});
    double factor = 4;
    bool ended = false;
    for (std::size_t k = 1; k <= before_.size() && !ended; ++k, factor *= 4) {
      row.push_back(extrapolated(row[k - 1], before_[k - 1], factor));
      estimate(row[k], row[k - 1], before_[k - 1]);
      if (low_ < converged) may_end();
      ended = high_ < converged;
    }
    if (ended) return true;
    if (!before_.empty()) {
      const CentralDifference& last = row.back();
      const Sized apart =
        size_up_to(last.exact - before_.back().exact, last.rounding + before_.back().rounding);
      if (apart.high >= 2 * low_) may_end();
      if (apart.low >= 2 * high_) return true;
    }
    before_ = std::move(row);
    return false;
  }
  // The work may end here, with any candidate whose estimate may be the least.
  void may_end() {
    for (const Candidate& c : candidates_) {
      // The first row's number stands until another is accepted.
      const bool chosen = std::isfinite(c.estimate) ? c.estimate <= high_ : !accepted_;
      if (!chosen) continue;
      const Sized off =
        isfinite(c.exact) ? size_up_to(c.exact - right_, c.rounding) : Sized{infinity, infinity};
      outcome_.least = std::min(outcome_.least, off.low);
      outcome_.most = std::max(outcome_.most, off.high);
    }
  }
  [[nodiscard]] RiddersOutcome outcome() const { return outcome_; }

 private:
  static CentralDifference extrapolated(const CentralDifference& now, const CentralDifference& before,
                                        double factor) {
    const Bits bits = now.exact.precision();
    const Real f(factor, bits);
    Real exact = (f * now.exact - before.exact) / Real(factor - 1, bits);
    const double size = (factor * abs(now.exact).to_double() + abs(before.exact).to_double()) / (factor - 1);
    return {std::move(exact), (factor * now.rounding + before.rounding) / (factor - 1) + 3 * u * size};
  }
  void estimate(const CentralDifference& x, const CentralDifference& now, const CentralDifference& before) {
    const Sized a = size_up_to(x.exact - now.exact, x.rounding + now.rounding);
    const Sized b = size_up_to(x.exact - before.exact, x.rounding + before.rounding);
    const Sized e{std::max(a.low, b.low), std::max(a.high, b.high)};
    // A number that is none is never accepted.
    if (!std::isfinite(e.high)) return;
    accepted_ = true;
    candidates_.push_back({x.exact, x.rounding, e.low});
    low_ = std::min(low_, e.low);
    high_ = std::min(high_, e.high);
  }

  const Real& right_;
  std::vector<CentralDifference> before_;
  std::vector<Candidate> candidates_;
  bool accepted_ = false;
  double low_ = std::numeric_limits<double>::max(), high_ = std::numeric_limits<double>::max();
  RiddersOutcome outcome_{infinity, 0};
};

}  // namespace

RiddersOutcome ridders(std::span<const CentralDifference> rows, const Real& right) {
  Walk walk(right);
  for (const CentralDifference& row : rows)
    if (walk.add(row)) break;
  walk.may_end();
  return walk.outcome();
}

}  // namespace gradproof::inline v0
