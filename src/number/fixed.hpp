// Fixed: a number with 32 bits before the binary point, sign included, and 32 behind it, in integer
// arithmetic only. It saturates where it would overflow. A generator decides by such values which operation
// fits where, and decides the same on every machine and under every compiler. Functions are good to about
// 10^-9, far below every margin that is asked for.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <limits>

#include "gradproof/number.hpp"

namespace gradproof::inline v0 {

class Fixed {
 public:
  static constexpr int point = 32;
  static constexpr std::int64_t one = std::int64_t{1} << point;
  static constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

  constexpr Fixed() = default;
  constexpr explicit Fixed(int n) : raw_(std::int64_t{n} * one) {}
  static constexpr Fixed from_raw(std::int64_t raw) {
    Fixed f;
    f.raw_ = raw;
    return f;
  }
  // Truncates below the last bit; beyond the range, and for infinities, the nearest end of it; 0 for NaN.
  static constexpr Fixed from_double(double v) {
    if (v >= 0x1p31) return from_raw(largest);
    if (v <= -0x1p31) return from_raw(-largest);
    return v == v ? from_raw(static_cast<std::int64_t>(v * 0x1p32)) : Fixed();
  }
  // 1/denominator^k and the like, from a ratio of small integers.
  static constexpr Fixed ratio(int p, int q) { return from_raw(std::int64_t{p} * one / q); }

  [[nodiscard]] constexpr std::int64_t raw() const { return raw_; }
  // Exact when the value has at most 53 significant bits.
  [[nodiscard]] constexpr double to_double() const { return static_cast<double>(raw_) * 0x1p-32; }
  [[nodiscard]] constexpr Fixed magnitude() const { return from_raw(raw_ < 0 ? -raw_ : raw_); }

  friend constexpr auto operator<=>(const Fixed&, const Fixed&) = default;

  friend constexpr Fixed operator+(Fixed a, Fixed b) { return saturated(Wide{a.raw_} + b.raw_); }
  friend constexpr Fixed operator-(Fixed a, Fixed b) { return saturated(Wide{a.raw_} - b.raw_); }
  friend constexpr Fixed operator-(Fixed a) { return from_raw(-a.raw_); }
  friend constexpr Fixed operator*(Fixed a, Fixed b) { return saturated(Wide{a.raw_} * b.raw_ >> point); }
  // a/0 is the end of the range on a's side.
  friend constexpr Fixed operator/(Fixed a, Fixed b) {
    if (b.raw_ == 0) return from_raw(a.raw_ > 0 ? largest : a.raw_ < 0 ? -largest : 0);
    return saturated(Wide{a.raw_} * one / b.raw_);
  }
  friend constexpr Fixed operator+(Fixed a, int n) { return a + Fixed(n); }
  friend constexpr Fixed operator-(Fixed a, int n) { return a - Fixed(n); }
  friend constexpr Fixed operator*(Fixed a, int n) { return saturated(Wide{a.raw_} * n); }
  friend constexpr Fixed operator/(Fixed a, int n) { return a / Fixed(n); }
  friend constexpr Fixed operator+(int n, Fixed a) { return a + n; }
  friend constexpr Fixed operator-(int n, Fixed a) { return Fixed(n) - a; }
  friend constexpr Fixed operator*(int n, Fixed a) { return a * n; }
  friend constexpr Fixed operator/(int n, Fixed a) { return Fixed(n) / a; }

  friend constexpr Fixed exp(Fixed x) { return exp_of(x); }
  friend constexpr Fixed expm1(Fixed x) { return exp_of(x) - 1; }
  friend constexpr Fixed log(Fixed x) { return log_of(x); }
  friend constexpr Fixed log1p(Fixed x) { return log_of(x + 1); }
  friend constexpr Fixed sin(Fixed x) { return circular(x, 0); }
  friend constexpr Fixed cos(Fixed x) { return circular(x, 1); }
  // tanh x = (1 - e)/(1 + e), e = exp(-2 x), for x >= 0.
  friend constexpr Fixed tanh(Fixed x) {
    const Fixed e = exp_of(-2 * x.magnitude());
    const Fixed y = (1 - e) / (1 + e);
    return x.raw_ < 0 ? -y : y;
  }
  friend constexpr Fixed sqrt(Fixed x) { return sqrt_of(x); }

 private:
  __extension__ using Wide = __int128;

  // One short of the lowest integer, so that negation never overflows.
  static constexpr Fixed saturated(Wide w) {
    if (w > largest) return from_raw(largest);
    if (w < -Wide{largest}) return from_raw(-largest);
    return from_raw(static_cast<std::int64_t>(w));
  }

