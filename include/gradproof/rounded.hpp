// Rounded<D>: a number of one of the formats, each operation correctly rounded. A graph evaluated in it is what
// a plain implementation in that format computes, operation by operation, on any machine.
#pragma once

#include <bit>
#include <cmath>
#include <limits>

#include "gradproof/format.hpp"

namespace gradproof::inline v0 {

// The functions that are rounded exactly.
enum class Function { exp, expm1, log, log1p, sin, cos, tanh };
// f(x), rounded once to the format.
[[nodiscard]] double rounded(Dtype dtype, Function f, double x);

// A number of that format, on which every operation rounds once.
template <Dtype D>
class Rounded {
 public:
  Rounded() = default;
  // x rounded once.
  explicit Rounded(double x) : value_(rounded(D, x)) {}
  explicit Rounded(const Literal& x) : value_(rounded(D, x)) {}
  explicit Rounded(const Real& x) : value_(rounded(D, x)) {}

  [[nodiscard]] double value() const { return value_; }

  // Two roundings, to double and to the format, are as good as one here. Let p <= 24 be the format's
  // precision. The second rounding can only err where the first lands on a midpoint between two neighbours of
  // the format, which has at most p + 1 bits, and the exact result is not that midpoint.
  //  - a * b has 2p bits: the first rounding is exact.
  //  - a + b: if it needs more than 53 bits, then the smaller, b, is below 2^(2p-53) ulp of a, a 32nd: the
  //    exact sum and its double are both so near to a, a number of the format, that they round to it.
  //  - a / b is not the midpoint m: then |a - m b| is at least one unit of the last place of a or of m b, so
  //    that a/b differs from m by more than 2^-(2p+1) of itself, and a double is within 2^-53.
  //  - sqrt(a) likewise: |a - m m| is at least one unit, 2^-(2p+3) of m after division by sqrt(a) + m.
  // Subnormal results have fewer bits, their midpoints too, and doubles go far below them: the same holds.
  friend Rounded operator+(Rounded a, Rounded b) { return Rounded(a.value_ + b.value_); }
  friend Rounded operator-(Rounded a, Rounded b) { return Rounded(a.value_ - b.value_); }
  friend Rounded operator*(Rounded a, Rounded b) { return Rounded(a.value_ * b.value_); }
  friend Rounded operator/(Rounded a, Rounded b) { return Rounded(a.value_ / b.value_); }
  friend Rounded operator-(Rounded a) {
    a.value_ = -a.value_;
    return a;
  }
  friend Rounded sqrt(Rounded a) { return Rounded(std::sqrt(a.value_)); }

  // An int is exact, and may have more bits than the format.
  friend Rounded operator+(Rounded a, int n) { return sum(a.value_, n); }
  friend Rounded operator-(Rounded a, int n) { return sum(a.value_, -double{1} * n); }
  friend Rounded operator*(Rounded a, int n) { return product(a.value_, n); }
  friend Rounded operator/(Rounded a, int n) { return quotient(a.value_, n); }
  friend Rounded operator+(int n, Rounded a) { return sum(n, a.value_); }
  friend Rounded operator-(int n, Rounded a) { return sum(n, -a.value_); }
  friend Rounded operator*(int n, Rounded a) { return product(n, a.value_); }
  friend Rounded operator/(int n, Rounded a) { return quotient(n, a.value_); }

  friend Rounded exp(Rounded a) { return Rounded(rounded(D, Function::exp, a.value_)); }
  friend Rounded expm1(Rounded a) { return Rounded(rounded(D, Function::expm1, a.value_)); }
  friend Rounded log(Rounded a) { return Rounded(rounded(D, Function::log, a.value_)); }
  friend Rounded log1p(Rounded a) { return Rounded(rounded(D, Function::log1p, a.value_)); }
  friend Rounded sin(Rounded a) { return Rounded(rounded(D, Function::sin, a.value_)); }
  friend Rounded cos(Rounded a) { return Rounded(rounded(D, Function::cos, a.value_)); }
  friend Rounded tanh(Rounded a) { return Rounded(rounded(D, Function::tanh, a.value_)); }

  // As IEEE 754 has it: NaN is unequal to all, the zeros are equal.
  friend bool operator==(Rounded a, Rounded b) { return a.value_ == b.value_; }

 private:
  // With an int the argument above fails, but for float64, where there is no second rounding. A double that
  // was rounded to odd may be rounded again without harm (Boldo and Melquiond 2008): of the two neighbours of
  // an inexact result the odd one is taken, which is no midpoint and is on the right side of each.
  // `rest` has the sign of what the nearest double lacks; it is NaN by infinities, which lack nothing.
  static Rounded from_inexact(double nearest, double rest) {
    const bool odd = (std::bit_cast<std::uint64_t>(nearest) & 1) != 0;
    const bool exact = !(rest < 0 || rest > 0);
    if (D == Dtype::f64 || odd || exact) return Rounded(nearest);
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return Rounded(std::nextafter(nearest, rest > 0 ? infinity : -infinity));
  }
  // Knuth's sum with its error, exactly.
  static Rounded sum(double a, double b) {
    const double s = a + b, from_b = s - a;
    return from_inexact(s, (a - (s - from_b)) + (b - from_b));
  }
  static Rounded product(double a, double b) {
    const double p = a * b;
    return from_inexact(p, std::fma(a, b, -p));
  }
  static Rounded quotient(double a, double b) {
    const double q = a / b, remainder = std::fma(-q, b, a);
    return from_inexact(q, b < 0 ? -remainder : remainder);
  }

  double value_ = 0;
};

template <Dtype D>
struct numeric<Rounded<D>> {
  static constexpr bool analytic = true;
  static constexpr bool has_nan = true;
  static Rounded<D> from(const Literal& l, Bits) { return Rounded<D>(l); }
  static Rounded<D> integer(int n, Rounded<D> /*like*/) { return Rounded<D>(static_cast<double>(n)); }
  static int sign(Rounded<D> x) { return numeric<double>::sign(x.value()); }
  // An integer near a number of the format is one too: from 2^p on the format has no fractions.
  static Rounded<D> round_even(Rounded<D> x) { return Rounded<D>(std::nearbyint(x.value())); }
};

}  // namespace gradproof::inline v0
