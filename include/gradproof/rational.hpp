// Rational: exact ratios of integers, Boost.Multiprecision over GMP. Graphs of class rational evaluate in it
// without error.
#pragma once

#include <boost/multiprecision/gmp.hpp>

#include "gradproof/number.hpp"

namespace gradproof::inline v0 {

// A fraction of integers of any size, always in lowest terms.
using Rational =
  boost::multiprecision::number<boost::multiprecision::gmp_rational, boost::multiprecision::et_off>;

// The exact value of a finite literal or double.
[[nodiscard]] Rational to_rational(const Literal& literal);
// x rounded to an integer, ties to even.
[[nodiscard]] Rational round_even(const Rational& x);
// The double nearest to x, ties to even, and whether it is x itself.
struct NearestDouble {
  double value;
  bool exact;
};
[[nodiscard]] NearestDouble nearest_double(const Rational& x);
// x as a literal, "p/q" or a double when one holds it.
[[nodiscard]] Literal to_literal(const Rational& x);

template <>
struct numeric<Rational> {
  static constexpr bool analytic = false;
  static constexpr bool has_nan = false;
  static Rational from(const Literal& l, Bits) { return to_rational(l); }
  static Rational integer(int n, const Rational& /*like*/) { return Rational(n); }
  static int sign(const Rational& x) { return x.sign(); }
  static Rational round_even(const Rational& x) { return gradproof::round_even(x); }
};

}  // namespace gradproof::inline v0
