// What a layer does to numbers of unusual size, where it is right on ordinary ones.
#pragma once

#include <optional>

#include "gradproof/verdict.hpp"
#include "verify/factors.hpp"

namespace gradproof::inline v0 {

// From a counterexample of the layer alone: a λ, a cotangent or an input beyond some bound, or below it.
[[nodiscard]] std::optional<Named> named_by_extreme(Subject& subject, const Counterexample& example);

}  // namespace gradproof::inline v0
