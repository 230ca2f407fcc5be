// What the figures were measured on.
#pragma once

#include <vector>

#include "entry.hpp"

namespace gradproof::inline v0::bench {

[[nodiscard]] std::vector<Entry> machine();

// The first part of FLINT's version, 0 where this was built without it.
[[nodiscard]] int flint_major();

}  // namespace gradproof::inline v0::bench
