// What becomes of a call that is made again and again.
#pragma once

#include <optional>

#include "gradproof/property.hpp"
#include "verify/factors.hpp"

namespace gradproof::inline v0 {

// Why equal calls differ: chance, a counter, hooks that pile up, gradients that are added up. Nothing where they agree.
[[nodiscard]] std::optional<Named> named_by_repetition(Subject& subject, Dtype dtype,
                                                       std::optional<double> fixed_lambda);

}  // namespace gradproof::inline v0
