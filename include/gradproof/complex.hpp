// Complex<S>: x + iy over a real number type, for the complex step. Selections (relu, max ...) go by the real
// part, so a tiny imaginary part rides along a piecewise analytic graph and leaves it as the derivative.
#pragma once

#include <utility>

#include "gradproof/number.hpp"

namespace gradproof::inline v0 {

// re + i im, with real and imaginary part of any number that has the real functions: std::complex is for the floating point
// types alone.
template <class S>
struct Complex {
  S re{};
  S im{};

  friend Complex operator+(Complex a, const Complex& b) {
    return {std::move(a.re) + b.re, std::move(a.im) + b.im};
  }
  friend Complex operator-(Complex a, const Complex& b) {
    return {std::move(a.re) - b.re, std::move(a.im) - b.im};
  }
  friend Complex operator-(Complex a) { return {-std::move(a.re), -std::move(a.im)}; }
  friend Complex operator*(const Complex& a, const Complex& b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
  }
  // (a + ib)/(c + id) = ((ac + bd) + i(bc - ad)) / (c^2 + d^2): no overflow guard, our reals have huge
  // exponents.
  friend Complex operator/(const Complex& a, const Complex& b) {
    const S norm = b.re * b.re + b.im * b.im;
    return {(a.re * b.re + a.im * b.im) / norm, (a.im * b.re - a.re * b.im) / norm};
  }
  friend Complex operator+(Complex a, int n) { return {std::move(a.re) + n, std::move(a.im)}; }
  friend Complex operator-(Complex a, int n) { return {std::move(a.re) - n, std::move(a.im)}; }
  friend Complex operator*(Complex a, int n) { return {std::move(a.re) * n, std::move(a.im) * n}; }
  friend Complex operator+(int n, Complex a) { return std::move(a) + n; }
  friend Complex operator*(int n, Complex a) { return std::move(a) * n; }
  friend Complex operator-(int n, Complex a) { return {n - std::move(a.re), -std::move(a.im)}; }
  friend Complex operator/(int n, const Complex& a) {
    const S norm = a.re * a.re + a.im * a.im;
    return {n * a.re / norm, -(n * a.im) / norm};
  }

  // exp(a + ib) = e^a (cos b + i sin b).
  friend Complex exp(const Complex& z) {
    const S scale = exp(z.re);
    return {scale * cos(z.im), scale * sin(z.im)};
  }
  // exp(a + ib) - 1 = (e^a - 1) cos b - 2 sin^2(b/2) + i e^a sin b: no cancellation near 0.
  friend Complex expm1(const Complex& z) {
    const S half = sin(z.im / 2);
    return {expm1(z.re) * cos(z.im) - 2 * (half * half), exp(z.re) * sin(z.im)};
  }
  // log z = log|z| + i arg z.
  friend Complex log(const Complex& z) { return {log(hypot(z.re, z.im)), atan2(z.im, z.re)}; }
  // log(1 + z): |1 + z|^2 = 1 + (2a + a^2 + b^2), which log1p takes without cancellation.
  friend Complex log1p(const Complex& z) {
    return {log1p(2 * z.re + z.re * z.re + z.im * z.im) / 2, atan2(z.im, 1 + z.re)};
  }
  friend Complex sin(const Complex& z) { return {sin(z.re) * cosh(z.im), cos(z.re) * sinh(z.im)}; }
  friend Complex cos(const Complex& z) { return {cos(z.re) * cosh(z.im), -(sin(z.re) * sinh(z.im))}; }
  // tanh(a + ib) = (sinh a cosh a + i sin b cos b) / (cosh^2 a - sin^2 b).
  friend Complex tanh(const Complex& z) {
    const S c = cosh(z.re), s = sin(z.im);
    const S norm = c * c - s * s;
    return {sinh(z.re) * c / norm, s * cos(z.im) / norm};
  }
  // The root with a positive real part: r = sqrt((|z| + a)/2), then b/(2r). Only for a > 0, the domain of our
  // sqrt.
  friend Complex sqrt(const Complex& z) {
    const S r = sqrt((hypot(z.re, z.im) + z.re) / 2);
    return {r, z.im / (2 * r)};
  }
};

template <class S>
struct numeric<Complex<S>> {
  static constexpr bool analytic = numeric<S>::analytic;
  static constexpr bool has_nan = numeric<S>::has_nan;
  static Complex<S> from(const Literal& l, Bits p) {
    return {numeric<S>::from(l, p), numeric<S>::from(Literal(0), p)};
  }
  static Complex<S> integer(int n, const Complex<S>& like) {
    return {numeric<S>::integer(n, like.re), numeric<S>::integer(0, like.re)};
  }
  static int sign(const Complex<S>& x) { return numeric<S>::sign(x.re); }
  static Complex<S> round_even(const Complex<S>& x) { return {numeric<S>::round_even(x.re), x.im - x.im}; }
};

}  // namespace gradproof::inline v0
