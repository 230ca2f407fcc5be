#include "number/product.hpp"

#include <gmp.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <limits>
#include <optional>
#include <vector>

#include "number/packed_digits.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr int limb_bits = 64;
static_assert(GMP_NUMB_BITS == limb_bits, "the kernels count on limbs of 64 bits");

std::size_t limbs_for(std::int64_t bits) {
  return static_cast<std::size_t>((bits + limb_bits - 1) / limb_bits);
}
std::size_t limb_count(const Real& x) { return limbs_for(mpfr_get_prec(x.get())); }

// y := +-(limbs 2^scale), rounded once. The limbs are left shifted.
void round_to(Real& y, bool negative, mp_limb_t* limbs, std::size_t count, std::int64_t scale) {
  while (count > 0 && limbs[count - 1] == 0) --count;
  if (count == 0) {
    mpfr_set_zero(y.get(), 1);
    return;
  }
  const int free = std::countl_zero(limbs[count - 1]);
  if (free > 0) mpn_lshift(limbs, limbs, static_cast<mp_size_t>(count), static_cast<unsigned>(free));
  const auto bits = static_cast<std::int64_t>(count) * limb_bits;
  mpfr_t whole;
  mpfr_custom_init_set(whole, negative ? -MPFR_REGULAR_KIND : MPFR_REGULAR_KIND, bits - free + scale, bits,
                       limbs);
  mpfr_set(y.get(), whole, MPFR_RNDN);
}

// Finite, and with an exponent whose double is still one of MPFR's, which end at +-2^30 unless told otherwise.
bool ordinary(mpfr_srcptr x) {
  constexpr mpfr_exp_t far = (mpfr_exp_t{1} << 29) - (1 << 20);
  return mpfr_zero_p(x) != 0 || (mpfr_regular_p(x) != 0 && mpfr_get_exp(x) < far && mpfr_get_exp(x) > -far);
}

// --- Exact alignment
// ---------------------------------------------------------------------------------------------------

// The sum as MPFR forms it, for terms that are not all ordinary.
void dot_by_mpfr(Strided a, Strided b, std::size_t count, Real& y) {
  Real product(y.precision());
  mpfr_set_zero(y.get(), 1);
  for (std::size_t l = 0; l < count; ++l) {
    mpfr_mul(product.get(), a[l].get(), b[l].get(), MPFR_RNDN);
    mpfr_add(y.get(), y.get(), product.get(), MPFR_RNDN);
  }
}

// Two fixed-point sums, of the positive and of the negative products, in units of 2^unit.
class Accumulator {
 public:
  Accumulator(std::int64_t unit, std::size_t limbs, mp_limb_t* memory)
      : unit_(unit),
        limbs_(limbs),
        positive_(memory),
        negative_(memory + limbs),
        product_(memory + 2 * limbs) {
    std::fill_n(memory, 2 * limbs, 0);
  }
  void add(mpfr_srcptr a, mpfr_srcptr b) {
    const std::size_t na = limbs_for(mpfr_get_prec(a)), nb = limbs_for(mpfr_get_prec(b)), n = na + nb;
    if (na >= nb)
      mpn_mul(product_, a->_mpfr_d, static_cast<mp_size_t>(na), b->_mpfr_d, static_cast<mp_size_t>(nb));
    else mpn_mul(product_, b->_mpfr_d, static_cast<mp_size_t>(nb), a->_mpfr_d, static_cast<mp_size_t>(na));
    mp_limb_t* sum = mpfr_sgn(a) == mpfr_sgn(b) ? positive_ : negative_;
    const std::int64_t shift =
      mpfr_get_exp(a) + mpfr_get_exp(b) - static_cast<std::int64_t>(n) * limb_bits - unit_;
    place(sum, n, shift);
  }
  void round_into(Real& y) {
    const auto n = static_cast<mp_size_t>(limbs_);
    const bool negative = mpn_cmp(positive_, negative_, n) < 0;
    if (negative) std::swap(positive_, negative_);
    mpn_sub_n(positive_, positive_, negative_, n);
    round_to(y, negative, positive_, limbs_, unit_);
  }

