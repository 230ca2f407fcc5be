// What wrong entries have in common.
#pragma once

#include <span>
#include <string>

#include "user/right.hpp"

namespace gradproof::inline v0 {

// Claims, what is right, and the verdicts, entry by entry of a matrix with so many columns (a gradient is one
// row). A sentence; empty where nothing fits.
[[nodiscard]] std::string likely_cause(std::span<const double> claimed, std::span<const Right> right,
                                       std::span<const CheckedEntry> entries, std::size_t cols,
                                       const GradientContract& contract);

}  // namespace gradproof::inline v0
