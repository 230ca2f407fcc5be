// A layer that this process can call: what a plugin, or a C++ program that judges its own layer, gives the host.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "gradproof/plugin.h"
#include "gradproof/property.hpp"
#include "gradproof/result.hpp"
#include "protocol/messages.hpp"

namespace gradproof::inline v0::plugin {

// One of a layer's passes, and the words in which a report speaks of it.
struct Kernel {
  // The parameters and results of a gradproof_kernel. It may throw, although a plugin's shouldn't.
  std::function<std::remove_pointer_t<gradproof_kernel>> function;
  std::string name;    // "grl_backward"
  std::string input;   // "gy", as plugin.h calls the parameter
  std::string output;  // "gx"
};

// A forward pass, and the backward pass that belongs to it: they may share what the first leaves for the second.
struct Pass {
  double lambda;  // as it was when the pass began; what both are called with
  Kernel forward, backward;
  std::optional<Kernel> backward_add;     // adds where `backward` writes
  std::optional<Kernel> double_backward;  // from the cotangent of gx to that of gy
};

// A layer with a λ of its own.
class Instance {
 public:
  virtual ~Instance() = default;
  // Another λ from now on; or why not.
  [[nodiscard]] virtual std::optional<protocol::CaseError> set(double lambda) = 0;
  // One λ for each row of what comes, likewise.
  [[nodiscard]] virtual std::optional<protocol::CaseError> set_rows(std::vector<double> /*lambda*/) {
    return protocol::CaseError{"unsupported", "the layer takes one λ for all rows", ""};
  }
  // Nothing where it can't be copied.
  [[nodiscard]] virtual std::unique_ptr<Instance> copy() const { return nullptr; }
  [[nodiscard]] virtual Pass pass() = 0;
};

using Made = Result<std::unique_ptr<Instance>, protocol::CaseError>;

struct Layer {
  std::function<Made(double lambda)> make;
  // A forward pass of an instance ends the one before it, because the instance keeps what backward needs.
  bool one_pass_at_a_time = false;
  bool reads_late = false;  // λ is read in the backward pass, by design
  bool copies = false, adds = false, twice = false, vector = false;
};

// The steps of scenarios that such a layer can be led through.
[[nodiscard]] std::vector<Act::Do> steps_of(const Layer& layer);

}  // namespace gradproof::inline v0::plugin
