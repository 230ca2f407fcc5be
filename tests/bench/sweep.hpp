// What precision costs and what it gives: a small network from double to 10,000 digits.
#pragma once

#include <vector>

#include "entry.hpp"
#include "subject.hpp"

namespace gradproof::inline v0::bench {

inline constexpr const char* sweep_name = "sweep: MLP, batch 4, 8-8-8-1";

[[nodiscard]] std::vector<Subject> sweep(bool quick);

// For a subject of the sweep: its precision in bits, and the decimal digits of its worst entry that are those
// of an evaluation at twice the digits.
[[nodiscard]] std::vector<Entry> correct_digits(const Subject& subject);

}  // namespace gradproof::inline v0::bench
