// What is right, entry by entry, and how far a claim may be off; and the verdict about a claim.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradproof/check.hpp"
#include "gradproof/graph.hpp"
#include "gradproof/truth.hpp"

namespace gradproof::inline v0 {

// One entry of a gradient, as far as it is known.
struct Right {
  std::optional<Enclosure> truth;  // nothing finite is known without it
  std::optional<double> allowed;   // by rounding of the operations, where that is known
  std::optional<double> bulk;      // the sum of the absolute contributions, where they are known
  bool on_kink = false;            // the interval is that of the subgradients
  std::string doubt;               // why it is not known better
};

// The gradient of a graph: for each entry of each input in order.
[[nodiscard]] std::vector<Right> gradient_of(const Graph& graph, Dtype dtype);
// The slopes of f, one component of a function that is known in double, times a factor.
using Component = std::function<double(std::span<const double>)>;
[[nodiscard]] std::vector<Right> slopes_of(const Component& f, const std::vector<double>& x,
                                           const CheckOptions& options);

[[nodiscard]] Enclosure scaled(const Enclosure& e, double factor);
// Whether a claim is `factor` times what is right, as far as one can tell; for likely causes.
[[nodiscard]] bool agrees(const Right& right, double factor, double claimed, double allowed);

// `scale`: what an entry that is 0, as far as one can tell, is compared with.
[[nodiscard]] CheckedEntry judged(const Right& right, double claimed, double scale, bool kink_is_known,
                                  const CheckOptions& options);

}  // namespace gradproof::inline v0
