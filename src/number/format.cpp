#include "gradproof/format.hpp"

#include <gmp.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "gradproof/real.hpp"
#include "number/in_format.hpp"

namespace gradproof::inline v0 {

const Format& format(Dtype dtype) {
  static constexpr std::array<Format, 4> formats = {{{"f16", "float16", 11, -14, 15, 2},
                                                     {"bf16", "bfloat16", 8, -126, 127, 2},
                                                     {"f32", "float32", 24, -126, 127, 4},
                                                     {"f64", "float64", 53, -1022, 1023, 8}}};
  return formats[static_cast<std::size_t>(dtype)];
}

std::optional<Dtype> find_dtype(std::string_view name) {
  for (const Dtype d : all_dtypes)
    if (format(d).name == name || format(d).words == name) return d;
  return {};
}

double unit_roundoff(Dtype dtype) { return std::ldexp(1, -format(dtype).precision); }

double ulp(Dtype dtype, double x) {
  const Format& f = format(dtype);
  const int exponent = x == 0 || !std::isfinite(x) ? f.min_exponent : std::max(f.min_exponent, std::ilogb(x));
  return std::ldexp(1, exponent - f.precision + 1);
}

// --- Rounding
// -----------------------------------------------------------------------------------------------------------

namespace {

constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;
constexpr int double_bits = 53;

}  // namespace

double rounded(Dtype dtype, double x) {
  if (dtype == Dtype::f64 || !std::isfinite(x)) return x;
  const Format& f = format(dtype);
  const auto bits = std::bit_cast<std::uint64_t>(x);
  std::uint64_t magnitude = bits & ~sign_bit;
  // The exponent; that of a subnormal double comes out as -1023, far below every narrower format all the same.
  const int exponent = static_cast<int>(magnitude >> (double_bits - 1)) - 1023;
  const int dropped = double_bits - f.precision + std::max(0, f.min_exponent - exponent);
  if (dropped >= double_bits) {
    // Less than the least subnormal. Up to its half, tie included, 0 is the nearest even neighbour; with one
    // bit more dropped, x is below that half anyway.
    const double half = std::ldexp(1, f.min_exponent - f.precision);
    return std::copysign(std::abs(x) > half ? 2 * half : 0.0, x);
  }
  // Adding just less than half of the last kept bit, and that bit itself, carries where the rest is above the
  // half, or is the half and the bit is odd. The carry may run into the exponent, where it belongs. If no
  // stored bit is kept, the last bit is the leading one, which is not stored.
  const std::uint64_t last = std::uint64_t{1} << dropped;
  const bool odd = dropped == double_bits - 1 || (magnitude & last) != 0;
  magnitude += last / 2 - 1 + (odd ? 1 : 0);
  magnitude &= ~(last - 1);
  const double result = std::bit_cast<double>(magnitude);
  const bool overflow = result >= std::ldexp(2, f.max_exponent);
  return std::copysign(overflow ? std::numeric_limits<double>::infinity() : result, x);
}

double rounded(Dtype dtype, const Real& x) {
  return in_format(dtype, [&](mpfr_ptr y) { return mpfr_set(y, x.get(), MPFR_RNDN); });
}

double rounded(Dtype dtype, const Literal& x) {
  if (x.is_double()) return rounded(dtype, x.nearest());
  mpq_t q;
  mpq_init(q);
  mpq_set_str(q, x.ratio().c_str(), 10);
  const double result = in_format(dtype, [&](mpfr_ptr y) { return mpfr_set_q(y, q, MPFR_RNDN); });
  mpq_clear(q);
  return result;
}

// --- Bit patterns: a sign, an exponent field with the bias max_exponent, and precision - 1 bits of mantissa
// -----------------------------------------------------------------------------------------------------------

std::uint64_t encoded(Dtype dtype, double x) {
  const Format& f = format(dtype);
  const int mantissa_bits = f.precision - 1;
  const auto infinity = static_cast<std::uint64_t>(2 * f.max_exponent + 1) << mantissa_bits;
  const std::uint64_t sign = std::uint64_t{std::signbit(x)} << (8 * f.bytes - 1);
  if (std::isnan(x)) {
    // The payload's leading bits; a NaN whose payload ends up empty would read as infinity.
    const std::uint64_t payload =
      (std::bit_cast<std::uint64_t>(x) << 12 >> 12) >> (double_bits - f.precision);
    return sign | infinity | (payload != 0 ? payload : std::uint64_t{1} << (mantissa_bits - 1));
  }
  const double member = std::abs(rounded(dtype, x));
  if (std::isinf(member)) return sign | infinity;
  if (member == 0) return sign;
  // Counted in units of the last place, a normal number is 2^mantissa_bits or more. That leading one is not
  // stored: it adds itself to the exponent field, which therefore starts one lower.
  const int exponent = std::max(f.min_exponent, std::ilogb(member));
  const double units = std::ldexp(member, mantissa_bits - exponent);
  return sign | ((static_cast<std::uint64_t>(exponent - f.min_exponent) << mantissa_bits) +
                 static_cast<std::uint64_t>(units));
}

double decoded(Dtype dtype, std::uint64_t bits) {
  const Format& f = format(dtype);
  const int mantissa_bits = f.precision - 1;
  const int field =
    static_cast<int>(bits >> mantissa_bits & static_cast<std::uint64_t>(2 * f.max_exponent + 1));
  const std::uint64_t mantissa = bits & ((std::uint64_t{1} << mantissa_bits) - 1);
  const std::uint64_t sign = (bits >> (8 * f.bytes - 1) & 1) != 0 ? sign_bit : 0;
  if (field == 2 * f.max_exponent + 1)
    return std::bit_cast<double>(sign | std::uint64_t{0x7FF} << 52 | mantissa << (double_bits - f.precision));
  const double units =
    static_cast<double>(field == 0 ? mantissa : mantissa | std::uint64_t{1} << mantissa_bits);
  const double magnitude = std::ldexp(units, std::max(field, 1) - f.max_exponent - mantissa_bits);
  return sign != 0 ? -magnitude : magnitude;
}

// --- Distance
// -----------------------------------------------------------------------------------------------------------

double ulp_distance(Dtype dtype, double observed, const Real& truth) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const bool truth_is_nan = mpfr_nan_p(truth.get()) != 0;
  if (truth_is_nan || std::isnan(observed)) return truth_is_nan && std::isnan(observed) ? 0 : infinity;
  if (mpfr_inf_p(truth.get()) != 0) return observed == truth.to_double() ? 0 : infinity;
  const Format& f = format(dtype);
  Real seen(observed, Bits{double_bits});
  if (std::isinf(observed)) {
    mpfr_set_si_2exp(seen.get(), observed > 0 ? 1 : -1, f.max_exponent + 1, MPFR_RNDN);
    const bool beyond = mpfr_cmpabs(truth.get(), seen.get()) >= 0;
    if (beyond && (numeric<Real>::sign(truth) > 0) == (observed > 0)) return 0;
  }
  const std::int64_t exponent =
    mpfr_zero_p(truth.get()) != 0 ? f.min_exponent : mpfr_get_exp(truth.get()) - 1;
  const std::int64_t binade = std::clamp<std::int64_t>(exponent, f.min_exponent, f.max_exponent);
  // One rounding, away from zero; a power of two scales exactly.
  Real distance(Bits{double_bits});
  mpfr_sub(distance.get(), seen.get(), truth.get(), MPFR_RNDA);
  mpfr_mul_2si(distance.get(), distance.get(), f.precision - 1 - binade, MPFR_RNDA);
  return std::abs(mpfr_get_d(distance.get(), MPFR_RNDA));
}

}  // namespace gradproof::inline v0
