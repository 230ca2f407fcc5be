#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "gradproof/dtype.hpp"

namespace gradproof::inline v0::plugin {

// Values as a row of little-endian entries of a dtype, and back. What is no value of a 16-bit format is
// rounded to one; a NaN keeps its sign there, and becomes the quiet one.
[[nodiscard]] std::vector<std::byte> packed(Dtype dtype, std::span<const float> values);
[[nodiscard]] std::vector<std::byte> packed(Dtype dtype, std::span<const double> values);
void unpack(Dtype dtype, std::span<const std::byte> entries, std::span<float> values);
void unpack(Dtype dtype, std::span<const std::byte> entries, std::span<double> values);

}  // namespace gradproof::inline v0::plugin