 private:
  // sum += product 2^shift, cut off below the unit.
  void place(mp_limb_t* sum, std::size_t n, std::int64_t shift) {
    mp_limb_t* p = product_;
    std::size_t at = 0;
    if (shift >= 0) {
      at = static_cast<std::size_t>(shift / limb_bits);
      if (const auto r = static_cast<unsigned>(shift % limb_bits); r != 0) {
        p[n] = mpn_lshift(p, p, static_cast<mp_size_t>(n), r);
        n += p[n] != 0 ? 1 : 0;
      }
    } else {
      const auto drop = static_cast<std::size_t>(-shift / limb_bits);
      if (drop >= n) return;
      p += drop;
      n -= drop;
      if (const auto r = static_cast<unsigned>(-shift % limb_bits); r != 0)
        mpn_rshift(p, p, static_cast<mp_size_t>(n), r);
    }
    while (n > 0 && p[n - 1] == 0) --n;
    if (n > 0) mpn_add(sum + at, sum + at, static_cast<mp_size_t>(limbs_ - at), p, static_cast<mp_size_t>(n));
  }

  std::int64_t unit_;
  std::size_t limbs_;
  mp_limb_t *positive_, *negative_, *product_;
};

// The thread's limbs for one dot, so that no dot allocates.
mp_limb_t* scratch_limbs(std::size_t count) {
  thread_local std::vector<mp_limb_t> memory;
  if (memory.size() < count) memory.resize(count);
  return memory.data();
}

std::int64_t log2_ceil(std::size_t n) { return std::bit_width(n > 0 ? n - 1 : 0); }

}  // namespace

// The absolute sum is at least 2^(top - 2), for `top` the largest sum of exponents of a pair, so its ulp is at least
// 2^(top - 1 - precision); 2^-cut_bits of that holds the bits below the unit of `count` products.
void exact_dot(Strided a, Strided b, std::size_t count, Real& y) {
  std::int64_t top = std::numeric_limits<std::int64_t>::min();
  std::size_t widest = 0;
  for (std::size_t l = 0; l < count; ++l) {
    mpfr_srcptr x = a[l].get(), z = b[l].get();
    if (!ordinary(x) || !ordinary(z)) return dot_by_mpfr(a, b, count, y);
    if (mpfr_zero_p(x) != 0 || mpfr_zero_p(z) != 0) continue;
    top = std::max<std::int64_t>(top, mpfr_get_exp(x) + mpfr_get_exp(z));
    widest = std::max(widest, limb_count(a[l]) + limb_count(b[l]));
  }
  if (widest == 0) {
    mpfr_set_zero(y.get(), 1);
    return;
  }
  const std::int64_t grows = log2_ceil(count), unit = top - 1 - cut_bits - y.precision().count - grows;
  const std::size_t limbs = limbs_for(top + grows - unit) + 1;
  Accumulator sum(unit, limbs, scratch_limbs(2 * limbs + widest + 1));
  for (std::size_t l = 0; l < count; ++l) {
    mpfr_srcptr x = a[l].get(), z = b[l].get();
    if (mpfr_zero_p(x) == 0 && mpfr_zero_p(z) == 0) sum.add(x, z);
  }
  sum.round_into(y);
}

// --- Packing
// -----------------------------------------------------------------------------------------------------------

