// The operations on Reals, written where the result stands: no temporary, hence no memory asked for. Included by the
// one file that instantiates evaluation in Real.
#pragma once

#include "gradproof/real.hpp"
#include "graph/apply.hpp"

namespace gradproof::inline v0 {

namespace in_place {

template <int (*F)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t)>
struct Unary {
  static void compute(Real& y, const Attributes&, const Real& a) { F(y.get(), a.get(), MPFR_RNDN); }
};
template <int (*F)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t)>
struct Binary {
  static void compute(Real& y, const Attributes&, const Real& a, const Real& b) {
    F(y.get(), a.get(), b.get(), MPFR_RNDN);
  }
};
inline int first(mpfr_ptr y, mpfr_srcptr a, mpfr_srcptr, mpfr_rnd_t rounding) {
  return mpfr_set(y, a, rounding);
}
inline int same(mpfr_ptr y, mpfr_srcptr a, mpfr_rnd_t rounding) { return mpfr_set(y, a, rounding); }
inline int step(mpfr_ptr y, mpfr_srcptr a, mpfr_rnd_t rounding) {
  return mpfr_set_si(y, mpfr_nan_p(a) == 0 && mpfr_sgn(a) > 0 ? 1 : 0, rounding);
}

}  // namespace in_place

template <>
struct Single<Add, Real> : in_place::Binary<mpfr_add> {};
template <>
struct Single<Subtract, Real> : in_place::Binary<mpfr_sub> {};
template <>
struct Single<Multiply, Real> : in_place::Binary<mpfr_mul> {};
template <>
struct Single<Divide, Real> : in_place::Binary<mpfr_div> {};
template <>
struct Single<Reverse, Real> : in_place::Binary<in_place::first> {};
template <>
struct Single<Negate, Real> : in_place::Unary<mpfr_neg> {};
template <>
struct Single<Square, Real> : in_place::Unary<mpfr_sqr> {};
template <>
struct Single<Sqrt, Real> : in_place::Unary<mpfr_sqrt> {};
template <>
struct Single<Stop, Real> : in_place::Unary<in_place::same> {};
template <>
struct Single<Step, Real> : in_place::Unary<in_place::step> {};
template <>
struct Single<Exp, Real> : in_place::Unary<Real::nearest_exp> {};
template <>
struct Single<Expm1, Real> : in_place::Unary<Real::nearest_expm1> {};
template <>
struct Single<Log1p, Real> : in_place::Unary<Real::nearest_log1p> {};
template <>
struct Single<Log, Real> : in_place::Unary<Real::nearest_log> {};
template <>
struct Single<Sin, Real> : in_place::Unary<Real::nearest_sin> {};
template <>
struct Single<Cos, Real> : in_place::Unary<Real::nearest_cos> {};
template <>
struct Single<Tanh, Real> : in_place::Unary<Real::nearest_tanh> {};

}  // namespace gradproof::inline v0
