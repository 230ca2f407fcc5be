// What a wrong gradient has to do with the right one, where no formula of a known mistake gives it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradproof/dtype.hpp"
#include "verify/signatures.hpp"

namespace gradproof::inline v0 {

struct Named {
  std::string cause, mend;
};

// From probes of the lone layer, all on the same x and g; the strengths stand in the order in which they were asked.
// `smaller` are the same probes with every g divided by 64.
[[nodiscard]] std::optional<Named> named_by_factors(const std::vector<Observation>& seen,
                                                    const std::vector<Observation>& smaller, Dtype dtype);

}  // namespace gradproof::inline v0