namespace {

using packed::digit_bits;
using packed::digit_mask;
using packed::lanes;

// 52 bits of a limb string, from any bit position; outside it there are zeros.
std::uint64_t digit_at(const mp_limb_t* limbs, std::int64_t bits, std::int64_t position) {
  if (position <= -digit_bits || position >= bits) return 0;
  if (position < 0) return (limbs[0] << -position) & digit_mask;
  const auto limb = static_cast<std::size_t>(position / limb_bits);
  const auto shift = static_cast<unsigned>(position % limb_bits);
  std::uint64_t v = limbs[limb] >> shift;
  if (shift > limb_bits - digit_bits && position + limb_bits - shift < bits)
    v |= limbs[limb + 1] << (limb_bits - shift);
  return v & digit_mask;
}

// x / 2^exponent, |x| < 2^exponent, as the D digits of 2^F (1 + x / 2^exponent), F = 52 D - 1, cut off.
void pack(mpfr_srcptr x, std::int64_t exponent, std::size_t digits, std::uint64_t* out, std::size_t stride) {
  constexpr std::uint64_t top_bit = std::uint64_t{1} << (digit_bits - 1);
  bool nothing = true;
  if (mpfr_zero_p(x) == 0) {
    const auto bits = static_cast<std::int64_t>(limbs_for(mpfr_get_prec(x))) * limb_bits;
    std::int64_t position =
      bits - mpfr_get_exp(x) + exponent - (digit_bits * static_cast<std::int64_t>(digits) - 1);
    std::uint64_t any = 0;
    for (std::size_t d = 0; d < digits; ++d, position += digit_bits)
      any |= out[d * stride] = digit_at(x->_mpfr_d, bits, position);
    nothing = any == 0;
  } else {
    for (std::size_t d = 0; d < digits; ++d) out[d * stride] = 0;
  }
  if (nothing || mpfr_sgn(x) > 0) {
    out[(digits - 1) * stride] |= top_bit;
    return;
  }
  // 2^F - X: the complement of X, plus one, less the top bit.
  std::uint64_t carry = 1;
  for (std::size_t d = 0; d < digits; ++d) {
    const std::uint64_t v = (~out[d * stride] & digit_mask) + carry;
    carry = v >> digit_bits;
    out[d * stride] = v & digit_mask;
  }
  out[(digits - 1) * stride] &= ~top_bit;
}

// What there is to know of a row or column before it is packed.
struct Profile {
  std::int64_t top = 0;     // the largest exponent
  std::int64_t spread = 0;  // how far the smallest exponent is below it
  bool zeros = false;
};

// Nothing when an entry is not finite, or nearly beyond all exponents.
std::optional<Profile> profile(Strided x, std::size_t count) {
  Profile p;
  std::int64_t low = std::numeric_limits<std::int64_t>::max(),
               high = std::numeric_limits<std::int64_t>::min();
  for (std::size_t l = 0; l < count; ++l) {
    mpfr_srcptr v = x[l].get();
    if (!ordinary(v)) return {};
    if (mpfr_zero_p(v) != 0) {
      p.zeros = true;
      continue;
    }
    low = std::min<std::int64_t>(low, mpfr_get_exp(v));
    high = std::max<std::int64_t>(high, mpfr_get_exp(v));
  }
  if (low <= high) {
    p.top = high;
    p.spread = high - low;
  }
  return p;
}

// How far the absolute sum of an entry may lie below 2^(sum of the tops). An entry x has |x| >= 2^(exponent - 1). Where a row
// has no zeros, the largest of the column meets one of its entries; where both have, all that is known is that
// any product that is not zero is at least that of the smallest.
std::int64_t spread_of(const Profile& row, const Profile& col) {
  if (row.zeros && col.zeros) return 2 + row.spread + col.spread;
  if (row.zeros) return 2 + col.spread;
  if (col.zeros) return 2 + row.spread;
  return 2 + std::min(row.spread, col.spread);
}

// Digits, each below 2^52 but for the last, as limbs.
void limbs_of(const std::uint64_t* digit, std::size_t count, std::size_t stride, mp_limb_t* out,
              std::size_t limbs) {
  std::fill_n(out, limbs, 0);
  for (std::size_t c = 0; c < count; ++c) {
    const std::size_t bit = c * digit_bits, limb = bit / limb_bits, shift = bit % limb_bits;
    const std::uint64_t v = digit[c * stride];
    out[limb] |= v << shift;
    if (shift > 0 && limb + 1 < limbs) out[limb + 1] |= v >> (limb_bits - shift);
  }
}

// The packed product of a block of rows and a group of columns. With a' = X + 2^F and b' = Y + 2^F the packed
// numbers, F = 52 D - 1,
//
//   sum X Y = sum a' b' - 2^F (sum a' + sum b') + inner 2^(2 F),
//
// in units of 2^(52 D): the kernel's sum, less half the sums of the packed row and column, plus inner 2^(F - 1).
// The arithmetic is modulo a power of two that is large enough for signs.
class PackedBlock {
 public:
  PackedBlock(std::size_t digits, std::size_t inner, PackedKernel kernel)
      : digits_(digits),
        inner_(inner),
        limbs_(limbs_for(static_cast<std::int64_t>(digits) * digit_bits + limb_bits + 1)),
        noise_(noise_bits(digits, inner)),
        kernel_(kernel == PackedKernel::vector ? packed::sum_ifma : packed::sum_portable),
        group_(inner * packed::digit_stride(digits) * lanes),
        sums_((digits + 1) * lanes),
        work_(limbs_) {}

