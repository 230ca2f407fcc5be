// Any operation of MPFR, rounded once to one of the formats.
#pragma once

#include <mpfr.h>

#include "gradproof/format.hpp"

namespace gradproof::inline v0 {

// y := operation(y) in the format's precision. MPFR rounds as if exponents had no end and says to which side;
// with that, check_range makes the overflow and the underflow of the format's own exponents, and subnormalize
// drops the bits that a subnormal lacks, without a second rounding.
template <class Operation>
double in_format(Dtype dtype, Operation operation) {
  const Format& f = format(dtype);
  static_assert(sizeof(mp_limb_t) >= 8, "one limb holds the 53 bits of the widest format");
  mp_limb_t limb = 0;
  mpfr_t y;
  mpfr_custom_init(&limb, f.precision);
  mpfr_custom_init_set(y, MPFR_ZERO_KIND, 0, f.precision, &limb);
  int side = operation(y);
  const auto emin = mpfr_get_emin(), emax = mpfr_get_emax();
  // MPFR's exponents belong to significands in [1/2, 1), and the least number has one bit.
  mpfr_set_emin(f.min_exponent - f.precision + 2);
  mpfr_set_emax(f.max_exponent + 1);
  side = mpfr_check_range(y, side, MPFR_RNDN);
  mpfr_subnormalize(y, side, MPFR_RNDN);
  mpfr_set_emin(emin);
  mpfr_set_emax(emax);
  return mpfr_get_d(y, MPFR_RNDN);
}

}  // namespace gradproof::inline v0
