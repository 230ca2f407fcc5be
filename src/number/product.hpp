// Matrix products of Reals, each entry rounded once. Two kernels, both on integers:
//
//   exact alignment   one entry at a time: each product a b is formed in full and added at its place to an
//                     accumulator that reaches far enough below the largest of them. Right for any spread of
//                     exponents.
//   packed            all entries at once: every row of A and every column of B becomes fixed-point numbers
//                     under its largest exponent, cut into digits of 52 bits whose products are summed as
//                     integers. Many times faster, and right only where no row or column holds an entry so
//                     small that the fixed point cuts off what matters: spread_allowed says how small.
//
// Both are off by the one rounding, half an ulp of the result, and by at most 2^-12 ulp of the sum of the absolute products for
// what is cut off, in the result's precision. A result that has few enough bits comes out exactly: a sum that
// cancels is 0. What is not finite goes to MPFR, term by term.
#pragma once

#include "gradproof/real.hpp"

namespace gradproof::inline v0 {

// A strided run of numbers: a row, or a column.
struct Strided {
  const Real* data;
  std::size_t stride;
  const Real& operator[](std::size_t i) const { return data[i * stride]; }
};

// y := sum of a[l] b[l], by exact alignment.
void exact_dot(Strided a, Strided b, std::size_t count, Real& y);

struct Extents {
  std::size_t rows, inner, cols;
};

// With E the exponent of the largest entry of a row plus that of a column, the packed sum counts in units of
// 2^(E + 2 - 52 D). It is off by less than inner (2 D + 1) + 2 of them: two digits' products leave less than 2 D of them
// out per term, cutting off a and b costs one more, and the halves of the offsets two. Rounding to a multiple of
// 2^noise_bits units, twice that at least, makes exact results exact again. So the whole error is at most 2^noise_bits
// units.
[[nodiscard]] std::int64_t noise_bits(std::size_t digits, std::size_t inner);

// How far below 2^E the absolute sum may lie. Its ulp is at least 2^(E - spread + 1 - precision), and 2^-cut_bits of
// that must hold the error:
//
//   noise_bits + 2 - 52 D <= -cut_bits - spread + 1 - precision.
//
// Negative: D digits do not suffice for any sum.
inline constexpr std::int64_t cut_bits = 12;
[[nodiscard]] std::int64_t spread_allowed(std::size_t digits, std::size_t inner, Bits precision);

// Which entries the packed kernel may compute. `unchecked` is there for the test that shows why that matters.
enum class PackedRange { proven, unchecked };
// Which instructions it uses. Both give the same integers, hence the same result on every machine.
enum class PackedKernel { portable, vector };
[[nodiscard]] PackedKernel fastest_kernel();

// y := a b, row by row, by the packed kernel where it is proven right and by exact alignment elsewhere. Answers how
// many entries were packed.
std::size_t packed_product(const Real* a, const Real* b, Extents extents, Real* y, PackedRange range,
                           PackedKernel kernel);

}  // namespace gradproof::inline v0
