#include "gradproof/real.hpp"

#include <gmp.h>

#include <new>

namespace gradproof::inline v0 {

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

Slab<Real>::Slab(std::size_t count, const Real& zero) : count_(count) {
  const mpfr_prec_t precision = zero.precision().count;
  const std::size_t limbs = mpfr_custom_get_size(precision) / sizeof(mp_limb_t);
  limbs_.reset(new mp_limb_t[count * limbs]);
  numbers_ = static_cast<Real*>(::operator new(count * sizeof(Real)));
  for (std::size_t i = 0; i < count; ++i) {
    new (numbers_ + i) Real(Real::InSlab{}, precision, limbs_.get() + i * limbs);
    mpfr_set(numbers_[i].get(), zero.get(), MPFR_RNDN);
  }
}

Slab<Real>::~Slab() {
  for (std::size_t i = 0; i < count_; ++i) numbers_[i].~Real();
  ::operator delete(numbers_);
}

}  // namespace gradproof::inline v0
