#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gradproof/dtype.hpp"
#include "gradproof/plugin.h"
#include "gradproof/result.hpp"
#include "protocol/messages.hpp"

namespace gradproof::plugin {

// One of a plugin's two functions, and the words in which a report speaks of it.
struct Kernel {
  gradproof_kernel function = nullptr;
  std::string name;    // "grl_backward"
  std::string input;   // "gy", as plugin.h calls the parameter
  std::string output;  // "gx"
};

struct Plugin {
  Kernel forward, backward;
};

// One side of a call: where its entries are.
struct Entries {
  void* first;
  std::int64_t stride;
};

// Calls a kernel, and gives back what it returns. If it forks, the child that comes back as well is ended at
// once: with every call after this one it would double again.
int invoke(const Kernel& kernel, Entries in, Entries out, std::size_t count, Dtype dtype, double lambda);

// Loads a shared library and looks up the functions of a prefix. Loading runs the library's own start-up
// code, which may do anything. The library stays loaded until the process ends.
[[nodiscard]] Result<Plugin, protocol::SubjectError> load(const std::string& library,
                                                          const std::string& prefix);

// Loads a shared library and looks up the schedule of a prefix.
[[nodiscard]] Result<gradproof_schedule, protocol::SubjectError> load_schedule(const std::string& library,
                                                                               const std::string& prefix);

// The dtypes that neither function refuses. A forked child asks, with n = 0, so that a plugin that crashes or
// hangs in a call can still introduce itself, and is judged by its cases; what the child didn't live to
// learn within the time counts as supported.
[[nodiscard]] std::vector<Dtype> supported_dtypes(const Plugin& plugin, std::chrono::milliseconds patience);

}  // namespace gradproof::plugin
