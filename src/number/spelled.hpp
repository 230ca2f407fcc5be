// Doubles as reports spell them: the same number by the same word, wherever it stands.
#pragma once

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <string>

namespace gradproof::inline v0 {

// All digits, unless fewer are asked for. A NaN is "nan", whatever its sign: that is nobody's choice, and differs between
// machines.
[[nodiscard]] inline std::string spelled(double v, int digits = 17) {
  return std::isnan(v) ? "nan" : fmt::format("{:.{}g}", v, digits);
}

// What was expected and what was observed. Where both are NaN it is their bits that differ, and so those are shown.
struct SpelledPair {
  std::string expected, observed;
};
[[nodiscard]] inline SpelledPair spelled_apart(double expected, double observed, int digits) {
  const auto bits = [](double v) { return std::bit_cast<std::uint64_t>(v); };
  if (std::isnan(expected) && std::isnan(observed) && bits(expected) != bits(observed))
    return {fmt::format("nan ({:#018x})", bits(expected)), fmt::format("nan ({:#018x})", bits(observed))};
  return {spelled(expected, digits), spelled(observed, digits)};
}

// "gradient of x [0,0]: expected -1, observed 1, allowed error 0".
[[nodiscard]] inline std::string spelled_claim(const std::string& place, double expected, double observed,
                                               double allowed) {
  const SpelledPair p = spelled_apart(expected, observed, 17);
  return fmt::format("{}: expected {}, observed {}, allowed error {}", place, p.expected, p.observed,
                     spelled(allowed, 3));
}

}  // namespace gradproof::inline v0
