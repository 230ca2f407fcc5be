// The network as a graph: features = relu(x W + b), a label head on the source's rows, and behind the reversal a
// domain head on all rows.
//
//   source ─┐                       ┌─ rows of the source ─ label head ─ label loss
//           ├─ x ─ relu(x W + b) ───┤
//   target ─┘                       └─ reverse(λ) ───────── domain head ─ domain loss
#pragma once

#include <cstdint>
#include <gradproof/graph.hpp>
#include <vector>

#include "blobs.hpp"

namespace dann {

inline constexpr std::uint32_t features = 15;

// The shapes of W, b, the label head's weights and bias, and the domain head's.
inline constexpr std::array<gradproof::Shape, 6> parameter_shapes = {
  {{2, features}, {1, features}, {features, 1}, {1, 1}, {features, 1}, {1, 1}}};
using Parameters = std::array<std::vector<double>, 6>;

// Weights of the size that keeps a signal's variance (Glorot and Bengio); biases are 0.
[[nodiscard]] Parameters drawn_parameters(std::uint64_t seed);

// As many points of the source as of the target. `labels` are the source's.
struct Batch {
  std::vector<Point> source, target;
  std::vector<double> labels;
};

// Both losses on a batch. The inputs are the parameters, the outputs the label loss and the domain loss.
[[nodiscard]] gradproof::Graph losses(const Parameters& parameters, const Batch& batch, double lambda);

// The label head's logit for each point, its only output: above 0 where label 1 is the likelier one.
[[nodiscard]] gradproof::Graph label_logits(const Parameters& parameters, const std::vector<Point>& points);

}  // namespace dann