  // x = k ln 2 + r with |r| <= ln(2)/2, and exp(x) = 2^k exp(r); r^10/10! < 2^-36.
  static constexpr Fixed exp_of(Fixed x) {
    if (x >= Fixed(22)) return from_raw(largest);
    if (x <= Fixed(-23)) return {};
    const std::int64_t k = (x * from_raw(inverse_ln2)).nearest_integer();
    const Fixed r = from_raw(static_cast<std::int64_t>(x.raw_ - (Wide{k} * ln2_wide >> 30)));
    Fixed y(1);
    for (int n = 9; n >= 1; --n) y = 1 + y * r * inverse[static_cast<std::size_t>(n)];
    return k >= 0 ? saturated(Wide{y.raw_} << k) : from_raw(y.raw_ >> -k);
  }

  // x = 2^k m with m in [1, 2), s = (m - c)/(m + c) with c = sqrt 2, and log x = (k + 1/2) ln 2 + 2 atanh s;
  // s^13/13 < 2^-36.
  static constexpr Fixed log_of(Fixed x) {
    if (x.raw_ <= 0) return from_raw(-largest);
    const int k = 31 - std::countl_zero(static_cast<std::uint64_t>(x.raw_));
    const std::int64_t m = k >= 0 ? x.raw_ >> k : x.raw_ << -k;
    const Fixed s = from_raw(m - root2) / from_raw(m + root2);
    const Fixed square = s * s;
    Fixed y;
    for (int n = 11; n >= 3; n -= 2) y = (y + inverse[static_cast<std::size_t>(n)]) * square;
    y = 2 * s * (1 + y);
    return y + from_raw(static_cast<std::int64_t>(Wide{2 * k + 1} * ln2_wide >> 31));
  }

  // x = k pi/2 + r with |r| <= pi/4; a quarter turn makes a cosine of a sine. r^13/13! < 2^-36.
  static constexpr Fixed circular(Fixed x, int quarters) {
    const std::int64_t k = (x * from_raw(two_over_pi)).nearest_integer();
    const Fixed r = from_raw(static_cast<std::int64_t>(x.raw_ - (Wide{k} * half_pi_wide >> 30)));
    const std::int64_t turn = (k + quarters) & 3;
    const bool cosine = (turn & 1) != 0;
    const Fixed square = r * r;
    Fixed y(1);
    for (int n = cosine ? 12 : 11; n >= 2; n -= 2)
      y = 1 - y * square * inverse[static_cast<std::size_t>(n)] * inverse[static_cast<std::size_t>(n - 1)];
    if (!cosine) y = y * r;
    return turn >= 2 ? -y : y;
  }

  // The integer root of m = raw * 2^shift in [2^60, 2^63), with an even shift, taken bit by bit.
  static constexpr Fixed sqrt_of(Fixed x) {
    if (x.raw_ <= 0) return {};
    const int shift = (std::countl_zero(static_cast<std::uint64_t>(x.raw_)) - 1) & ~1;
    std::uint64_t rest = static_cast<std::uint64_t>(x.raw_) << shift, root = 0;
    for (std::uint64_t bit = std::uint64_t{1} << 62; bit != 0; bit >>= 2) {
      const bool fits = rest >= root + bit;
      if (fits) rest -= root + bit;
      root = (root >> 1) + (fits ? bit : 0);
    }
    const int up = 16 - shift / 2;
    return from_raw(static_cast<std::int64_t>(up >= 0 ? root << up : root >> -up));
  }

  [[nodiscard]] constexpr std::int64_t nearest_integer() const {
    return static_cast<std::int64_t>((Wide{raw_} + one / 2) >> point);
  }

  // Multiples of 2^-62 (wide) and of 2^-32, rounded.
  static constexpr std::int64_t ln2_wide = 0x2c5c85fdf473de6b;
  static constexpr std::int64_t half_pi_wide = 0x6487ed5110b4611a;
  static constexpr std::int64_t inverse_ln2 = 0x171547653;
  static constexpr std::int64_t two_over_pi = 0xa2f9836e;
  static constexpr std::int64_t root2 = 0x16a09e668;
  static const std::array<Fixed, 13> inverse;  // 1/n; the first is not used

  std::int64_t raw_ = 0;
};

inline constexpr std::array<Fixed, 13> Fixed::inverse = [] {
  std::array<Fixed, 13> table;
  for (int n = 1; n < 13; ++n) table[static_cast<std::size_t>(n)] = from_raw((one + n / 2) / n);
  return table;
}();

template <>
struct numeric<Fixed> {
  static constexpr bool analytic = true;
  static constexpr bool has_nan = false;
  static Fixed from(const Literal& l, Bits) { return Fixed::from_double(l.nearest()); }
  static Fixed integer(int n, Fixed /*like*/) { return Fixed(n); }
  static int sign(Fixed x) { return x.raw() > 0 ? 1 : x.raw() < 0 ? -1 : 0; }
  static Fixed round_even(Fixed x) {
    const std::int64_t fraction = x.raw() & (Fixed::one - 1), floor = x.raw() - fraction;
    const bool odd = (floor & Fixed::one) != 0;
    const bool up = fraction > Fixed::one / 2 || (fraction == Fixed::one / 2 && odd);
    return up ? Fixed::from_raw(floor) + 1 : Fixed::from_raw(floor);
  }
};

}  // namespace gradproof::inline v0
