// Dual<S>: x + x' eps with eps^2 = 0, forward mode. Its rules are written here, apart from the op table's
// partials, so that agreement between the two is evidence.
#pragma once

#include <utility>

#include "gradproof/number.hpp"

namespace gradproof::inline v0 {

// A value and its derivative along one direction, carried through each operation by rules of its own.
template <class S>
struct Dual {
  S value{};
  S slope{};

  friend Dual operator+(Dual a, const Dual& b) {
    return {std::move(a.value) + b.value, std::move(a.slope) + b.slope};
  }
  friend Dual operator-(Dual a, const Dual& b) {
    return {std::move(a.value) - b.value, std::move(a.slope) - b.slope};
  }
  friend Dual operator-(Dual a) { return {-std::move(a.value), -std::move(a.slope)}; }
  friend Dual operator*(const Dual& a, const Dual& b) {
    return {a.value * b.value, a.value * b.slope + a.slope * b.value};
  }
  // (a/b)' = (a' - (a/b) b') / b.
  friend Dual operator/(const Dual& a, const Dual& b) {
    S q = a.value / b.value;
    S slope = (a.slope - q * b.slope) / b.value;
    return {std::move(q), std::move(slope)};
  }
  friend Dual operator+(Dual a, int n) { return {std::move(a.value) + n, std::move(a.slope)}; }
  friend Dual operator-(Dual a, int n) { return {std::move(a.value) - n, std::move(a.slope)}; }
  friend Dual operator*(Dual a, int n) { return {std::move(a.value) * n, std::move(a.slope) * n}; }
  friend Dual operator+(int n, Dual a) { return std::move(a) + n; }
  friend Dual operator*(int n, Dual a) { return std::move(a) * n; }
  friend Dual operator-(int n, Dual a) { return {n - std::move(a.value), -std::move(a.slope)}; }
  friend Dual operator/(int n, const Dual& a) {
    S q = n / a.value;
    S slope = -(q * a.slope) / a.value;
    return {std::move(q), std::move(slope)};
  }

  // (e^x)' = e^x x'.
  friend Dual exp(const Dual& a) {
    using std::exp;
    S y = exp(a.value);
    S slope = y * a.slope;
    return {std::move(y), std::move(slope)};
  }
  // e^x - 1 has the slope of e^x, which keeps its digits in the tail where e^x - 1 + 1 cancels.
  friend Dual expm1(const Dual& a) {
    using std::exp, std::expm1;
    return {expm1(a.value), exp(a.value) * a.slope};
  }
  friend Dual log(const Dual& a) {
    using std::log;
    return {log(a.value), a.slope / a.value};
  }
  friend Dual log1p(const Dual& a) {
    using std::log1p;
    return {log1p(a.value), a.slope / (1 + a.value)};
  }
  friend Dual sin(const Dual& a) {
    using std::cos, std::sin;
    return {sin(a.value), cos(a.value) * a.slope};
  }
  friend Dual cos(const Dual& a) {
    using std::cos, std::sin;
    return {cos(a.value), -(sin(a.value) * a.slope)};
  }
  // tanh' = 1/cosh^2, which keeps its digits in the tails where 1 - tanh^2 cancels.
  friend Dual tanh(const Dual& a) {
    using std::cosh, std::tanh;
    const S c = cosh(a.value);
    return {tanh(a.value), a.slope / (c * c)};
  }
  friend Dual sqrt(const Dual& a) {
    using std::sqrt;
    S y = sqrt(a.value);
    S slope = a.slope / (2 * y);
    return {std::move(y), std::move(slope)};
  }
};

template <class S>
struct numeric<Dual<S>> {
  static constexpr bool analytic = numeric<S>::analytic;
  static constexpr bool has_nan = numeric<S>::has_nan;
  static Dual<S> from(const Literal& l, Bits p) {
    return {numeric<S>::from(l, p), numeric<S>::from(Literal(0), p)};
  }
  static Dual<S> integer(int n, const Dual<S>& like) {
    return {numeric<S>::integer(n, like.value), numeric<S>::integer(0, like.value)};
  }
  static int sign(const Dual<S>& x) { return numeric<S>::sign(x.value); }
  static Dual<S> round_even(const Dual<S>& x) { return {numeric<S>::round_even(x.value), x.slope - x.slope}; }
};

}  // namespace gradproof::inline v0
