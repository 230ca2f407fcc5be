// Adam on the network, and what becomes of the target's accuracy.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "network.hpp"

namespace dann {

// What stands between the features and the domain head.
enum class Layer {
  none,       // the features never hear of the domain loss: training on the source alone
  reversal,   // the gradient reversal layer
  minus_lost  // one that scales the gradient by λ and forgets to turn it round
};
inline constexpr std::array all_layers = {Layer::none, Layer::reversal, Layer::minus_lost};
[[nodiscard]] std::string_view name(Layer layer);

// λ when this part of the training is over, from 0 to 1: 0 at first, nearly 1 in the end.
[[nodiscard]] double scheduled_lambda(double progress);

struct Settings {
  std::uint64_t seed = 1;
  Layer layer = Layer::reversal;
  int steps = 5000;
  int half_batch = 32;  // so many points of each domain
  double rate = 0.002;
};

// Adam (Kingma and Ba), with their constants.
inline constexpr double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
// What a moving average that began at 0 lacks after so many steps.
[[nodiscard]] double unbias(double beta, int step);

struct Accuracy {
  double source = 0, target = 0;  // the part of the points whose label is told rightly
};

struct Course {
  std::vector<int> steps;            // after which the accuracy was taken
  std::vector<Accuracy> accuracies;  // then
  Parameters parameters;             // in the end
};

// Of a step, counted from 1: its batch, its λ as the layer has it, and its learning rate, which falls as in Ganin and
// Lempitsky's paper.
[[nodiscard]] Batch drawn_batch(const Blobs& blobs, const Settings& settings, int step);
[[nodiscard]] double strength(const Settings& settings, int step);
[[nodiscard]] double annealed_rate(const Settings& settings, int step);

// Calls after(step, parameters) behind each of the first `steps` steps, counted from 1; returns the last parameters.
using After = std::function<void(int step, const Parameters& parameters)>;
Parameters train(const Blobs& blobs, const Settings& settings, int steps, const After& after);

[[nodiscard]] Accuracy accuracy(const Blobs& blobs, const Parameters& parameters);
[[nodiscard]] Course trained(const Blobs& blobs, const Settings& settings);

}  // namespace dann
