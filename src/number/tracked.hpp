// Tracked: a double with a running bound on the rounding error that a computation of the same graph may have
// in any binary format, to first order, in units of that format's u (half an ulp of 1). Flowing through a
// gradient graph it gives the allowed error.
//
// Each number carries the sum of the absolute values of its contributions, so that the bound holds for every
// order of summation (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 4.2: |error| <= (n-1)
// u sum |x_i|). Products use
// |ab - a'b'| <= |a| e_b + |b| e_a, functions |f'| e + their own error, which is granted `function_ulps`
// ulps.
#pragma once

#include <algorithm>
#include <cmath>

#include "gradproof/number.hpp"

namespace gradproof::inline v0 {

struct Tracked {
  double value = 0;
  double bulk = 0;   // >= |value|: the sum of the absolute contributions
  double error = 0;  // |computed - exact| <= error * u, to first order
  double floor =
    0;  // what one underflow may cost, in the same units; the same for all numbers of a computation

  // What the analytic functions of a good library may be off by: 2 ulps, that is 4 u.
  static constexpr double function_ulps = 2;

  friend Tracked operator+(const Tracked& a, const Tracked& b) {
    const double bulk = a.bulk + b.bulk, floor = std::max(a.floor, b.floor);
    // A sum that is subnormal is exact: adding loses nothing to underflow.
    return {a.value + b.value, bulk, a.error + b.error + bulk, floor};
  }
  friend Tracked operator-(const Tracked& a) { return {-a.value, a.bulk, a.error, a.floor}; }
  friend Tracked operator-(const Tracked& a, const Tracked& b) { return a + -b; }
  friend Tracked operator*(const Tracked& a, const Tracked& b) {
    const double bulk = a.bulk * b.bulk, floor = std::max(a.floor, b.floor);
    return {a.value * b.value, bulk, a.bulk * b.error + b.bulk * a.error + bulk + floor, floor};
  }
  // a/b: |d(a/b)| <= e_a/|b| + |a| e_b/b^2; a quotient may be formed by way of a reciprocal, two roundings.
  friend Tracked operator/(const Tracked& a, const Tracked& b) {
    const double d = std::abs(b.value), bulk = a.bulk / d, floor = std::max(a.floor, b.floor);
    return {a.value / b.value, bulk, a.error / d + bulk * b.error / d + 2 * bulk + floor * (1 + a.bulk),
            floor};
  }
  friend Tracked operator+(const Tracked& a, int n) { return a + exact(n); }
  friend Tracked operator-(const Tracked& a, int n) { return a - exact(n); }
  friend Tracked operator*(const Tracked& a, int n) { return a * exact(n); }
  friend Tracked operator+(int n, const Tracked& a) { return exact(n) + a; }
  friend Tracked operator-(int n, const Tracked& a) { return exact(n) - a; }
  friend Tracked operator*(int n, const Tracked& a) { return exact(n) * a; }
  friend Tracked operator/(int n, const Tracked& a) { return exact(n) / a; }

  friend Tracked exp(const Tracked& a) { return function(std::exp(a.value), std::exp(a.value), a); }
  friend Tracked expm1(const Tracked& a) { return function(std::expm1(a.value), std::exp(a.value), a); }
  friend Tracked log(const Tracked& a) { return function(std::log(a.value), 1 / a.value, a); }
  friend Tracked log1p(const Tracked& a) { return function(std::log1p(a.value), 1 / (1 + a.value), a); }
  friend Tracked sin(const Tracked& a) { return function(std::sin(a.value), 1, a); }
  friend Tracked cos(const Tracked& a) { return function(std::cos(a.value), 1, a); }
  friend Tracked tanh(const Tracked& a) {
    const double y = std::tanh(a.value);
    return function(y, 1 - y * y, a);
  }
  friend Tracked sqrt(const Tracked& a) {
    const double y = std::sqrt(a.value);
    return function(y, 1 / (2 * y), a);
  }

  static Tracked exact(int n) { return {double(n), std::abs(double(n)), 0, 0}; }

 private:
  static Tracked function(double y, double slope, const Tracked& a) {
    return {y, std::abs(y), std::abs(slope) * a.error + 2 * function_ulps * std::abs(y) + a.floor, a.floor};
  }
};

template <>
struct numeric<Tracked> {
  static constexpr bool analytic = true;
  static constexpr bool has_nan = true;
  // The format is told by its precision. An underflow is off by at most half of the least subnormal, 2^(e_min
  // - p), which is 2^e_min in units of u = 2^-p; twice that also covers a library that flushes a result below
  // it.
  static double floor_of(Bits precision) {
    switch (precision.count) {
      case 11: return 0x1p-13;
      case 53: return 0x1p-1021;
      default: return 0x1p-125;  // float32 and bfloat16 share their exponents
    }
  }
  // A literal of at most 8 significant bits is exact in every format that we judge; another may be rounded
  // once.
  static Tracked from(const Literal& l, Bits precision) {
    const double v = l.nearest();
    int exponent = 0;
    const double scaled = std::ldexp(std::frexp(v, &exponent), 8);
    const bool exact = l.is_double() && std::nearbyint(scaled) == scaled;
    return {v, std::abs(v), exact ? 0 : std::abs(v), floor_of(precision)};
  }
  static Tracked integer(int n, const Tracked& /*like*/) { return Tracked::exact(n); }
  static int sign(const Tracked& x) { return numeric<double>::sign(x.value); }
  // Away from the halves, where the generator stays, an error of a few u does not change the nearest integer.
  static Tracked round_even(const Tracked& x) {
    const double y = std::nearbyint(x.value);
    return {y, std::abs(y), 0, x.floor};
  }
};

template <>
struct Reduce<Tracked> {
  static Tracked sum(const Tracked* x, std::size_t stride, std::size_t count, Tracked total) {
    for (std::size_t i = 0; i < count; ++i) {
      const Tracked& t = x[i * stride];
      total = {total.value + t.value, total.bulk + t.bulk, total.error + t.error,
               std::max(total.floor, t.floor)};
    }
    total.error += count > 1 ? double(count - 1) * total.bulk : 0;
    return total;
  }
  static Tracked dot(const Tracked* x, std::size_t x_stride, const Tracked* y, std::size_t y_stride,
                     std::size_t count, Tracked total) {
    for (std::size_t i = 0; i < count; ++i) {
      const Tracked t = x[i * x_stride] * y[i * y_stride];
      total = {total.value + t.value, total.bulk + t.bulk, total.error + t.error,
               std::max(total.floor, t.floor)};
    }
    total.error += count > 1 ? double(count - 1) * total.bulk : 0;
    return total;
  }
};

}  // namespace gradproof::inline v0
