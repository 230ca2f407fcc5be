#pragma once

#include <string>
#include <vector>

namespace gradproof::inline v0::plugin {

// The names of the functions that a library loaded by dlopen() defines for others.
[[nodiscard]] std::vector<std::string> exported_functions(void* library);

// A library lacks a function that it should have: what its author most likely got wrong, as the rest of a
// sentence ("it has grl_forward with C++ linkage ..."), or nothing where its functions give no hint.
[[nodiscard]] std::string hint_for_missing(const std::vector<std::string>& functions,
                                           const std::string& missing);

}  // namespace gradproof::inline v0::plugin
