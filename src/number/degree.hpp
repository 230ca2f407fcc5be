// Degree: how a value depends on the inputs, as a polynomial's degree or as none. Selections take the larger
// degree of their pieces.
#pragma once

#include <algorithm>

#include "gradproof/number.hpp"

namespace gradproof::inline v0 {

struct Degree {
  static constexpr int none = 1 << 16;  // not a polynomial, or one of absurd degree
  int degree = 0;

  friend Degree operator+(Degree a, Degree b) { return {std::max(a.degree, b.degree)}; }
  friend Degree operator-(Degree a, Degree b) { return a + b; }
  friend Degree operator-(Degree a) { return a; }
  friend Degree operator*(Degree a, Degree b) { return {std::min(none, a.degree + b.degree)}; }
  friend Degree operator/(Degree a, Degree b) { return {b.degree > 0 ? none : a.degree}; }
  friend Degree operator+(Degree a, int) { return a; }
  friend Degree operator-(Degree a, int) { return a; }
  friend Degree operator+(int, Degree a) { return a; }
  friend Degree operator-(int, Degree a) { return a; }
  friend Degree operator*(int, Degree a) { return a; }
  friend Degree operator/(int, Degree a) { return Degree{} / a; }
};

template <>
struct numeric<Degree> {
  static constexpr bool analytic = false;
  static constexpr bool has_nan = true;
  static Degree from(const Literal&, Bits) { return {}; }
  static Degree integer(int, Degree) { return {}; }
  // Neither side is favoured, so a selection combines both of its pieces.
  static int sign(Degree) { return 0; }
  static Degree round_even(Degree x) { return {x.degree > 0 ? Degree::none : 0}; }
};

}  // namespace gradproof::inline v0
