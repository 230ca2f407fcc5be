// The floor: the arithmetic that a job cannot do without, and nothing else. Whatever a subject costs is stated
// as a multiple of it, for ratios carry over from machine to machine where times don't.
#pragma once

#include <vector>

#include "subject.hpp"

namespace gradproof::inline v0::bench {

[[nodiscard]] std::vector<Subject> floors(const std::vector<int>& digits);

}  // namespace gradproof::inline v0::bench
