// The binary formats that subjects compute in: rounding to them, their bit patterns, and distances in ulps.
//
// Every value of each format is a double, so values travel as doubles. Each conversion rounds once: a value
// that passes through another format on its way (float16 by way of float32, say) may land on the wrong side
// of a tie.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "gradproof/number.hpp"

namespace gradproof::inline v0 {

class Real;

// The formats of floating point numbers that are judged: IEEE 754 half, single and double, and bfloat16.
enum class Dtype { f16, bf16, f32, f64 };
inline constexpr std::array all_dtypes = {Dtype::f16, Dtype::bf16, Dtype::f32, Dtype::f64};

// A format with `precision` significant bits whose normal numbers are 2^min_exponent <= |x| < 2^(max_exponent
// + 1).
struct Format {
  std::string_view name;   // "f32"
  std::string_view words;  // "float32"
  int precision;
  int min_exponent;
  int max_exponent;
  int bytes;
};
[[nodiscard]] const Format& format(Dtype dtype);
[[nodiscard]] std::optional<Dtype> find_dtype(std::string_view name);

// Half the distance from 1 to the next number: 2^-precision.
[[nodiscard]] double unit_roundoff(Dtype dtype);
// The distance between neighbours at |x|; that of the subnormals where |x| is small.
[[nodiscard]] double ulp(Dtype dtype, double x);
// x rounded once to the format: nearest, ties to even, subnormals kept, overflow to infinity.
[[nodiscard]] double rounded(Dtype dtype, double x);
[[nodiscard]] double rounded(Dtype dtype, const Real& x);
[[nodiscard]] double rounded(Dtype dtype, const Literal& x);

// The format's bit pattern, in the low 16, 32 or 64 bits: `encoded` rounds first, `decoded` is exact. Each
// pattern comes back from a round trip, NaNs with their payloads too; a payload that is too long for the
// format loses its end and stays a NaN.
[[nodiscard]] std::uint64_t encoded(Dtype dtype, double x);
[[nodiscard]] double decoded(Dtype dtype, std::uint64_t bits);

// How far an observed value of the format is from an unrounded truth, in ulps of the truth, rounded up: at
// most 0.5 exactly when no value of the format is nearer.
//
// The ulp is the spacing of the format in the truth's own binade, 2^e <= |truth| < 2^(e+1): a power of two
// counts with the numbers above it, subnormals and zero with the least normal binade, and what is beyond the
// format with its last binade. Just below a power of two the neighbours above are two such ulps apart.
// An observed infinity is what overflow leaves: it stands for +-2^(max_exponent+1), the first number that
// the format lacks, or for the truth where that is at least as large and of the same sign. Zeros are equal
// whatever their signs. An infinite truth is 0 from itself and infinitely far from all else, and so is a NaN,
// on either side: a distance is never NaN.
[[nodiscard]] double ulp_distance(Dtype dtype, double observed, const Real& truth);

}  // namespace gradproof::inline v0
