// The commands that a report ends with.
#pragma once

#include <string>
#include <vector>

#include "gradproof/report.hpp"

namespace gradproof::inline v0 {

// A file name as a shell takes it.
[[nodiscard]] std::string shell_quoted(const std::string& file);
// What runs the case of a replay file again, as this user has to type it. A layer that a test had in hand is gone when the test
// has ended: the test itself has to ask again.
[[nodiscard]] std::string replay_text(const SubjectFacts& subject, const std::string& file,
                                      const Style& style);
// How a script is run that needs no gradproof.
[[nodiscard]] std::string script_command(const std::string& file, const Style& style);
// All that shows this failure again: nothing where nothing was written.
[[nodiscard]] std::vector<std::string> next_commands(const SubjectFacts& subject, const Counterexample& e,
                                                     const Style& style);
// A command of ours and what follows it, with the options that the user gave to this one, which that one needs as well.
[[nodiscard]] std::string own_command(const std::string& command, const std::string& words,
                                      const Style& style);

}  // namespace gradproof::inline v0
