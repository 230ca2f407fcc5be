// Grain: how many bits a value needs to be exact. Every value is a multiple of 2^grain and every partial sum
// of its contributions, in any order, is at most bulk; so a format with p significant bits computes it
// without rounding when bulk <= 2^(p + grain).
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradproof/number.hpp"

namespace gradproof::inline v0 {

struct Grain {
  // Zero is a multiple of everything.
  static constexpr int coarsest = 1 << 20;
  // No power of two divides what an inexact operation leaves.
  static constexpr int none = -(1 << 20);

  double value = 0;
  double bulk = 0;
  int grain = coarsest;

  // The significant bits that hold the value and each of its partial sums; more than 10^5 when no number of
  // bits does.
  [[nodiscard]] double bits() const {
    if (bulk == 0) return 0;
    if (grain <= none || !std::isfinite(bulk)) return 1e6;
    return std::max(0.0, std::ceil(std::log2(bulk)) - grain);
  }

  friend Grain operator+(const Grain& a, const Grain& b) {
    return {a.value + b.value, a.bulk + b.bulk, std::min(a.grain, b.grain)};
  }
  friend Grain operator-(const Grain& a) { return {-a.value, a.bulk, a.grain}; }
  friend Grain operator-(const Grain& a, const Grain& b) { return a + -b; }
  friend Grain operator*(const Grain& a, const Grain& b) {
    return {a.value * b.value, a.bulk * b.bulk, std::clamp(a.grain + b.grain, none, coarsest)};
  }
  friend Grain operator/(const Grain& a, const Grain& b) {
    return {a.value / b.value, a.bulk / std::abs(b.value), none};
  }
  friend Grain operator+(const Grain& a, int n) { return a + of(n); }
  friend Grain operator-(const Grain& a, int n) { return a - of(n); }
  friend Grain operator+(int n, const Grain& a) { return of(n) + a; }
  friend Grain operator-(int n, const Grain& a) { return of(n) - a; }
  friend Grain operator*(int n, const Grain& a) { return of(n) * a; }
  friend Grain operator/(int n, const Grain& a) { return of(n) / a; }

  // The largest power of two that divides v.
  static Grain of(double v) {
    if (v == 0) return {};
    if (!std::isfinite(v)) return {v, std::abs(v), none};
    int exponent = 0;
    double mantissa = std::ldexp(std::frexp(std::abs(v), &exponent), 53);
    exponent -= 53;
    while (std::fmod(mantissa, 2) == 0) {
      mantissa /= 2;
      ++exponent;
    }
    return {v, std::abs(v), exponent};
  }
};

template <>
struct numeric<Grain> {
  static constexpr bool analytic = false;
  static constexpr bool has_nan = true;
  static Grain from(const Literal& l, Bits) {
    Grain g = Grain::of(l.nearest());
    if (!l.is_double()) g.grain = Grain::none;
    return g;
  }
  static Grain integer(int n, const Grain& /*like*/) { return Grain::of(n); }
  static int sign(const Grain& x) { return numeric<double>::sign(x.value); }
  static Grain round_even(const Grain& x) { return Grain::of(std::nearbyint(x.value)); }
};

}  // namespace gradproof::inline v0
