#include "gradproof/rounded.hpp"

#include "number/in_format.hpp"

namespace gradproof::inline v0 {

double rounded(Dtype dtype, Function f, double x) {
  const auto apply = [&](auto function) {
    mp_limb_t limb = 0;
    mpfr_t exact;
    mpfr_custom_init(&limb, 53);
    mpfr_custom_init_set(exact, MPFR_ZERO_KIND, 0, 53, &limb);
    mpfr_set_d(exact, x, MPFR_RNDN);
    return in_format(dtype, [&](mpfr_ptr y) { return function(y, exact, MPFR_RNDN); });
  };
  switch (f) {
    case Function::exp: return apply(mpfr_exp);
    case Function::expm1: return apply(mpfr_expm1);
    case Function::log: return apply(mpfr_log);
    case Function::log1p: return apply(mpfr_log1p);
    case Function::sin: return apply(mpfr_sin);
    case Function::cos: return apply(mpfr_cos);
    case Function::tanh: return apply(mpfr_tanh);
  }
  return x;
}

}  // namespace gradproof::inline v0
