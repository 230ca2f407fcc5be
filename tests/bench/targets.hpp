// The figures that the engine has to keep to.
#pragma once

#include <vector>

#include "entry.hpp"

namespace gradproof::inline v0::bench {

// One entry for each target, judged where its figures were measured.
[[nodiscard]] std::vector<Entry> targets(const std::vector<Entry>& measured);

}  // namespace gradproof::inline v0::bench
