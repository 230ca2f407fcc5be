// Doubles as any language reads them back. fmt writes 0 as 0x0p-1022 in some of its versions.
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <string>

namespace gradproof::inline v0 {

// Of a finite number.
[[nodiscard]] inline std::string hexadecimal(double v) {
  std::array<char, 32> digits{};
  const auto end =
    std::to_chars(digits.data(), digits.data() + digits.size(), std::abs(v), std::chars_format::hex).ptr;
  return (std::signbit(v) ? "-0x" : "0x") + std::string(digits.data(), end - digits.data());
}

}  // namespace gradproof::inline v0
