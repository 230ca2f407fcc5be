// The binary formats that subjects compute in. Every value of each of them is a double, so values travel as
// doubles.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "gradproof/graph.hpp"

namespace gradproof {

class Real;

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
[[nodiscard]] double rounded(Dtype dtype, const Real& x);
[[nodiscard]] double rounded(Dtype dtype, double x);

// The graph with every leaf value and cotangent (but no λ) rounded to the format.
[[nodiscard]] Graph quantized(const Graph& graph, Dtype dtype);

}  // namespace gradproof