  void load_rows(const Real* a, std::size_t count, const Profile* profiles) {
    rows_.resize(count * inner_ * digits_);
    row_term_.resize(count * limbs_);
    for (std::size_t i = 0; i < count; ++i) {
      std::uint64_t* row = rows_.data() + i * inner_ * digits_;
      for (std::size_t l = 0; l < inner_; ++l)
        pack(a[i * inner_ + l].get(), profiles[i].top, digits_, row + l * digits_, 1);
      half_sum(row, digits_, 1, row_term_.data() + i * limbs_);
    }
  }
  // Up to eight columns of b, `cols` of which stand side by side in memory.
  void load_group(const Real* b, std::size_t count, std::size_t cols, const Profile* profiles) {
    const std::size_t stride = packed::digit_stride(digits_) * lanes;
    std::fill(group_.begin(), group_.end(), 0);
    for (std::size_t l = 0; l < inner_; ++l)
      for (std::size_t j = 0; j < count; ++j)
        pack(b[l * cols + j].get(), profiles[j].top, digits_, group_.data() + l * stride + j, lanes);
    col_term_.resize(lanes * limbs_);
    width_ = count;
    for (std::size_t j = 0; j < count; ++j)
      half_sum(group_.data() + j, stride, lanes, col_term_.data() + j * limbs_);
  }
  void multiply(std::size_t row) {
    kernel_(rows_.data() + row * inner_ * digits_, group_.data(), inner_, digits_, width_, sums_.data());
    row_ = row;
  }
  // The entry of the row last multiplied and this column of the group, `exponent` the sum of their tops.
  void finish(std::size_t col, std::int64_t exponent, Real& y) {
    const auto n = static_cast<mp_size_t>(limbs_);
    mp_limb_t* t = work_.data();
    limbs_of(sums_.data() + col, digits_ + 1, lanes, t, limbs_);
    mpn_sub_n(t, t, row_term_.data() + row_ * limbs_, n);
    mpn_sub_n(t, t, col_term_.data() + col * limbs_, n);
    const std::size_t offset = digits_ * digit_bits - 2;
    add_at(t, inner_, offset);
    add_at(t, 1, static_cast<std::size_t>(noise_ - 1));
    t[0] &= ~((mp_limb_t{1} << noise_) - 1);
    const bool negative = (t[limbs_ - 1] >> (limb_bits - 1)) != 0;
    if (negative) mpn_neg(t, t, n);
    round_to(y, negative, t, limbs_, exponent + 2 - static_cast<std::int64_t>(digits_) * digit_bits);
  }

 private:
  // t += value 2^bit.
  void add_at(mp_limb_t* t, mp_limb_t value, std::size_t bit) const {
    const std::size_t limb = bit / limb_bits, shift = bit % limb_bits;
    mpn_add_1(t + limb, t + limb, static_cast<mp_size_t>(limbs_ - limb), value << shift);
    if (shift > 0 && value >> (limb_bits - shift) != 0)
      mpn_add_1(t + limb + 1, t + limb + 1, static_cast<mp_size_t>(limbs_ - limb - 1),
                value >> (limb_bits - shift));
  }
  // Half the sum of `inner` packed numbers.
  void half_sum(const std::uint64_t* first, std::size_t term_stride, std::size_t stride, mp_limb_t* out) {
    std::vector<std::uint64_t> sum(digits_ + 1, 0);
    constexpr std::size_t safe = std::size_t{1} << (limb_bits - digit_bits - 1);
    for (std::size_t l = 0; l < inner_; ++l) {
      for (std::size_t d = 0; d < digits_; ++d) sum[d] += first[l * term_stride + d * stride];
      if (l % safe != safe - 1 && l + 1 != inner_) continue;
      for (std::size_t d = 0; d < digits_; ++d) {
        sum[d + 1] += sum[d] >> digit_bits;
        sum[d] &= digit_mask;
      }
    }
    limbs_of(sum.data(), digits_ + 1, 1, out, limbs_);
    mpn_rshift(out, out, static_cast<mp_size_t>(limbs_), 1);
  }

  std::size_t digits_, inner_, limbs_;
  std::int64_t noise_;
  packed::Kernel kernel_;
  std::vector<std::uint64_t> rows_, group_, sums_;
  std::vector<mp_limb_t> row_term_, col_term_, work_;
  std::size_t row_ = 0, width_ = 0;
};

// The fewest digits that allow this spread; nothing when no packing does.
std::optional<std::size_t> digits_for(std::int64_t spread, std::size_t inner, Bits precision) {
  for (std::size_t d = 2; d <= packed::most_digits; ++d)
    if (noise_bits(d, inner) < limb_bits - 2 && spread_allowed(d, inner, precision) >= spread) return d;
  return {};
}

}  // namespace

std::int64_t noise_bits(std::size_t digits, std::size_t inner) {
  return std::bit_width(inner * (2 * digits + 1) + 2) + 1;
}

std::int64_t spread_allowed(std::size_t digits, std::size_t inner, Bits precision) {
  return digit_bits * static_cast<std::int64_t>(digits) - precision.count - noise_bits(digits, inner) -
         cut_bits - 1;
}

