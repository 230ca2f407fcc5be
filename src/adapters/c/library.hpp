#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "adapters/c/layer.hpp"
#include "gradproof/dtype.hpp"
#include "gradproof/plugin.h"
#include "gradproof/result.hpp"
#include "protocol/messages.hpp"

namespace gradproof::inline v0::plugin {

// One side of a call: where its entries are.
struct Entries {
  void* first;
  std::int64_t stride;
};

// Calls a kernel, and gives back what it returns. If it forks, the child that comes back as well is ended at
// once: with every call after this one it would double again.
int invoke(const Kernel& kernel, Entries in, Entries out, std::size_t count, Dtype dtype, double lambda);

// A plugin's functions: two that need no layer, or five with one, and some that nobody has to write.
struct Plugin {
  std::string prefix;
  gradproof_kernel forward = nullptr, backward = nullptr, backward_add = nullptr, double_backward = nullptr;
  gradproof_create create = nullptr;
  gradproof_set_lambda set_lambda = nullptr;
  gradproof_destroy destroy = nullptr;
  gradproof_pass forward_of = nullptr, backward_of = nullptr;
  gradproof_rows_kernel backward_rows = nullptr;
  bool reads_late = false;
  bool is_factor = false;  // it multiplies by what it is given, which is -λ then
  [[nodiscard]] double given(double lambda) const { return is_factor ? -lambda : lambda; }
  [[nodiscard]] bool has_instances() const { return create != nullptr; }
};

// What the host calls. The plugin must outlive it.
[[nodiscard]] Layer layer_of(const Plugin& plugin);

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
[[nodiscard]] std::vector<Dtype> supported_dtypes(const Layer& layer, std::chrono::milliseconds patience);

}  // namespace gradproof::inline v0::plugin
