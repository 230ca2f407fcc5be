#include "user/noise.hpp"

#include <algorithm>
#include <array>
#include <cfenv>
#include <cmath>

namespace gradproof::inline v0 {

namespace {

// The direction is put back, also where f throws.
class Direction {
 public:
  explicit Direction(int direction) : before_(std::fegetround()) { std::fesetround(direction); }
  ~Direction() { std::fesetround(before_); }
  Direction(const Direction&) = delete;
  Direction& operator=(const Direction&) = delete;

 private:
  int before_;
};

double value_in(int direction, const std::function<double(double)>& f, double x) {
  const Direction set(direction);
  return f(x);
}

}  // namespace

double rounding_spread(const std::function<double(double)>& f, double x) {
  const double nearest = f(x);
  double most = 0;
  for (const int direction : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
    const double change = std::abs(value_in(direction, f, x) - nearest);
    if (!(change <= most)) most = change;  // NaN too
  }
  return most;
}

double rounding_noise(const std::function<double(double)>& f, double x) {
  // Odd multiples of some units of the last place, on both sides.
  constexpr std::array offsets = {0, 1, -1, 3, -5, 11, -23, 47, -95, 191, -383, 767, -1535};
  const double unit = std::max(std::abs(x) * 0x1p-52, 0x1p-1074);
  double most = 0;
  for (const int offset : offsets) {
    const double spread = rounding_spread(f, x + offset * unit);
    if (std::isnan(spread)) continue;  // outside of where f may be called
    most = std::max(most, spread);
  }
  return most;
}

double least_step(const std::function<double(double)>& f, double x) {
  const double here = f(x), widest = 4 * std::max(std::abs(x), 1.0);
  double least = 0;
  for (double offset = std::max(std::abs(x) * 0x1p-52, 0x1p-1074); offset <= widest; offset *= 2)
    for (const double side : {-1.0, 1.0}) {
      const double step = std::abs(f(x + side * offset) - here);
      if (step > 0 && (least == 0 || step < least)) least = step;
    }
  return least;
}

namespace {

// The largest sixth difference of fifteen values around x, over what it is for values that jitter by 1: the root of the sum of
// the squares of its coefficients, (12 over 6). Not a number where f has no value.
double sixth_difference(const std::function<double(double)>& f, double x, double spacing) {
  std::array<double, 15> d{};
  for (std::size_t k = 0; k < d.size(); ++k) d[k] = f(x + (static_cast<double>(k) - 7) * spacing);
  for (std::size_t order = 0; order < 6; ++order)
    for (std::size_t k = 0; k + 1 + order < d.size(); ++k) d[k] = d[k + 1] - d[k];
  double most = 0;
  for (std::size_t k = 0; k + 6 < d.size(); ++k)
    if (!(std::abs(d[k]) <= most)) most = std::abs(d[k]);
  return most / std::sqrt(924.0);
}

// The largest of the levels that two spacings, one 16 times the other, have in common. They are no round numbers, or all
// values would stand at the same place of a sawtooth whose teeth are.
double plateau(const std::function<double(double)>& f, double x, double narrowest, double widest) {
  std::array<double, 2> before{};
  double most = 0;
  for (double spacing = 1.3717 * narrowest; spacing <= widest; spacing *= 4) {
    const double here = sixth_difference(f, x, spacing);
    if (std::max(before[0], here) <= 6 * std::min(before[0], here)) most = std::max(most, here);
    before = {before[1], std::isnan(here) ? 0 : here};
  }
  return most;
}

}  // namespace

double jitter(const std::function<double(double)>& f, double x) {
  const double size = std::abs(x);
  double most = size > 0 ? plateau(f, x, std::max(size * 0x1p-52, 0x1p-1074), size * 0x1p-18) : 0;
  if (size >= 0x1p-20) return most;
  // Beside 0, what is added to numbers of order 1 on the way loses its last places. What jitters by more than those is a
  // feature of f that is as small as x.
  const double lost = plateau(f, x, 0x1p-60, 0x1p-20);
  return lost <= 0x1p-40 ? std::max(most, lost) : most;
}

}  // namespace gradproof::inline v0
