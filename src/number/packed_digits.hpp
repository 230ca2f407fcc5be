// The integer heart of the packed product: sums of products of digit strings.
//
// A number of D digits of 52 bits, least significant first, stands for X = sum digit[d] 2^(52 d). A kernel sums the
// products of one row with each of eight columns, in units of 2^(52 D): of a product of two digits, what lies below
// that unit is left out. Its result is D + 1 digits for each of the columns; the last takes what overflows.
//
//   a        [inner][digits]
//   b        [inner][digit_stride(digits)][lanes]: zeros above the digits spare the vector kernel its edges
//   sums     [digits + 1][lanes], each but the last less than 2^52; only the first `width` lanes are asked for
#pragma once

#include <cstddef>
#include <cstdint>

namespace gradproof::inline v0::packed {

inline constexpr std::size_t lanes = 8;
inline constexpr int digit_bits = 52;
inline constexpr std::uint64_t digit_mask = (std::uint64_t{1} << digit_bits) - 1;
inline constexpr std::size_t most_digits = 512;

// Up to this many, the vector kernel holds all sums in registers.
inline constexpr std::size_t most_unrolled = 10;
[[nodiscard]] constexpr std::size_t digit_stride(std::size_t digits) {
  return digits <= most_unrolled ? digits : digits + lanes;
}

using Kernel = void (*)(const std::uint64_t* a, const std::uint64_t* b, std::size_t inner, std::size_t digits,
                        std::size_t width, std::uint64_t* sums);
void sum_portable(const std::uint64_t* a, const std::uint64_t* b, std::size_t inner, std::size_t digits,
                  std::size_t width, std::uint64_t* sums);
// For processors with 52-bit multiply-add instructions; to be called only where has_ifma() says so.
void sum_ifma(const std::uint64_t* a, const std::uint64_t* b, std::size_t inner, std::size_t digits,
              std::size_t width, std::uint64_t* sums);
[[nodiscard]] bool has_ifma();

}  // namespace gradproof::inline v0::packed
