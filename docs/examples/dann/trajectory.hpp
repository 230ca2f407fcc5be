// Do the first steps of the training take the parameters where the formula takes them? The steps are written down as one
// graph, whose gradients, λ and Adam are those of the textbook, and evaluated at 50 digits. How far a training in double
// may be off follows from the roundings of all of its steps.
//
// It sees a wrong layer after a step or two, where the accuracy shows it after thousands.
#pragma once

#include <string>
#include <vector>

#include "training.hpp"

namespace dann {

// The parameters after each of the first steps, one output for each tensor, step by step.
[[nodiscard]] gradproof::Graph first_steps(const Blobs& blobs, const Settings& settings, int steps);

struct Trajectory {
  std::size_t compared = 0;
  std::size_t undecided = 0;  // rounding may have moved these by any amount, or over the kink of a relu
  std::size_t wrong = 0;      // off by more than rounding explains
  double worst = 0;           // of those compared: how far off, as a part of what rounding explains
  std::string first_wrong{};  // where and how, for instance "W after step 1"
};

// `trained` is what a training gave after its steps 1, 2 ..., judged against what `settings` ask for.
[[nodiscard]] Trajectory judged(const Blobs& blobs, const Settings& settings,
                                const std::vector<Parameters>& trained);
[[nodiscard]] std::string to_string(const Trajectory& trajectory);

}  // namespace dann
