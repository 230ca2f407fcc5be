#include "gradproof/real.hpp"

#include <gmp.h>

namespace gradproof {

Real::Real(const Literal& literal, Bits precision) : Real(precision) {
  if (literal.is_double()) {
    mpfr_set_d(get(), literal.nearest(), MPFR_RNDN);
    return;
  }
  mpq_t q;
  mpq_init(q);
  mpq_set_str(q, literal.ratio().c_str(), 10);
  mpfr_set_q(get(), q, MPFR_RNDN);
  mpq_clear(q);
}

std::string Real::text(int significant) const {
  char* raw = nullptr;
  if (mpfr_asprintf(&raw, "%.*Re", significant - 1, get()) < 0) return "?";
  std::string text(raw);
  mpfr_free_str(raw);
  return text;
}

}  // namespace gradproof
