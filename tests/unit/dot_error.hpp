// The error of a dot product, exactly: what the kernels promise is checked against it.
#pragma once

#include <cmath>
#include <vector>

#include "gradproof/generate.hpp"
#include "gradproof/real.hpp"
#include "number/product.hpp"

namespace gradproof::inline v0 {

// |y - sum a[l] b[l]| in ulps of the sum of |a[l] b[l]| at y's precision. The products are formed in full, and
// MPFR's sum of them and of -y is correctly rounded. A sum of nothing but zeros has no ulp: there any y but 0 is
// infinitely wrong.
inline double dot_error(Strided a, Strided b, std::size_t count, const Real& y) {
  std::vector<Real> terms, sizes;
  for (std::size_t l = 0; l < count; ++l) {
    Real product(Bits{a[l].precision().count + b[l].precision().count});
    mpfr_mul(product.get(), a[l].get(), b[l].get(), MPFR_RNDN);
    sizes.push_back(abs(product));
    terms.push_back(std::move(product));
  }
  terms.push_back(-y);
  const auto sum = [](std::vector<Real>& of) {
    std::vector<mpfr_ptr> pointers;
    for (Real& t : of) pointers.push_back(t.get());
    Real total(Bits{64});
    mpfr_sum(total.get(), pointers.data(), pointers.size(), MPFR_RNDN);
    return total;
  };
  const Real error = sum(terms), scale = sum(sizes);
  if (numeric<Real>::sign(scale) == 0) return numeric<Real>::sign(error) == 0 ? 0 : INFINITY;
  return abs(error * Real::power_of_two(y.precision().count - mpfr_get_exp(scale.get()), Bits{64}))
    .to_double();
}

// Random numbers for dots: full mantissas or few bits, exponents over 2^spread, and, if asked, a last part that
// cancels the first up to a few last bits.
class DotMaker {
 public:
  DotMaker(std::uint64_t seed, std::uint64_t index) : draw_(seed, index) {}
  std::uint32_t below(std::uint32_t n) { return draw_.below(n); }

  Real number(Bits precision, std::uint32_t spread) {
    Real x(1, precision);
    const bool full = below(4) != 0;
    for (std::int64_t bits = 0; full ? bits < precision.count : bits < 20; bits += 20)
      x = (x + static_cast<int>(below(1U << 20))) * Real::power_of_two(-20, precision);
    if (below(16) == 0) x = x * 0;
    if (below(2) == 0) x = -x;
    return x * Real::power_of_two(static_cast<std::int64_t>(below(spread + 1)), precision);
  }
  void fill(Slab<Real>& slab, std::size_t count, Bits precision, std::uint32_t spread) {
    for (std::size_t i = 0; i < count; ++i) slab.data()[i] = number(precision, spread);
  }
  // The second half of the products is nearly the first half, negated.
  void cancel(Slab<Real>& a, Slab<Real>& b, std::size_t count) {
    for (std::size_t l = count / 2; l < count; ++l) {
      Real& x = a.data()[l];
      x = -a.data()[l - count / 2];
      b.data()[l] = b.data()[l - count / 2];
      if (mpfr_zero_p(x.get()) == 0 && below(2) == 0) mpfr_nextabove(x.get());
    }
  }

 private:
  Draw draw_;
};

}  // namespace gradproof::inline v0
