// The commands that a report ends with.
#pragma once

#include <string>

namespace gradproof::inline v0 {

// A file name as a shell takes it.
[[nodiscard]] std::string shell_quoted(const std::string& file);
// `options` stand between the command and the file, as the user gave them.
[[nodiscard]] std::string replay_command(const std::string& file, const std::string& options = "");
// How a script is run that needs no gradproof.
[[nodiscard]] std::string script_command(const std::string& file, const std::string& python = "python3",
                                         const std::string& node = "node");

}  // namespace gradproof::inline v0
