#include "verify/extremes.hpp"

#include <fmt/format.h>

#include <cmath>

#include "gradproof/format.hpp"
#include "gradproof/ops.hpp"
#include "number/spelled.hpp"
#include "verify/battery.hpp"

namespace gradproof::inline v0 {

namespace {

// One entry of the layer alone.
struct Lone {
  double lambda, x, g, y, gx;
};

std::optional<Lone> asked(Subject& subject, Dtype dtype, double lambda, double x, double g) {
  const auto reply = subject.run(Case{lone_reversal({}, lambda, {&x, 1}, {&g, 1}), dtype});
  if (!reply || reply->outputs.size() != 1 || reply->outputs[0].values.size() != 1) return {};
  const auto& gx = reply->gradients[0];
  return Lone{lambda, x, g, reply->outputs[0].values[0], gx && gx->values.size() == 1 ? gx->values[0] : 0};
}

// Some ten roundings are forgiven: what is looked for is no rounding error.
bool alike(Dtype dtype, double a, double b) {
  return a == b || std::abs(a - b) <= 16 * unit_roundoff(dtype) * std::abs(b);
}

// How many digits after the point a number has been rounded to; -1 where it is no rounding that made it.
int decimals_of(Dtype dtype, double made, double exact) {
  for (int decimals = 0; decimals <= 12; ++decimals) {
    const double scaled = made * std::pow(10, decimals);
    const bool is_rounded = std::abs(made - exact) <= 0.5001 * std::pow(10, -decimals);
    // Where the format itself has no digits beyond these, each number looks rounded.
    const bool has_more = 256 * unit_roundoff(dtype) * std::abs(scaled) < 1;
    if (is_rounded && has_more && scaled != 0 && alike(dtype, scaled, std::round(scaled))) return decimals;
  }
  return -1;
}

std::optional<Named> strength_of_a_size(const Lone& usual, Dtype dtype) {
  if (alike(dtype, usual.gx, -usual.lambda * usual.g)) return {};
  const double factor = usual.gx / usual.g;
  const bool less = std::abs(factor) < std::abs(usual.lambda);
  return Named{fmt::format("λ is not used as it is given where it is {:g}: the factor is {} ({})",
                           usual.lambda, spelled(factor, 6), less ? "an upper bound?" : "a lower bound?"),
               "use λ as it is given, and bound the schedule instead"};
}

std::optional<Named> cotangent_of_a_size(const Lone& seen, Dtype dtype) {
  const double right = -seen.lambda * seen.g;
  if (alike(dtype, seen.gx, right)) return {};
  const std::string mend = "return -λ * grad_output, whatever its size";
  if (const int decimals = decimals_of(dtype, seen.gx, right); decimals >= 0)
    return Named{fmt::format("the gradient is rounded to {} decimals", decimals), mend};
  if (seen.gx == 0)
    return Named{
      fmt::format("small cotangents become zero: one of {:g} does not pass (a threshold, an epsilon)",
                  seen.g),
      mend};
  if (std::abs(seen.gx) < std::abs(right))
    return Named{
      fmt::format("large cotangents are clipped: {:g} comes out for {}", seen.gx, spelled(right, 6)),
      "clip in the optimiser's step, not inside the layer"};
  return Named{fmt::format("cotangents of the size of {:g} are changed: {} comes out for {}", seen.g,
                           spelled(seen.gx, 6), spelled(right, 6)),
               mend};
}

std::optional<Named> value_of_a_size(const Lone& seen, Dtype dtype) {
  if (seen.y == seen.x) return {};
  const std::string mend = "return the input unchanged from forward";
  if (const int decimals = decimals_of(dtype, seen.y, seen.x); decimals >= 0)
    return Named{fmt::format("the forward value is rounded to {} decimals", decimals), mend};
  if (std::abs(seen.y) < std::abs(seen.x) && std::abs(seen.x) > 1)
    return Named{fmt::format("large forward values are clipped: {:g} comes out for {:g}", seen.y, seen.x),
                 mend};
  if (seen.y == 0)
    return Named{fmt::format("small forward values become zero: {:g} does not pass", seen.x), mend};
  return {};
}

}  // namespace

std::optional<Named> named_by_extreme(Subject& subject, const Counterexample& example) {
  const Graph& graph = example.minimal.graph;
  if (graph.inputs().size() != 1 || graph.outputs().size() != 1 || graph[graph.inputs()[0]].shape.size() != 1)
    return {};
  const Output& output = graph.outputs()[0];
  if (graph[output.node].op != id_of<Reverse>() || graph.operands(output.node)[0] != graph.inputs()[0])
    return {};
  const double lambda = graph.values(graph.operands(output.node)[1])[0].nearest();
  const double x = graph.values(graph.inputs()[0])[0].nearest();
  const double g = output.cotangent.empty() ? 1 : output.cotangent[0].nearest();
  const Dtype dtype = example.minimal.dtype;
  const auto seen = asked(subject, dtype, lambda, x, g);
  if (!seen) return {};
  if (auto n = value_of_a_size(*seen, dtype)) return n;
  if (const auto usual = asked(subject, dtype, lambda, 0.75, 1))
    if (auto n = strength_of_a_size(*usual, dtype)) return n;
  return cotangent_of_a_size(*seen, dtype);
}

}  // namespace gradproof::inline v0
