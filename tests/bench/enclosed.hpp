// gradproof's enclosures at job A: value and gradient as balls that hold the truth for certain.
#pragma once

#include <vector>

#include "entry.hpp"
#include "subject.hpp"

namespace gradproof::inline v0::bench {

inline constexpr const char* enclosed_name = "gradproof, enclosed";

// At double there are no enclosures.
[[nodiscard]] std::vector<Subject> enclosed(const std::vector<int>& digits);

// For the enclosed gradient of job A: how many of its entries hold the truth at four times the digits, and
// how many of the digits of the working precision the widest of them, relative to its midpoint, has lost.
[[nodiscard]] std::vector<Entry> enclosure_quality(const Subject& subject);

}  // namespace gradproof::inline v0::bench
