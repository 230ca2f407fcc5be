// What flows through a graph: the concept Number, and the literals that leaves are made of.
//
// A number type is anything with field arithmetic, mixed arithmetic with int, and a specialisation of
// numeric<S>. Analytic numbers also have exp, expm1, log, log1p, sin, cos, tanh and sqrt, found by
// argument-dependent lookup. No type here has an ambient precision: a value carries its own, and a literal is
// converted at a stated one.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradproof::inline v0 {

// A binary precision. Decimal digits are a way of asking for one.
struct Bits {
  std::int64_t count = 53;
  friend auto operator<=>(const Bits&, const Bits&) = default;
};

// Enough bits for `decimal` significant digits, rounded up to just under a limb boundary (63, 127, 191, 255
// ...): MPFR's cost climbs by a fifth on the first bit of a new limb, so the last bits of a limb are free.
// ceil(d log2(10)) <= d * 3322 / 1000 + 1 for d up to 10^6.
[[nodiscard]] Bits digits(std::int64_t decimal);

// A leaf value, exact and finite or not: a double, or a ratio of integers where no double holds the value.
class Literal {
 public:
  Literal(double value = 0) : nearest_(value) {}

  // Reads `-1.25`, `1e-3`, `0x1.8p-3`, `1/3`, `inf`, `-inf`, `nan`. Decimal text means the decimal number
  // itself, so 0.1 is 1/10. Nothing when the text is none of these, or when its exponent is beyond +-5000.
  [[nodiscard]] static std::optional<Literal> parse(std::string_view text);

  [[nodiscard]] double nearest() const { return nearest_; }
  [[nodiscard]] float nearest_float() const;
  [[nodiscard]] bool is_double() const { return ratio_ == nullptr; }
  [[nodiscard]] bool is_finite() const { return std::isfinite(nearest_) || ratio_ != nullptr; }
  // "p/q" in lowest terms; asked for only when the value is not a double.
  [[nodiscard]] const std::string& ratio() const { return *ratio_; }
  // The shortest of integer, exact decimal, hex float and ratio that parses back to this value.
  [[nodiscard]] std::string text() const;

  // The same value, with the same sign of zero; every NaN is the same as every other.
  friend bool operator==(const Literal& a, const Literal& b);
  // The literal that holds a value given as "p/q" in lowest terms, whose nearest double is `nearest`.
  [[nodiscard]] static Literal from_ratio(double nearest, std::string ratio) {
    Literal l(nearest);
    l.ratio_ = std::make_shared<const std::string>(std::move(ratio));
    return l;
  }

 private:
  double nearest_;
  std::shared_ptr<const std::string> ratio_;
};

// What a number type must tell: how to make one from a literal at a precision, or from an integer at the
// precision of another number; its sign (of the real part, where there is one), and rounding to an integer
// with ties to even (of the real part).
template <class S>
struct numeric;

template <std::floating_point S>
struct numeric<S> {
  static constexpr bool analytic = true;
  static constexpr bool has_nan = true;
  static S from(const Literal& l, Bits) {
    if constexpr (std::same_as<S, float>) return l.nearest_float();
    else return l.nearest();
  }
  static S integer(int n, S /*like*/) { return static_cast<S>(n); }
  static int sign(S x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }
  static S round_even(S x) { return std::nearbyint(x); }
};

template <class S>
concept Number = std::copyable<S> && requires(const S& a, const S& b, int n, const Literal& l, Bits p) {
  { a + b } -> std::convertible_to<S>;
  { a - b } -> std::convertible_to<S>;
  { a* b } -> std::convertible_to<S>;
  { a / b } -> std::convertible_to<S>;
  { -a } -> std::convertible_to<S>;
  { n* a } -> std::convertible_to<S>;
  { n / a } -> std::convertible_to<S>;
  { a - n } -> std::convertible_to<S>;
  { numeric<S>::from(l, p) } -> std::convertible_to<S>;
  { numeric<S>::integer(n, a) } -> std::convertible_to<S>;
  { numeric<S>::sign(a) } -> std::same_as<int>;
  { numeric<S>::round_even(a) } -> std::convertible_to<S>;
};

template <class S>
concept AnalyticNumber = Number<S> && numeric<S>::analytic;

// Sums and products are the places where number types differ in what they owe their caller: an error bound
// must hold for every order of summation, a multiprecision dot can round once. The plain left-to-right loops
// serve the others.
template <class S>
struct Reduce {
  static S sum(const S* x, std::size_t stride, std::size_t count, S zero) {
    for (std::size_t i = 0; i < count; ++i) zero = zero + x[i * stride];
    return zero;
  }
  static S dot(const S* x, std::size_t x_stride, const S* y, std::size_t y_stride, std::size_t count,
               S zero) {
    for (std::size_t i = 0; i < count; ++i) zero = zero + x[i * x_stride] * y[i * y_stride];
    return zero;
  }
};

// y := a b, row by row without gaps: a is rows x inner, b inner x cols. A whole product is worth a kernel of
// its own where numbers are dear; y is neither a nor b, and `zero` is the zero of the precision in use.
template <class S>
struct Product {
  static void multiply(const S* a, const S* b, std::size_t rows, std::size_t inner, std::size_t cols, S* y,
                       const S& zero) {
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < cols; ++j)
        y[i * cols + j] = Reduce<S>::dot(a + i * inner, 1, b + j, cols, inner, zero);
  }
};

// The plain loop's bits, by vector instructions.
template <>
struct Product<float> {
  static void multiply(const float* a, const float* b, std::size_t rows, std::size_t inner, std::size_t cols,
                       float* y, const float& zero);
};
template <>
struct Product<double> {
  static void multiply(const double* a, const double* b, std::size_t rows, std::size_t inner,
                       std::size_t cols, double* y, const double& zero);
};

// A function of two pieces that meet where x is 0: above() for x > 0, below() for x < 0, and tie() where x is
// 0 or has no sign (NaN). The pieces are functions, so that only the one that counts is computed. A number
// that stands for a set of values may lie on both sides of 0; it takes the hull of the pieces.
template <class S>
struct Piecewise {
  static S value(const S& x, const auto& above, const auto& tie, const auto& below) {
    const int side = numeric<S>::sign(x);
    if (side > 0) return above();
    if (side < 0) return below();
    return tie();
  }
};

// The numbers of an evaluation, side by side.
template <class S>
class Slab {
 public:
  Slab() = default;
  Slab(std::size_t count, const S& zero) : numbers_(count, zero) {}
  [[nodiscard]] S* data() { return numbers_.data(); }
  [[nodiscard]] const S* data() const { return numbers_.data(); }

 private:
  std::vector<S> numbers_;
};

}  // namespace gradproof::inline v0
