#include "number/packed_digits.hpp"

#include <algorithm>

namespace gradproof::inline v0::packed {

namespace {

__extension__ using Wide = unsigned __int128;

// Adds the carries: each digit below 2^52 again, the last one excepted.
void normalise(std::uint64_t* sums, std::size_t digits) {
  for (std::size_t c = 0; c < digits; ++c)
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      std::uint64_t& low = sums[c * lanes + lane];
      sums[(c + 1) * lanes + lane] += low >> digit_bits;
      low &= digit_mask;
    }
}

// One lane. `sum[c]` collects whole products of the digits i + j = D + c; of those one digit below, the upper half.
template <class Digits>
inline void sum_lane(const std::uint64_t* a, const std::uint64_t* b, std::size_t inner, Digits digits,
                     Wide* sum) {
  const std::size_t stride = digit_stride(digits) * lanes;
  for (std::size_t l = 0; l < inner; ++l, a += digits, b += stride) {
    for (std::size_t i = 0; i < digits; ++i)
      sum[0] += (Wide{a[i]} * b[(digits - 1 - i) * lanes]) >> digit_bits;
    for (std::size_t c = 0; c + 1 < digits; ++c) {
      Wide s = sum[c];
      for (std::size_t i = c + 1; i < digits; ++i) s += Wide{a[i]} * b[(digits + c - i) * lanes];
      sum[c] = s;
    }
  }
}

template <std::size_t D>
struct Constant {
  constexpr operator std::size_t() const { return D; }
};

template <class Digits>
constexpr std::size_t room = most_digits;
template <std::size_t D>
constexpr std::size_t room<Constant<D>> = D;

template <class Digits>
void sum_lanes(const std::uint64_t* a, const std::uint64_t* b, std::size_t inner, Digits digits,
               std::size_t width, std::uint64_t* sums) {
  for (std::size_t lane = 0; lane < width; ++lane) {
    Wide sum[room<Digits>];
    std::fill_n(sum, std::size_t{digits}, Wide{0});
    sum_lane(a, b + lane, inner, digits, sum);
    Wide carry = 0;
    for (std::size_t c = 0; c < digits; ++c) {
      carry += sum[c] + sums[c * lanes + lane];
      sums[c * lanes + lane] = static_cast<std::uint64_t>(carry) & digit_mask;
      carry >>= digit_bits;
    }
    sums[digits * lanes + lane] += static_cast<std::uint64_t>(carry);
  }
}

}  // namespace

void sum_portable(const std::uint64_t* a, const std::uint64_t* b, std::size_t inner, std::size_t digits,
                  std::size_t width, std::uint64_t* sums) {
  std::fill_n(sums, (digits + 1) * lanes, 0);
  // 2^14 terms of at most 512 products of 104 bits each stay below 2^127.
  constexpr std::size_t piece = std::size_t{1} << 14;
  for (std::size_t l = 0; l < inner; l += piece) {
    const std::size_t count = std::min(piece, inner - l);
    const std::uint64_t *x = a + l * digits, *y = b + l * digit_stride(digits) * lanes;
    switch (digits) {
      case 3: sum_lanes(x, y, count, Constant<3>{}, width, sums); break;
      case 4: sum_lanes(x, y, count, Constant<4>{}, width, sums); break;
      case 5: sum_lanes(x, y, count, Constant<5>{}, width, sums); break;
      default: sum_lanes(x, y, count, digits, width, sums);
    }
  }
}

