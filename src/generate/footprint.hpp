// Footprint: a value, and how many bits it and every gradient through it need to be exact.
//
// Forward: the value is a multiple of 2^grain, and each partial sum on the way to it is at most bulk.
// Backward: `reach` bounds the sum over the paths that end here of the absolute products of partial
// derivatives, each a multiple of 2^reach_grain. Reach follows the product rule with absolute values, as a
// derivative follows it with signed ones. Every node starts a path of its own, of weight 1, so that reach
// bounds the cotangent of each node on the way and not of the leaves alone.
#pragma once

#include <algorithm>
#include <bit>

#include "number/fixed.hpp"

namespace gradproof::inline v0 {

struct Footprint {
  // Zero is a multiple of everything.
  static constexpr int coarsest = 1 << 20;
  // No power of two divides what a division leaves.
  static constexpr int none = -(1 << 20);

  Fixed value;
  Fixed bulk;
  int grain = coarsest;
  Fixed reach;
  int reach_grain = coarsest;

  static Footprint of(Fixed v) {
    const int grain =
      v.raw() == 0 ? coarsest : std::countr_zero(static_cast<std::uint64_t>(v.raw())) - Fixed::point;
    return {v, v.magnitude(), grain, {}, coarsest};
  }
  // The bits that hold every multiple of 2^grain up to `bulk`; far more than any format has when a division
  // was passed.
  static int bits(Fixed bulk, int grain) {
    if (bulk.raw() == 0) return 0;
    return std::bit_width(static_cast<std::uint64_t>(bulk.raw()) - 1) - Fixed::point - std::max(grain, none);
  }
  [[nodiscard]] int value_bits() const { return bits(bulk, grain); }

  friend Footprint operator+(const Footprint& a, const Footprint& b) {
    return {a.value + b.value, a.bulk + b.bulk, std::min(a.grain, b.grain), a.reach + b.reach,
            std::min(a.reach_grain, b.reach_grain)};
  }
  friend Footprint operator-(const Footprint& a) {
    return {-a.value, a.bulk, a.grain, a.reach, a.reach_grain};
  }
  friend Footprint operator-(const Footprint& a, const Footprint& b) { return a + -b; }
  friend Footprint operator*(const Footprint& a, const Footprint& b) {
    return {a.value * b.value, a.bulk * b.bulk, product_grain(a.grain, b.grain),
            a.bulk * b.reach + b.bulk * a.reach,
            std::min(product_grain(a.grain, b.reach_grain), product_grain(b.grain, a.reach_grain))};
  }
  friend Footprint operator/(const Footprint& a, const Footprint& b) {
    return {a.value / b.value, Fixed(1), none, Fixed(1), none};
  }
  friend Footprint operator+(const Footprint& a, int n) { return a + of(Fixed(n)); }
  friend Footprint operator-(const Footprint& a, int n) { return a - of(Fixed(n)); }
  friend Footprint operator+(int n, const Footprint& a) { return of(Fixed(n)) + a; }
  friend Footprint operator-(int n, const Footprint& a) { return of(Fixed(n)) - a; }
  friend Footprint operator*(int n, const Footprint& a) { return of(Fixed(n)) * a; }
  friend Footprint operator/(int n, const Footprint& a) { return of(Fixed(n)) / a; }

 private:
  static int product_grain(int a, int b) { return std::clamp(a + b, none, coarsest); }
};

template <>
struct numeric<Footprint> {
  static constexpr bool analytic = false;
  static constexpr bool has_nan = false;
  static Footprint from(const Literal& l, Bits precision) {
    return Footprint::of(numeric<Fixed>::from(l, precision));
  }
  static Footprint integer(int n, const Footprint& /*like*/) { return Footprint::of(Fixed(n)); }
  static int sign(const Footprint& x) { return numeric<Fixed>::sign(x.value); }
  static Footprint round_even(const Footprint& x) {
    return Footprint::of(numeric<Fixed>::round_even(x.value));
  }
};

// What a decision is made by.
inline Fixed plain(Fixed x) { return x; }
inline Fixed plain(const Footprint& x) { return x.value; }

}  // namespace gradproof::inline v0
