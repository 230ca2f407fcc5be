#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "gradproof/result.hpp"
#include "gradproof/scenario.hpp"

namespace gradproof::inline v0::plugin {

// The steps of a scenario as docs/reference/protocol.md has them; or what is wrong with them, in words. Each name that
// a step uses has been given by one before it.
[[nodiscard]] Result<std::vector<Act>, std::string> read_steps(const nlohmann::json& steps);

}  // namespace gradproof::inline v0::plugin
