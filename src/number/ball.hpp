// Ball: a real number that is known to lie in [mid - rad, mid + rad]. Arb's arithmetic, rounded outward: the
// ball of a result holds every value that the operation takes on the operands' balls. FLINT 3 contains Arb;
// with FLINT 2 it is a library of its own.
//
// A ball carries the precision that it is computed at, and a result has the larger one of its operands; an
// int is exact and has none. Balls are the sets, not the numbers: where an operation is not defined on all of
// its operand's ball (1/x around 0) the result says so by being infinite or NaN, and every finite ball is a
// proof.
//
// Exponents stay within +-largest_exponent. A ball that leaves them upwards becomes the whole line, one that
// leaves them downwards becomes 0 with a radius of 2^-largest_exponent. So towers such as exp(exp(exp(x)))
// cost neither time nor memory, and no ball owns a bignum exponent, which would belong to the thread that
// made it.
#pragma once

#include <concepts>
#include <cstdint>
#include <utility>

#include "gradproof/number.hpp"
#include "number/arb.hpp"

namespace gradproof::inline v0 {

class Ball {
 public:
  // Half of MPFR's range, so that the ends of every finite ball are Reals; and far inside the range in which
  // Arb works without bignum exponents, before and after a product.
  static constexpr slong largest_exponent = slong{1} << 29;

  Ball() : Ball(Bits{2}) {}
  // Exactly 0, at this precision.
  explicit Ball(Bits precision) : precision_(precision.count) { arb_init(value_); }
  // The literal, enclosed: exact when it is a double, of whatever precision.
  Ball(const Literal& literal, Bits precision);
  Ball(const Ball& other) : precision_(other.precision_) {
    arb_init(value_);
    arb_set(value_, other.value_);
  }
  Ball(Ball&& other) noexcept : precision_(other.precision_) {
    arb_init(value_);
    arb_swap(value_, other.value_);
  }
  // Storage that is there already is used again.
  Ball& operator=(const Ball& other) {
    arb_set(value_, other.value_);
    precision_ = other.precision_;
    return *this;
  }
  Ball& operator=(Ball&& other) noexcept {
    arb_swap(value_, other.value_);
    precision_ = other.precision_;
    return *this;
  }
  ~Ball() { arb_clear(value_); }

  [[nodiscard]] arb_ptr get() { return value_; }
  [[nodiscard]] arb_srcptr get() const { return value_; }
  [[nodiscard]] Bits precision() const { return {precision_}; }
  [[nodiscard]] bool is_finite() const { return arb_is_finite(value_) != 0; }
  [[nodiscard]] bool is_exact() const { return arb_is_exact(value_) != 0; }
  // NaN or an operation outside its domain: nothing at all is known.
  [[nodiscard]] bool is_undefined() const { return arf_is_nan(arb_midref(value_)) != 0; }

  // The smallest ball at the larger precision that holds both.
  [[nodiscard]] static Ball hull(const Ball& a, const Ball& b);

  friend Ball operator+(Ball a, const Ball& b) { return combined(std::move(a), b, arb_add); }
  friend Ball operator-(Ball a, const Ball& b) { return combined(std::move(a), b, arb_sub); }
  friend Ball operator*(Ball a, const Ball& b) { return combined(std::move(a), b, arb_mul); }
  friend Ball operator/(Ball a, const Ball& b) { return combined(std::move(a), b, arb_div); }
  friend Ball operator-(Ball a) {
    arb_neg(a.value_, a.value_);
    return a;
  }

  friend Ball operator+(Ball a, std::integral auto n) { return with_int(std::move(a), n, arb_add_si); }
  friend Ball operator-(Ball a, std::integral auto n) { return with_int(std::move(a), n, arb_sub_si); }
  friend Ball operator*(Ball a, std::integral auto n) { return with_int(std::move(a), n, arb_mul_si); }
  friend Ball operator/(Ball a, std::integral auto n) { return with_int(std::move(a), n, arb_div_si); }
  friend Ball operator+(std::integral auto n, Ball a) { return std::move(a) + n; }
  friend Ball operator*(std::integral auto n, Ball a) { return std::move(a) * n; }
  friend Ball operator-(std::integral auto n, Ball a) { return -(std::move(a) - n); }
  friend Ball operator/(std::integral auto n, Ball a) {
    const slong value = static_cast<slong>(n);
    arb_ui_div(a.value_, static_cast<ulong>(value < 0 ? -value : value), a.value_, a.precision_);
    a.keep_in_range();
    return value < 0 ? -std::move(a) : a;
  }

