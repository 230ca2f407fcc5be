// The layer alone: x -> reverse(x; λ) -> output, judged bit by bit.
#include <functional>

#include "catalogue.hpp"
#include "compare.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/real.hpp"
#include "lone.hpp"

namespace gradproof::inline v0 {

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

// -λ·g under a rule of its own for when an entry agrees; the rest is what any look at the lone layer's gradient does.
Finding check_product(
  Subject& subject, const Case& c,
  const std::function<std::optional<Accepted>(const Lone&, double g, double observed)>& rule) {
  const auto layer = lone(c.graph);
  if (!layer) return not_applicable(std::string(not_alone));
  const auto answer = numbers(subject.run(c), c);
  if (!answer) return answer.error();
  Comparison comparison(c.graph);
  for (std::size_t k = 0; k < answer->gradients[0].size(); ++k) {
    const double observed = answer->gradients[0][k];
    if (const auto a = rule(*layer, layer->cotangent[k], observed))
      comparison.bits_of_gradient_entry(0, k, a->expected, observed, a->agrees);
  }
  return comparison.finish();
}

// The one value that IEEE gives the product. What is no zero, or is not finite, is left to backward-rounded.
Finding check_signed_zeros(Subject& subject, const Case& c) {
  return check_product(subject, c,
                       [&](const Lone& layer, double g, double observed) -> std::optional<Accepted> {
                         const double product = rounded(c.dtype, -layer.lambda * g);
                         if (product != 0 || observed != 0) return {};
                         return Accepted{product, 0, std::signbit(product) == std::signbit(observed)};
                       });
}

// λ stands as the double that it is, or, which is as honest, as what the format makes of it.
Finding check_rounded_once(Subject& subject, const Case& c) {
  return check_product(
    subject, c, [&](const Lone& layer, double g, double observed) -> std::optional<Accepted> {
      if (!std::isfinite(g) || !std::isfinite(layer.lambda)) return {};
      const auto product = [&](double l) {
        return rounded(c.dtype, -(Real(l, Bits{106}) * Real(g, Bits{106})));
      };
      const double expected = product(layer.lambda);
      const bool as_rounded = c.dtype != Dtype::f64 && observed == product(rounded(c.dtype, layer.lambda));
      // A λ beyond the format is infinite in it, and infinity times 0 is NaN.
      const bool overflowed = std::isnan(observed) && !std::isfinite(rounded(c.dtype, layer.lambda));
      return Accepted{expected, 0, observed == expected || as_rounded || overflowed};
    });
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
  .breaks =
    "x + 0, (1+λ)·sg(x) - λ·x, a cast to another dtype and back, λ multiplied into the value, "
    "or nan_to_num on the way.",
  .mend =
    "Return the input itself as a new tensor object: x.view_as(x) in PyTorch, identity "
    "elsewhere.",
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
  .breaks =
    "A missing minus, λ ignored, clamped, squared or in float32, a gradient that is averaged or "
    "clipped, strides that a kernel takes for 1.",
  .mend = "Return -λ * grad_output from backward, with λ as it was given, and nothing else.",
  .check = check_backward_rounded,
  .looks = Looks::at_the_layer};

const Property signed_zeros{
  .id = "signed-zeros",
  .claim = "A zero in the gradient has the sign that -λ·g has.",
  .explain =
    "-λ·g has one sign in IEEE arithmetic, also where it is zero: at λ = 0, or where g is. No training run "
    "will tell the two zeros apart, unless something divides by them or takes their arctangent; a "
    "comparison of two runs bit by bit will.",
  .breaks = "0 - λ·g, or a sum that begins with +0, gives +0 where -0 is due.",
  .mend = "Multiply the cotangent by -λ and do nothing else to it: g * -λ, or -(λ * g).",
  .check = check_signed_zeros,
  .looks = Looks::at_the_layer,
  .tier = Tier::strict};

const Property rounded_once{
  .id = "rounded-once",
  .claim =
    "In every format the gradient is -λ·g rounded once, with λ as it was given or as the format has it.",
  .explain =
    "backward-rounded lets formats below float64 be off by one unit in the last place. This does not: two "
    "sound kernels then agree in every bit, and results can be compared across machines and versions.",
  .breaks =
    "A detour through two formats rounds twice; (λ·g) with λ as float32 in a half precision kernel is off by "
    "a bit now and then; λ split into factors, such as a weight and a schedule, rounds for each.",
  .mend = "Form λ in double precision, round it once, and multiply once.",
  .check = check_rounded_once,
  .looks = Looks::at_the_layer,
  .tier = Tier::strict};

}  // namespace gradproof::inline v0
