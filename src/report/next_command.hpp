// The commands that a report ends with.
#pragma once

#include <string>

namespace gradproof::inline v0 {

// A file name as a shell takes it.
[[nodiscard]] std::string shell_quoted(const std::string& file);
[[nodiscard]] std::string replay_command(const std::string& file);
// How a script is run that needs no gradproof.
[[nodiscard]] std::string script_command(const std::string& file);

}  // namespace gradproof::inline v0
