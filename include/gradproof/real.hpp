// Real: a binary floating-point number of run-time precision, correctly rounded to nearest by MPFR.
//
// The storage is Boost.Multiprecision's; the arithmetic reaches through to MPFR, because Boost's operators
// ask the thread's default precision, which we never want to matter. The result of an operation has the
// larger precision of its operands; an int operand is exact and has none.
#pragma once

#include <boost/multiprecision/mpfr.hpp>
#include <concepts>
#include <string>
#include <utility>

#include "gradproof/number.hpp"

namespace gradproof {

class Real {
 public:
  using Storage = boost::multiprecision::number<boost::multiprecision::mpfr_float_backend<0>,
                                                boost::multiprecision::et_off>;

  Real() : Real(0, Bits{2}) {}
  Real(double value, Bits precision) : Real(precision) { mpfr_set_d(get(), value, MPFR_RNDN); }
  explicit Real(Bits precision) { mpfr_set_prec(get(), precision.count); }
  // The literal rounded to nearest at this precision.
  Real(const Literal& literal, Bits precision);

  [[nodiscard]] mpfr_ptr get() { return value_.backend().data(); }
  [[nodiscard]] mpfr_srcptr get() const { return value_.backend().data(); }
  [[nodiscard]] const Storage& boost() const { return value_; }
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

  friend Real exp(Real a) { return map(std::move(a), mpfr_exp); }
  friend Real log(Real a) { return map(std::move(a), mpfr_log); }
  friend Real log1p(Real a) { return map(std::move(a), mpfr_log1p); }
  friend Real sin(Real a) { return map(std::move(a), mpfr_sin); }
  friend Real cos(Real a) { return map(std::move(a), mpfr_cos); }
  friend Real sinh(Real a) { return map(std::move(a), mpfr_sinh); }
  friend Real cosh(Real a) { return map(std::move(a), mpfr_cosh); }
  friend Real tanh(Real a) { return map(std::move(a), mpfr_tanh); }
  friend Real sqrt(Real a) { return map(std::move(a), mpfr_sqrt); }
  friend Real abs(Real a) { return map(std::move(a), mpfr_abs); }
  friend Real hypot(Real a, const Real& b) { return combine(std::move(a), b, mpfr_hypot); }
  friend Real atan2(Real a, const Real& b) { return combine(std::move(a), b, mpfr_atan2); }
  friend bool isfinite(const Real& a) { return mpfr_number_p(a.get()) != 0; }

 private:
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

  Storage value_;
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

}  // namespace gradproof
