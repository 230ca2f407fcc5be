// The words of a command line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gradproof/result.hpp"

namespace gradproof::inline v0 {

struct BadCommandLine {
  std::string message;
};

// As a POSIX shell cuts them: at blanks, but not within '…' or "…" nor behind a backslash. No shell is run, so what
// only a shell can do (a pipe, a variable, a pattern of file names) is refused where it is not quoted: the line either
// means what it would mean in a terminal, or is no command line.
[[nodiscard]] Result<std::vector<std::string>, BadCommandLine> command_words(std::string_view line);

}  // namespace gradproof::inline v0