#if defined(__x86_64__) && defined(__GNUC__)
}  // namespace gradproof::packed
#include <immintrin.h>
namespace gradproof::inline v0::packed {
namespace {

#define GRADPROOF_IFMA __attribute__((target("avx512f,avx512ifma")))

// All sums in registers: D of them, and the D digits of b.
template <std::size_t D>
GRADPROOF_IFMA void sum_unrolled(const std::uint64_t* a, const std::uint64_t* b, std::size_t inner,
                                 std::uint64_t* sums) {
  __m512i sum[D];
#pragma GCC unroll 16
  for (std::size_t c = 0; c < D; ++c) sum[c] = _mm512_loadu_si512(sums + c * lanes);
  for (std::size_t l = 0; l < inner; ++l, a += D, b += D * lanes) {
    __m512i digit[D];
#pragma GCC unroll 16
    for (std::size_t j = 0; j < D; ++j) digit[j] = _mm512_loadu_si512(b + j * lanes);
#pragma GCC unroll 16
    for (std::size_t i = 0; i < D; ++i) {
      const __m512i x = _mm512_set1_epi64(static_cast<long long>(a[i]));
#pragma GCC unroll 16
      for (std::size_t c = 0; c <= i; ++c) {
        if (c < i) sum[c] = _mm512_madd52lo_epu64(sum[c], x, digit[D + c - i]);
        sum[c] = _mm512_madd52hi_epu64(sum[c], x, digit[D + c - 1 - i]);
      }
    }
  }
#pragma GCC unroll 16
  for (std::size_t c = 0; c < D; ++c) _mm512_storeu_si512(sums + c * lanes, sum[c]);
}

// Eight sums at a time in registers, for each term anew.
GRADPROOF_IFMA void sum_blocks(const std::uint64_t* a, const std::uint64_t* b, std::size_t inner,
                               std::size_t digits, std::uint64_t* sums) {
  constexpr std::size_t block = 8;
  for (std::size_t l = 0; l < inner; ++l, a += digits, b += digit_stride(digits) * lanes) {
    for (std::size_t c = 0; c < digits; c += block) {
      __m512i sum[block];
#pragma GCC unroll 8
      for (std::size_t q = 0; q < block; ++q) sum[q] = _mm512_loadu_si512(sums + (c + q) * lanes);
      for (std::size_t i = c; i < digits; ++i) {
        const __m512i x = _mm512_set1_epi64(static_cast<long long>(a[i]));
        const std::uint64_t* y = b + (digits + c - 1 - i) * lanes;
        __m512i below = _mm512_loadu_si512(y);
#pragma GCC unroll 8
        for (std::size_t q = 0; q < block; ++q) {
          const __m512i here = _mm512_loadu_si512(y + (q + 1) * lanes);
          sum[q] = _mm512_madd52hi_epu64(sum[q], x, below);
          sum[q] = _mm512_madd52lo_epu64(sum[q], x, here);
          below = here;
        }
      }
#pragma GCC unroll 8
      for (std::size_t q = 0; q < block; ++q) _mm512_storeu_si512(sums + (c + q) * lanes, sum[q]);
    }
  }
}

void sum_piece(const std::uint64_t* a, const std::uint64_t* b, std::size_t inner, std::size_t digits,
               std::uint64_t* sums) {
  switch (digits) {
    case 2: sum_unrolled<2>(a, b, inner, sums); return;
    case 3: sum_unrolled<3>(a, b, inner, sums); return;
    case 4: sum_unrolled<4>(a, b, inner, sums); return;
    case 5: sum_unrolled<5>(a, b, inner, sums); return;
    case 6: sum_unrolled<6>(a, b, inner, sums); return;
    case 7: sum_unrolled<7>(a, b, inner, sums); return;
    case 8: sum_unrolled<8>(a, b, inner, sums); return;
    case 9: sum_unrolled<9>(a, b, inner, sums); return;
    case 10: sum_unrolled<10>(a, b, inner, sums); return;
    default: sum_blocks(a, b, inner, digits, sums);
  }
}

}  // namespace

// Each term adds at most 2 D halves below 2^52 to a sum that has 64 bits.
void sum_ifma(const std::uint64_t* a, const std::uint64_t* b, std::size_t inner, std::size_t digits,
              std::size_t /*width*/, std::uint64_t* sums) {
  // The blocks of eight reach beyond the last sum, where only zeros are added.
  alignas(64) std::uint64_t wide[(most_digits + 1 + lanes) * lanes];
  std::fill_n(wide, (digits + 1 + lanes) * lanes, 0);
  const std::size_t piece = 4095 / (2 * digits);
  for (std::size_t l = 0; l < inner; l += piece) {
    sum_piece(a + l * digits, b + l * digit_stride(digits) * lanes, std::min(piece, inner - l), digits, wide);
    normalise(wide, digits);
  }
  std::copy_n(wide, (digits + 1) * lanes, sums);
}

bool has_ifma() {
  __builtin_cpu_init();
  static const bool has = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512ifma") != 0;
  return has;
}

#else

void sum_ifma(const std::uint64_t* a, const std::uint64_t* b, std::size_t inner, std::size_t digits,
              std::size_t width, std::uint64_t* sums) {
  sum_portable(a, b, inner, digits, width, sums);
}
bool has_ifma() { return false; }

#endif

}  // namespace gradproof::inline v0::packed
