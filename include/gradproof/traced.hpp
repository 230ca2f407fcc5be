// Traced: a number that writes down what is done to it. A function that is generic over its numbers is called
// with Traced ones, once, and is then known as a graph: it has an exact derivative, and nobody's rounding
// errors.
//
//   const auto f = [](const auto& x) { using std::exp; return exp(x[0]) * x[1]; };
//
// Functions are found by argument-dependent lookup: exp(x), not std::exp(x). A comparison takes the side that
// the numbers at hand are on; that they are on it is proven later.
//
// This header needs nothing but the standard library.
#pragma once

#include <cmath>
#include <compare>
#include <cstdint>
#include <type_traits>

namespace gradproof::inline v0 {

// A number that remembers how it came about: what f does with it becomes a graph.
class Traced {
 public:
  Traced() = default;
  // A constant: exactly this double.
  template <class T>
  requires std::is_arithmetic_v<T> Traced(T constant) : value_(static_cast<double>(constant)) {}
  // What a double would hold in its place.
  [[nodiscard]] double value() const { return value_; }
  // Whether it is a number that depends on nothing, known as a double.
  [[nodiscard]] bool is_constant() const { return recording_ == 0; }

  Traced& operator+=(const Traced& b) { return *this = *this + b; }
  Traced& operator-=(const Traced& b) { return *this = *this - b; }
  Traced& operator*=(const Traced& b) { return *this = *this * b; }
  Traced& operator/=(const Traced& b) { return *this = *this / b; }
  friend Traced operator+(const Traced& a, const Traced& b);
  friend Traced operator-(const Traced& a, const Traced& b);
  friend Traced operator*(const Traced& a, const Traced& b);
  friend Traced operator/(const Traced& a, const Traced& b);
  friend Traced operator-(const Traced& a);
  friend Traced operator+(const Traced& a) { return a; }

  friend std::partial_ordering operator<=>(const Traced& a, const Traced& b) { return order(a, b); }
  friend bool operator==(const Traced& a, const Traced& b) { return order(a, b) == 0; }
  friend bool isnan(const Traced& a) { return std::isnan(a.value_); }
  friend bool isfinite(const Traced& a) { return std::isfinite(a.value_); }

  friend Traced exp(const Traced& x);
  friend Traced exp2(const Traced& x);
  friend Traced expm1(const Traced& x);
  friend Traced log(const Traced& x);
  friend Traced log2(const Traced& x);
  friend Traced log10(const Traced& x);
  friend Traced log1p(const Traced& x);
  friend Traced sin(const Traced& x);
  friend Traced cos(const Traced& x);
  friend Traced tan(const Traced& x);
  friend Traced sinh(const Traced& x);
  friend Traced cosh(const Traced& x);
  friend Traced tanh(const Traced& x);
  friend Traced sqrt(const Traced& x);
  friend Traced hypot(const Traced& a, const Traced& b);
  friend Traced fma(const Traced& a, const Traced& b, const Traced& c) { return a * b + c; }
  // A constant exponent that is an integer or 1/2 is one; any other is that of exp(y log x), for x > 0.
  friend Traced pow(const Traced& x, const Traced& y);
  friend Traced sigmoid(const Traced& x);
  friend Traced softplus(const Traced& x);
  friend Traced square(const Traced& x);

  // Piecewise linear. Where two pieces meet, the derivative is the whole interval between theirs.
  friend Traced abs(const Traced& x);
  friend Traced fabs(const Traced& x) { return abs(x); }
  friend Traced relu(const Traced& x);
  friend Traced max(const Traced& a, const Traced& b);
  friend Traced min(const Traced& a, const Traced& b);
  friend Traced fmax(const Traced& a, const Traced& b) { return max(a, b); }
  friend Traced fmin(const Traced& a, const Traced& b) { return min(a, b); }

  // Piecewise constant: the derivative is 0, or under the contract straight_through that of x.
  friend Traced nearbyint(const Traced& x);
  friend Traced rint(const Traced& x) { return nearbyint(x); }
  friend Traced round(const Traced& x) { return nearbyint(x); }
  friend Traced floor(const Traced& x) { return nearbyint(x - 0.5); }
  friend Traced ceil(const Traced& x) { return nearbyint(x + 0.5); }

  // The identity, whose declared derivative is -lambda; and one whose derivative is 0.
  friend Traced reverse(const Traced& x, double lambda);
  friend Traced stop(const Traced& x);

 private:
  friend class Recording;
  // As in double; that it is so in exact numbers has to be proven.
  static std::partial_ordering order(const Traced& a, const Traced& b);
  double value_ = 0;
  std::uint32_t node_ = 0;
  std::uint32_t recording_ = 0;  // to which the node belongs; 0 for a constant
};

// The same in a function's own double, so that it may be written for both.
inline double reverse(double x, double /*lambda*/) { return x; }
inline double stop(double x) { return x; }

}  // namespace gradproof::inline v0
