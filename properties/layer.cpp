// The layer alone: x -> reverse(x; λ) -> output, judged bit by bit.
#include "catalogue.hpp"
#include "compare.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/real.hpp"
#include "lone.hpp"

namespace gradproof {

std::optional<Lone> lone(const Graph& g) {
  if (g.size() != 3 || g.outputs().size() != 1 || g.inputs().size() != 1 ||
      g[g.outputs()[0].node].op != id_of<Reverse>())
    return {};
  const auto operands = g.operands(g.outputs()[0].node);
  if (g[operands[0]].op != id_of<Input>() || g[operands[1]].op != id_of<Constant>() ||
      !g[operands[1]].shape.is_scalar())
    return {};
  const Shape shape = g[operands[0]].shape;
  const auto filled = [&](std::span<const Literal> values) {
    std::vector<double> v;
    for (std::size_t k = 0; k < shape.size(); ++k)
      v.push_back((values.size() == 1 ? values[0] : values[k]).nearest());
    return v;
  };
  return Lone{g.values(operands[1])[0].nearest(), shape, filled(g.values(operands[0])),
              filled(g.outputs()[0].cotangent)};
}

Accepted accepted(Dtype dtype, double lambda, double g, double observed) {
  // NaN and infinities obey IEEE: -0 * inf is NaN, and so is anything times NaN.
  if (!std::isfinite(g) || !std::isfinite(lambda)) {
    const double expected = -lambda * g;
    return {expected, 0, std::isnan(expected) ? std::isnan(observed) : expected == observed};
  }
  const auto product = [&](double l) { return rounded(dtype, -(Real(l, Bits{106}) * Real(g, Bits{106}))); };
  const double expected = product(lambda);
  if (dtype == Dtype::f64) return {expected, 0, observed == expected};
  const double allowed = ulp(dtype, expected);
  const bool as_rounded =
    observed == product(rounded(dtype, lambda)) || observed == product(static_cast<float>(lambda));
  const bool near = observed == expected || std::abs(observed - expected) <= allowed;
  // A λ beyond the format times 0 is NaN where λ is rounded first.
  const bool overflowed = g == 0 && !std::isfinite(rounded(dtype, lambda)) && std::isnan(observed);
  return {expected, allowed, near || as_rounded || overflowed};
}

namespace {

Finding check_forward_bits(Subject& subject, const Case& c) {
  const auto layer = lone(c.graph);
  if (!layer) return not_applicable(std::string(not_alone));
  const auto answer = numbers(subject.run(c), c);
  if (!answer) return answer.error();
  Comparison comparison(c.graph);
  for (std::size_t k = 0; k < answer->outputs[0].size(); ++k)
    comparison.output_entry(0, k, layer->x[k], answer->outputs[0][k]);
  Finding f = comparison.finish();
  // An empty tensor that comes back empty has been passed on.
  if (answer->outputs[0].empty()) f.outcome = Outcome::holds;
  return f;
}

Finding check_backward_rounded(Subject& subject, const Case& c) {
  const auto layer = lone(c.graph);
  if (!layer) return not_applicable(std::string(not_alone));
  const auto reply = subject.run(c);
  const auto answer = numbers(reply, c);
  if (!answer) return answer.error();
  // Zeros and no gradient at all are the same only where zeros are right.
  Comparison comparison(c.graph);
  double power = 0;
  for (std::size_t k = 0; k < answer->gradients[0].size(); ++k) {
    const double observed = answer->gradients[0][k];
    const Accepted a = accepted(c.dtype, layer->lambda, layer->cotangent[k], observed);
    comparison.judged_gradient_entry(0, k, a.expected, observed, a.allowed, a.agrees);
    power = std::max(power, c.dtype == Dtype::f64 ? unit_roundoff(c.dtype) : 2 * unit_roundoff(c.dtype));
  }
  Finding f = comparison.finish();
  if (f.detection_power) f.detection_power = power;
  if (answer->gradients[0].empty()) f.outcome = Outcome::holds;
  return f;
}

}  // namespace

const Property forward_bits{
  .id = "forward-bits",
  .claim = "The layer hands its input on bit for bit: -0, infinities, NaN and subnormals too.",
  .explain =
    "The forward pass is the identity, in every dtype, shape and memory layout. x + 0 loses -0; (1+λ)·sg(x) "
    "- λ·x rounds, and is infinite "
    "or NaN where (1+λ)x overflows; a trip through another dtype loses digits or range. `view_as` in PyTorch "
    "exists to return a new tensor "
    "object with the same data, so that autograd records the step.",
  .check = check_forward_bits,
  .looks = Looks::at_the_layer};

const Property backward_rounded{
  .id = "backward-rounded",
  .claim = "The layer's gradient is -λ·g, correctly rounded.",
  .explain =
    "In float64 exactly the rounded product, in narrower formats at most one ulp from it, or the product "
    "with λ rounded first. λ runs over 0, 1, -1, "
    "negative, tiny, huge and values that float32 can't hold; g has both signs and many magnitudes. In a "
    "training loop the sign in front of the domain "
    "loss stays plus: the reversal is the layer's job, and negating the loss as well would undo it.",
  .check = check_backward_rounded,
  .looks = Looks::at_the_layer};

}  // namespace gradproof
