// What a wrong schedule of λ has to do with the right one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "schedule.hpp"
#include "verify/factors.hpp"

namespace gradproof::inline v0 {

// What a schedule said at a moment; nothing where it raised an exception.
struct Told {
  Moment at;
  std::string use;
  std::optional<double> value;
  Dtype dtype;
  bool holds;
};

// The likeliest cause, in the order in which the moments were asked about.
[[nodiscard]] std::optional<Named> named_by_schedule(const std::vector<Told>& told);

}  // namespace gradproof::inline v0