PackedKernel fastest_kernel() { return packed::has_ifma() ? PackedKernel::vector : PackedKernel::portable; }

std::size_t packed_product(const Real* a, const Real* b, Extents e, Real* y, PackedRange range,
                           PackedKernel kernel) {
  const Bits precision = y[0].precision();
  std::vector<Profile> rows(e.rows), cols(e.cols);
  bool finite = true;
  const auto fill = [&](std::vector<Profile>& to, std::size_t step, std::size_t stride, const Real* from) {
    for (std::size_t i = 0; i < to.size() && finite; ++i) {
      const auto p = profile({from + i * step, stride}, e.inner);
      finite = p.has_value();
      if (p) to[i] = *p;
    }
  };
  fill(rows, e.inner, 1, a);
  fill(cols, 1, e.cols, b);
  std::int64_t widest = 2;
  // Digits for an outlier serve all other entries too: beyond a quarter more of them, it is computed alone.
  const std::int64_t most = 64 + precision.count / 4;
  std::size_t outliers = 0;
  for (const Profile& r : rows)
    for (const Profile& c : cols) {
      widest = std::max(widest, spread_of(r, c));
      outliers += spread_of(r, c) > most ? 1 : 0;
    }
  const auto digits = digits_for(std::min(widest, most), e.inner, precision);
  std::size_t packed_entries = 0;
  const auto alone = [&](std::size_t i, std::size_t j) {
    exact_dot({a + i * e.inner, 1}, {b + j, e.cols}, e.inner, y[i * e.cols + j]);
  };
  const bool mostly_outliers = range == PackedRange::proven && 2 * outliers > e.rows * e.cols;
  if (!finite || !digits || mostly_outliers) {
    for (std::size_t i = 0; i < e.rows; ++i)
      for (std::size_t j = 0; j < e.cols; ++j) alone(i, j);
    return 0;
  }
  const std::int64_t allowed = spread_allowed(*digits, e.inner, precision);
  PackedBlock block(*digits, e.inner, kernel);
  constexpr std::size_t height = 64;  // rows that a packed group of columns serves
  for (std::size_t top = 0; top < e.rows; top += height) {
    const std::size_t count = std::min(height, e.rows - top);
    block.load_rows(a + top * e.inner, count, rows.data() + top);
    for (std::size_t left = 0; left < e.cols; left += lanes) {
      const std::size_t width = std::min(lanes, e.cols - left);
      block.load_group(b + left, width, e.cols, cols.data() + left);
      for (std::size_t i = top; i < top + count; ++i) {
        block.multiply(i - top);
        for (std::size_t j = left; j < left + width; ++j) {
          if (range == PackedRange::proven && spread_of(rows[i], cols[j]) > allowed) {
            alone(i, j);
            continue;
          }
          block.finish(j - left, rows[i].top + cols[j].top, y[i * e.cols + j]);
          ++packed_entries;
        }
      }
    }
  }
  return packed_entries;
}

// --- What evaluation calls
// ---------------------------------------------------------------------------------------------

Real Reduce<Real>::sum(const Real* x, std::size_t stride, std::size_t count, const Real& zero) {
  thread_local std::vector<mpfr_ptr> terms;
  terms.resize(count);
  // mpfr_sum reads its terms and nothing else, though its type does not say so.
  for (std::size_t i = 0; i < count; ++i) terms[i] = const_cast<mpfr_ptr>(x[i * stride].get());
  Real y(zero.precision());
  mpfr_sum(y.get(), terms.data(), count, MPFR_RNDN);
  return y;
}

Real Reduce<Real>::dot(const Real* x, std::size_t x_stride, const Real* y, std::size_t y_stride,
                       std::size_t count, const Real& zero) {
  Real result(zero.precision());
  exact_dot({x, x_stride}, {y, y_stride}, count, result);
  return result;
}

// The choice depends on the extents alone, so that every machine makes the same one and finds the same bits. Packing
// pays from about three rows by three columns on: a packed number is then used three times.
void Product<Real>::multiply(const Real* a, const Real* b, std::size_t rows, std::size_t inner,
                             std::size_t cols, Real* y, const Real& /*zero*/) {
  if (rows >= 3 && cols >= 3 && rows * inner * cols >= 128) {
    packed_product(a, b, {rows, inner, cols}, y, PackedRange::proven, fastest_kernel());
    return;
  }
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < cols; ++j)
      exact_dot({a + i * inner, 1}, {b + j, cols}, inner, y[i * cols + j]);
}

}  // namespace gradproof::inline v0
