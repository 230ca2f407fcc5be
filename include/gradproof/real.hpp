// Real: a binary floating-point number of run-time precision, correctly rounded to nearest by MPFR.
//
// The result of an operation has the larger precision of its operands; an int operand is exact and has none.
// A Real owns its limbs, or stands in a Slab<Real> that keeps the limbs of a whole tensor side by side; a Real
// in a slab takes an assigned value of its precision into the limbs that it has.
#pragma once

#include <mpfr.h>

#include <concepts>
#include <memory>
#include <string>
#include <utility>

#include "gradproof/number.hpp"

namespace gradproof::inline v0 {

// A number of MPFR's with a precision of its own, in bits. The result of an operation has the larger precision of its operands and is
// rounded to nearest.
class Real {
 public:
  Real() : Real(0, Bits{2}) {}
  Real(double value, Bits precision) : Real(precision) { mpfr_set_d(get(), value, MPFR_RNDN); }
  explicit Real(Bits precision) { mpfr_init2(value_, precision.count); }
  // The literal rounded to nearest at this precision.
  Real(const Literal& literal, Bits precision);
  Real(const Real& other) : Real(other.precision()) { mpfr_set(value_, other.value_, MPFR_RNDN); }
  Real(Real&& other) noexcept {
    if (other.in_slab_) {
      mpfr_init2(value_, mpfr_get_prec(other.value_));
      mpfr_set(value_, other.value_, MPFR_RNDN);
    } else {
      *value_ = *other.value_;
      other.value_->_mpfr_d = nullptr;
    }
  }
  Real& operator=(const Real& other) {
    if (this == &other) return *this;
    if (!holds(other)) return *this = Real(other);
    mpfr_set(value_, other.value_, MPFR_RNDN);
    return *this;
  }
  Real& operator=(Real&& other) noexcept {
    if (this == &other) return *this;
    if (in_slab_ && holds(other)) {
      mpfr_set(value_, other.value_, MPFR_RNDN);
      return *this;
    }
    if (other.in_slab_) return *this = Real(std::move(other));
    if (in_slab_) value_->_mpfr_d = nullptr;
    in_slab_ = false;
    std::swap(*value_, *other.value_);
    return *this;
  }
  ~Real() {
    if (!in_slab_ && value_->_mpfr_d != nullptr) mpfr_clear(value_);
  }

  [[nodiscard]] mpfr_ptr get() { return value_; }
  [[nodiscard]] mpfr_srcptr get() const { return value_; }
  [[nodiscard]] Bits precision() const { return {static_cast<std::int64_t>(mpfr_get_prec(get()))}; }
  [[nodiscard]] double to_double() const { return mpfr_get_d(get(), MPFR_RNDN); }
  // Decimal, `significant` digits, rounded to nearest: "-1.2345e-67".
  [[nodiscard]] std::string text(int significant) const;
  [[nodiscard]] Real rounded(Bits precision) const {
    Real r(precision);
    mpfr_set(r.get(), get(), MPFR_RNDN);
    return r;
  }
  // 2^exponent at this precision, exactly.
  [[nodiscard]] static Real power_of_two(std::int64_t exponent, Bits precision) {
    Real r(1, precision);
    mpfr_mul_2si(r.get(), r.get(), exponent, MPFR_RNDN);
    return r;
  }

  friend Real operator+(Real a, const Real& b) { return combine(std::move(a), b, mpfr_add); }
  friend Real operator-(Real a, const Real& b) { return combine(std::move(a), b, mpfr_sub); }
  friend Real operator*(Real a, const Real& b) { return combine(std::move(a), b, mpfr_mul); }
  friend Real operator/(Real a, const Real& b) { return combine(std::move(a), b, mpfr_div); }
  friend Real operator-(Real a) { return map(std::move(a), mpfr_neg); }

  friend Real operator+(Real a, std::integral auto n) { return with_int(std::move(a), n, mpfr_add_si); }
  friend Real operator-(Real a, std::integral auto n) { return with_int(std::move(a), n, mpfr_sub_si); }
  friend Real operator*(Real a, std::integral auto n) { return with_int(std::move(a), n, mpfr_mul_si); }
  friend Real operator/(Real a, std::integral auto n) { return with_int(std::move(a), n, mpfr_div_si); }
  friend Real operator+(std::integral auto n, Real a) { return std::move(a) + n; }
  friend Real operator*(std::integral auto n, Real a) { return std::move(a) * n; }
  friend Real operator-(std::integral auto n, Real a) { return from_int(n, std::move(a), mpfr_si_sub); }
  friend Real operator/(std::integral auto n, Real a) { return from_int(n, std::move(a), mpfr_si_div); }

  // NaN is unordered: every comparison with it is false.
  friend bool operator<(const Real& a, const Real& b) { return mpfr_less_p(a.get(), b.get()) != 0; }
  friend bool operator>(const Real& a, const Real& b) { return mpfr_greater_p(a.get(), b.get()) != 0; }
  friend bool operator<=(const Real& a, const Real& b) { return mpfr_lessequal_p(a.get(), b.get()) != 0; }
  friend bool operator==(const Real& a, const Real& b) { return mpfr_equal_p(a.get(), b.get()) != 0; }