  friend Ball exp(Ball a);
  friend Ball expm1(Ball a);
  friend Ball log(Ball a) { return mapped(std::move(a), arb_log); }
  friend Ball log1p(Ball a) { return mapped(std::move(a), arb_log1p); }
  friend Ball sin(Ball a) { return mapped(std::move(a), arb_sin); }
  friend Ball cos(Ball a) { return mapped(std::move(a), arb_cos); }
  friend Ball tanh(Ball a) { return mapped(std::move(a), arb_tanh); }
  friend Ball sqrt(Ball a) { return mapped(std::move(a), arb_sqrt); }

  // Sees to the promise about exponents; for those who wrote through get().
  void keep_in_range() {
    // Infinities and NaN have exponents of their own, far out of range: one comparison each finds them too.
    const auto outside = [](fmpz exponent) {
      return exponent > largest_exponent || exponent < -largest_exponent;
    };
    if (outside(ARF_EXP(arb_midref(value_))) || outside(MAG_EXP(arb_radref(value_)))) bring_into_range();
  }

 private:
  // Arb rounds down, off by up to an ulp, and its functions by several. With a few bits to spare what remains is one rounding to
  // nearest, half an ulp: a third of a digit at each step of a long computation.
  static constexpr slong spare = 8;
  void round_to_precision() {
    const arf_ptr middle = arb_midref(value_);
    if (arf_set_round(middle, middle, precision_, ARF_RND_NEAR) == 0) return;
    mag_t half_ulp;
    mag_init(half_ulp);
    arf_mag_set_ulp(half_ulp, middle, precision_ + 1);
    mag_add(arb_radref(value_), arb_radref(value_), half_ulp);
    mag_clear(half_ulp);
  }
  // The first operand arrives by value so that a temporary lends its limbs to the result.
  static Ball combined(Ball a, const Ball& b, auto operation) {
    if (a.precision_ < b.precision_) a.precision_ = b.precision_;
    operation(a.value_, a.value_, b.value_, a.precision_ + spare);
    a.round_to_precision();
    a.keep_in_range();
    return a;
  }
  static Ball mapped(Ball a, auto operation) {
    operation(a.value_, a.value_, a.precision_ + spare);
    a.round_to_precision();
    a.keep_in_range();
    return a;
  }
  static Ball with_int(Ball a, std::integral auto n, auto operation) {
    operation(a.value_, a.value_, static_cast<slong>(n), a.precision_);
    a.keep_in_range();
    return a;
  }
  void bring_into_range();

  arb_t value_;
  slong precision_;
};

template <>
struct numeric<Ball> {
  static constexpr bool analytic = true;
  static constexpr bool has_nan = true;
  static Ball from(const Literal& l, Bits p) { return Ball(l, p); }
  static Ball integer(int n, const Ball& like) {
    Ball b(like.precision());
    arb_set_si(b.get(), n);
    return b;
  }
  // 0 where the sign is not certain.
  static int sign(const Ball& x) {
    return arb_is_positive(x.get()) != 0 ? 1 : arb_is_negative(x.get()) != 0 ? -1 : 0;
  }
  static Ball round_even(const Ball& x);
};

// At the kink, or where the sign is not certain, the value is somewhere in the hull of both pieces. A
// derivative that jumps there so becomes the whole subgradient interval, at an exact 0 too.
template <>
struct Piecewise<Ball> {
  static Ball value(const Ball& x, const auto& above, const auto& /*tie*/, const auto& below) {
    const int side = numeric<Ball>::sign(x);
    if (side > 0) return above();
    if (side < 0) return below();
    return Ball::hull(above(), below());
  }
};

// Arb adds up in fixed point, aligned to the largest term, and rounds once.
template <>
struct Reduce<Ball> {
  static Ball sum(const Ball* x, std::size_t stride, std::size_t count, Ball start);
  static Ball dot(const Ball* x, std::size_t x_stride, const Ball* y, std::size_t y_stride, std::size_t count,
                  Ball start);
};

template <>
struct Product<Ball> {
  static void multiply(const Ball* a, const Ball* b, std::size_t rows, std::size_t inner, std::size_t cols,
                       Ball* y, const Ball& zero);
};

}  // namespace gradproof::inline v0
