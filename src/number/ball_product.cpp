#include "number/ball_product.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace gradproof::inline v0 {

namespace {

// 2^-p and what is left of it after scaling must be doubles, with room for the sum.
constexpr std::int64_t finest = 900;
// What is not 0 is at least this, so that products of two of them do not underflow. In units of the largest
// entry's rounding it is nothing.
constexpr double least = 0x1p-500;
// What the products cut off, in units of 2^-precision of the absolute sum.
constexpr double cut = 2.0 / (1 << cut_bits);

// An upper bound on |x| 2^-exponent for a finite magnitude; 0 only for 0.
double scaled(mag_srcptr x, std::int64_t exponent) {
  if (mag_is_zero(x) != 0) return 0;
  const std::int64_t e = MAG_EXP(x) - MAG_BITS - exponent;
  return std::max(least, std::ldexp(static_cast<double>(MAG_MAN(x)),
                                    static_cast<int>(std::clamp<std::int64_t>(e, -2000, 1100))));
}

// The balls of a matrix, taken apart.
struct Parts {
  Slab<Real> middle;
  std::vector<mag_struct> size, radius;  // |midpoint|, rounded up; radius
  bool fits = true;
};

Parts parts(const Ball* x, std::size_t count, Bits precision) {
  Parts p{Slab<Real>(count, Real(0, precision)), std::vector<mag_struct>(count),
          std::vector<mag_struct>(count)};
  for (std::size_t i = 0; i < count && p.fits; ++i) {
    const arb_srcptr ball = x[i].get();
    p.fits =
      arb_is_finite(ball) != 0 && arf_get_mpfr(p.middle.data()[i].get(), arb_midref(ball), MPFR_RNDN) == 0;
    if (!p.fits) break;
    // The exponents of a ball in range are small, so that these own nothing that would have to be freed.
    mag_init(&p.size[i]);
    mag_init(&p.radius[i]);
    arf_get_mag(&p.size[i], arb_midref(ball));
    mag_set(&p.radius[i], arb_radref(ball));
  }
  return p;
}

// The largest exponent in a row or column.
std::int64_t top_exponent(const Parts& p, std::size_t first, std::size_t stride, std::size_t count) {
  std::int64_t top = 0;
  bool any = false;
  for (std::size_t l = 0; l < count; ++l)
    for (const mag_struct* m : {&p.size[first + l * stride], &p.radius[first + l * stride]}) {
      if (mag_is_zero(m) != 0) continue;
      top = any ? std::max<std::int64_t>(top, MAG_EXP(m)) : MAG_EXP(m);
      any = true;
    }
  return top;
}

// Upper bounds of one operand's sizes and radii, the radii in units of 2^-precision, each row or column under its own exponent.
struct Bounded {
  std::vector<double> size, radius;
  std::vector<std::int64_t> exponent;
};

Bounded bounded(const Parts& p, std::size_t rows, std::size_t cols, bool by_rows, Bits precision) {
  Bounded b{std::vector<double>(rows * cols), std::vector<double>(rows * cols), {}};
  const std::size_t lines = by_rows ? rows : cols;
  for (std::size_t i = 0; i < lines; ++i)
    b.exponent.push_back(by_rows ? top_exponent(p, i * cols, 1, cols) : top_exponent(p, i, cols, rows));
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < cols; ++j) {
      const std::int64_t e = b.exponent[by_rows ? i : j];
      b.size[i * cols + j] = scaled(&p.size[i * cols + j], e);
      b.radius[i * cols + j] = scaled(&p.radius[i * cols + j], e - precision.count);
    }
  return b;
}

// Half an ulp of y in units of 2^(exponents - precision).
double half_ulp(const Real& y, std::int64_t exponents) {
  if (mpfr_zero_p(y.get()) != 0) return 0;
  const std::int64_t e = mpfr_get_exp(y.get()) - 1 - exponents;
  return std::max(least, std::ldexp(1.0, static_cast<int>(std::clamp<std::int64_t>(e, -2000, 1000))));
}

// The entry's radius in units of 2^(exponents - precision): 2 inner + 16 roundings to nearest, each 2^-53 of a sum of
// non-negative terms, are made good.
double rounded_up(double sum, std::size_t inner) {
  return sum == 0 ? 0 : std::nextafter(sum * (1 + static_cast<double>(2 * inner + 16) * 0x1p-52), INFINITY);
}

}  // namespace

bool packed_ball_product(const Ball* a, const Ball* b, Extents e, Ball* y, Bits precision) {
  if (precision.count > finest || precision.count < 2) return false;
  const Bits midpoint{std::max<std::int64_t>(precision.count, 64)};  // a literal may be a double of more bits
  const Parts left = parts(a, e.rows * e.inner, midpoint), right = parts(b, e.inner * e.cols, midpoint);
  if (!left.fits || !right.fits) return false;
  const Bounded rows = bounded(left, e.rows, e.inner, true, precision);
  const Bounded cols = bounded(right, e.inner, e.cols, false, precision);
  std::vector<double> inherited(cols.radius.size()), reached(cols.size.size());
  for (std::size_t i = 0; i < inherited.size(); ++i) {
    inherited[i] = cols.radius[i] + cut * cols.size[i];
    reached[i] = cols.size[i] + std::ldexp(cols.radius[i], static_cast<int>(-precision.count));
  }
  const std::size_t entries = e.rows * e.cols;
  std::vector<double> from_right(entries), from_left(entries);
  Product<double>::multiply(rows.size.data(), inherited.data(), e.rows, e.inner, e.cols, from_right.data(),
                            0);
  Product<double>::multiply(rows.radius.data(), reached.data(), e.rows, e.inner, e.cols, from_left.data(), 0);
  for (std::size_t i = 0; i < entries; ++i)
    if (!std::isfinite(from_right[i] + from_left[i])) return false;
  Slab<Real> middle(entries, Real(0, precision));
  packed_product(left.middle.data(), right.middle.data(), e, middle.data(), PackedRange::proven,
                 fastest_kernel());
  for (std::size_t i = 0; i < e.rows; ++i)
    for (std::size_t j = 0; j < e.cols; ++j) {
      const std::size_t k = i * e.cols + j;
      y[k] = Ball(precision);
      arf_set_mpfr(arb_midref(y[k].get()), middle.data()[k].get());
      const std::int64_t exponents = rows.exponent[i] + cols.exponent[j];
      const double radius = from_right[k] + from_left[k] + half_ulp(middle.data()[k], exponents);
      const mag_ptr into = arb_radref(y[k].get());
      mag_set_d(into, rounded_up(radius, e.inner));
      mag_mul_2exp_si(into, into, exponents - precision.count);
      y[k].keep_in_range();
    }
  return true;
}

}  // namespace gradproof::inline v0
