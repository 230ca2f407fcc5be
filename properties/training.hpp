// A network that is trained with a reversal in it, as a graph: what a layer's gradients, or an author's training step, come to.
#pragma once

#include "gradproof/property.hpp"

namespace gradproof::inline v0 {

// How each head's outputs z and targets t become a loss.
enum class Loss { half_sum, sum, mean, half_mean, logistic_mean, logistic_sum };
[[nodiscard]] std::string_view name(Loss loss);

// How the parts are put together; as it stands here it is right.
struct Wiring {
  enum class Layer { before_the_domain_head, nowhere, behind_the_domain_head, before_both_heads, cut };
  Layer layer = Layer::before_the_domain_head;
  double strength = 1;  // λ
  double weight = 1;    // of the domain loss
  Loss label_loss = Loss::half_sum, domain_loss = Loss::half_sum;
};

// h = tanh(x W); the label head is h V, the domain head h U behind the layer; both losses are added. The inputs are W, V
// and U, the constants x, y and d, whose values follow from the seed.
[[nodiscard]] Graph network(const Wiring& wiring, std::uint64_t seed);

inline constexpr int training_steps = 4;
inline constexpr double learning_rate = 0.1;
// The network's inputs after each step of gradient descent on the sum of its outputs, step by step; with `accumulates`,
// each step's gradients are added to those of all before.
[[nodiscard]] Graph trained(const Graph& network, bool accumulates = false);

// A few strengths.
[[nodiscard]] std::vector<Case> training_cases(Dtype dtype, std::uint64_t seed,
                                               std::optional<double> fixed_lambda);

// What a case says that is asked of an author's own training step.
inline constexpr std::string_view trains_itself = "training";

}  // namespace gradproof::inline v0
