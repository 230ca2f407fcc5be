// A scenario's steps as the protocol has them.
#pragma once

#include <string>
#include <vector>

#include "gradproof/scenario.hpp"

namespace gradproof::inline v0 {

[[nodiscard]] std::string scenario_json(const Scenario& scenario);

// Whether every step is one of those that the adapter can do.
[[nodiscard]] bool can_live(const std::vector<Act>& steps, const std::vector<std::string>& known);

}  // namespace gradproof::inline v0