  // Correctly rounded too, by whichever of MPFR and Arb is the faster at the precision.
  friend Real exp(Real a) { return map(std::move(a), nearest_exp); }
  friend Real expm1(Real a) { return map(std::move(a), nearest_expm1); }
  friend Real log(Real a) { return map(std::move(a), nearest_log); }
  friend Real log1p(Real a) { return map(std::move(a), nearest_log1p); }
  friend Real sin(Real a) { return map(std::move(a), nearest_sin); }
  friend Real cos(Real a) { return map(std::move(a), nearest_cos); }
  friend Real tanh(Real a) { return map(std::move(a), nearest_tanh); }
  friend Real sinh(Real a) { return map(std::move(a), mpfr_sinh); }
  friend Real cosh(Real a) { return map(std::move(a), mpfr_cosh); }
  friend Real sqrt(Real a) { return map(std::move(a), mpfr_sqrt); }
  friend Real abs(Real a) { return map(std::move(a), mpfr_abs); }
  friend Real hypot(Real a, const Real& b) { return combine(std::move(a), b, mpfr_hypot); }
  friend Real atan2(Real a, const Real& b) { return combine(std::move(a), b, mpfr_atan2); }
  friend bool isfinite(const Real& a) { return mpfr_number_p(a.get()) != 0; }

  // y := f(x) rounded to nearest at y's precision, for kernels that have the memory of y already.
  static int nearest_exp(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t nearest);
  static int nearest_expm1(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t nearest);
  static int nearest_log(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t nearest);
  static int nearest_log1p(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t nearest);
  static int nearest_sin(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t nearest);
  static int nearest_cos(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t nearest);
  static int nearest_tanh(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t nearest);

 private:
  friend class Slab<Real>;
  struct InSlab {};
  Real(InSlab, mpfr_prec_t precision, void* limbs) : in_slab_(true) {
    mpfr_custom_init_set(value_, MPFR_ZERO_KIND, 0, precision, limbs);
  }
  [[nodiscard]] bool holds(const Real& other) const {
    return value_->_mpfr_d != nullptr && mpfr_get_prec(value_) == mpfr_get_prec(other.value_);
  }
  // The first operand arrives by value so that a temporary lends its limbs to the result.
  static Real combine(Real a, const Real& b, auto operation) {
    if (a.precision() < b.precision()) mpfr_prec_round(a.get(), b.precision().count, MPFR_RNDN);
    operation(a.get(), a.get(), b.get(), MPFR_RNDN);
    return a;
  }
  static Real map(Real a, auto operation) {
    operation(a.get(), a.get(), MPFR_RNDN);
    return a;
  }
  static Real with_int(Real a, std::integral auto n, auto operation) {
    operation(a.get(), a.get(), static_cast<long>(n), MPFR_RNDN);
    return a;
  }
  static Real from_int(std::integral auto n, Real a, auto operation) {
    operation(a.get(), static_cast<long>(n), a.get(), MPFR_RNDN);
    return a;
  }

  mpfr_t value_;
  bool in_slab_ = false;  // the limbs belong to a slab
};

// The limbs of all its numbers are one block of memory, in order: a sweep over a tensor is a sweep over memory.
template <>
class Slab<Real> {
 public:
  Slab() = default;
  Slab(std::size_t count, const Real& zero);
  Slab(Slab&& other) noexcept { swap(other); }
  Slab& operator=(Slab&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Slab();
  [[nodiscard]] Real* data() { return numbers_; }
  [[nodiscard]] const Real* data() const { return numbers_; }

 private:
  void swap(Slab& other) noexcept {
    std::swap(numbers_, other.numbers_);
    std::swap(count_, other.count_);
    limbs_.swap(other.limbs_);
  }
  Real* numbers_ = nullptr;
  std::size_t count_ = 0;
  std::unique_ptr<mp_limb_t[]> limbs_;
};

template <>
struct numeric<Real> {
  static constexpr bool analytic = true;
  static constexpr bool has_nan = true;
  static Real from(const Literal& l, Bits p) { return Real(l, p); }
  static Real integer(int n, const Real& like) { return Real(n, like.precision()); }
  static int sign(const Real& x) { return mpfr_nan_p(x.get()) != 0 ? 0 : mpfr_sgn(x.get()); }
  static Real round_even(Real x) {
    mpfr_rint(x.get(), x.get(), MPFR_RNDN);
    return x;
  }
};

// Sums and dots of Reals are rounded once, whatever the order; a product takes the faster of two kernels (see
// src/number/product.hpp).
template <>
struct Reduce<Real> {
  static Real sum(const Real* x, std::size_t stride, std::size_t count, const Real& zero);
  static Real dot(const Real* x, std::size_t x_stride, const Real* y, std::size_t y_stride, std::size_t count,
                  const Real& zero);
};
template <>
struct Product<Real> {
  static void multiply(const Real* a, const Real* b, std::size_t rows, std::size_t inner, std::size_t cols,
                       Real* y, const Real& zero);
};

}  // namespace gradproof::inline v0
