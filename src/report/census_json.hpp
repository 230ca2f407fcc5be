// A census as JSON: what stores keep, and what reports hold.
#pragma once

#include "gradproof/census.hpp"
#include "report/read_json.hpp"

namespace gradproof::inline v0 {

// Operations by name, so that a table that has grown still reads it.
[[nodiscard]] ReportJson json_of(const Census& census);
[[nodiscard]] Census census_from(const ReportJson& json);

// nlohmann's get() takes -1 for 2^64 - 1 and 1.5 for 1, and what is damaged would be gone on with as something else. This
// throws std::invalid_argument where the value is no count.
[[nodiscard]] std::uint64_t count_from(const ReportJson& json, std::uint64_t largest = UINT64_MAX);

}  // namespace gradproof::inline v0
