// The host of a C plugin: a process that speaks protocol 1 and calls the plugin's kernels.
#pragma once

#include <string>

namespace gradproof::inline v0 {

// Answers requests on standard input, each with a line on standard output, until there are no more; then ends
// the process. Whatever the plugin prints goes to standard error. To be run in a process of its own: the
// plugin may do anything to it.
[[noreturn]] void serve_plugin(const std::string& library, const std::string& prefix = "grl");

}  // namespace gradproof::inline v0
