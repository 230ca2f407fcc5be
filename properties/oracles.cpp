// The gradient against each oracle.
#include "catalogue.hpp"
#include "gradproof/oracle.hpp"
#include "relations.hpp"

namespace gradproof::inline v0 {

namespace {

struct Expected {
  double value;
  double error;     // that the oracle admits
  double rounding;  // of the oracle's arithmetic, relative to the absolute path sum; 0 in rationals
};
using ExpectedOrReason = Result<std::vector<Expected>, NotApplicable>;

// Precision asked of the oracles in Real: twice float64's, so that their own rounding is nothing beside a
// subject's.
constexpr Bits oracle_bits{127};

Finding against(Subject& subject, const Case& c,
                const std::function<ExpectedOrReason(const Graph&)>& oracle) {
  const Judged judged(c.graph, c.dtype);
  if (!judged.undecidable().empty()) return undecided(judged.undecidable());
  const auto expected = oracle(c.graph);
  if (!expected) return not_applicable(expected.error().reason);
  const auto answer = numbers(subject.run(c), c);
  if (!answer) return answer.error();
  const bool exact = judged.exact(c.dtype);
  Comparison comparison(c.graph);
  ProvenGradient proven(c.graph);
  std::size_t entry = 0;
  for (std::size_t i = 0; i < answer->gradients.size(); ++i) {
    for (std::size_t k = 0; k < answer->gradients[i].size(); ++k, ++entry) {
      const auto& [value, error, rounding] = (*expected)[entry];
      // An exact graph leaves a sound subject no room. Elsewhere: its bound, and the rounding of the expected
      // value to double.
      const double subject_error = exact ? 0 : judged.allowed(i, k) + std::abs(value) * 0x1p-52;
      const double oracle_error = error + rounding * judged.bound(i, k).bulk;
      const double to_double = exact ? 0 : std::abs(value) * 0x1p-53;
      comparison.true_entry(proven, i, k, value, oracle_error + to_double, answer->gradients[i][k],
                            subject_error + oracle_error);
    }
  }
  return comparison.finish();
}

ExpectedOrReason in_double(const OracleAnswer<Real>& answer) {
  if (!answer) return answer.error();
  std::vector<Expected> all;
  for (std::size_t i = 0; i < answer->value.size(); ++i)
    all.push_back({answer->value[i].to_double(), answer->error.empty() ? 0 : answer->error[i].to_double(),
                   std::ldexp(1, -static_cast<int>(oracle_bits.count))});
  return all;
}

ExpectedOrReason in_double(const OracleAnswer<Rational>& answer) {
  if (!answer) return answer.error();
  std::vector<Expected> all;
  for (const Rational& x : answer->value) all.push_back({nearest_double(x).value, 0, 0});
  return all;
}

Finding check_rational_differences(Subject& s, const Case& c) {
  return against(s, c, [](const Graph& g) { return in_double(rational_differences(g)); });
}
Finding check_rational_duals(Subject& s, const Case& c) {
  return against(s, c, [](const Graph& g) { return in_double(rational_duals(g)); });
}
Finding check_central_differences(Subject& s, const Case& c) {
  return against(s, c, [](const Graph& g) { return in_double(central_differences(g, oracle_bits)); });
}
Finding check_complex_step(Subject& s, const Case& c) {
  return against(s, c, [](const Graph& g) { return in_double(complex_step(g, oracle_bits)); });
}
Finding check_duals(Subject& s, const Case& c) {
  return against(s, c, [](const Graph& g) { return in_double(duals(g, oracle_bits)); });
}

// The contract: each application of a reversal, in the graph or in its gradient, multiplies the cotangent by
// -λ. So double backward is the declared gradient of the gradient graph, which the complex step finds on that
// graph, anchored.
Finding check_double_backward(Subject& subject, const Case& c) {
  if (c.graph.inputs().empty()) return not_applicable("a graph without inputs has no second gradient");
  const Graph first = weighted_gradient(gradient(c.graph), c.graph.outputs().size());
  const Judged judged(first, c.dtype);
  if (!judged.undecidable().empty()) return undecided(judged.undecidable());
  const auto reply = subject.run_twice(c);
  const auto twice = [](Finding finding) {
    finding.question.twice = true;
    return finding;
  };
  if (!reply) return twice(no_answer(reply.error()));
  const auto expected = in_double(complex_step(first, oracle_bits));
  if (!expected) return not_applicable(expected.error().reason);
  Comparison comparison(first);
  ProvenGradient proven(first);
  std::size_t entry = 0;
  for (std::size_t i = 0; i < first.inputs().size(); ++i) {
    const std::size_t size = first[first.inputs()[i]].shape.size();
    const auto& gradient = reply->gradients[i];
    if (gradient && gradient->values.size() != size)
      return twice(wrong_shape("a second gradient has the wrong size"));
    for (std::size_t k = 0; k < size; ++k, ++entry) {
      const double value = (*expected)[entry].value, rounding = std::abs(value) * 0x1p-52;
      comparison.true_entry(proven, i, k, value, rounding + (*expected)[entry].error,
                            gradient ? gradient->values[k] : 0, judged.allowed(i, k) + rounding);
    }
  }
  return twice(comparison.finish());
}

}  // namespace

const Property gradient_rational_differences{
  .id = "gradient-rational-differences",
  .claim = "The gradient is the difference quotient of the anchored graph, exactly, in rationals.",
  .explain =
    "On a polynomial graph a central stencil of the polynomial's degree has no error at all, so this oracle "
    "has no tolerance. It reads only the "
    "forward rules and the declared surrogates. When it fails, the gradient of that graph is wrong: look at "
    "the minimal graph and ask which of "
    "its few operations passes the cotangent on wrongly.",
  .breaks = "Anything that makes a gradient wrong by more than rounding.",
  .mend = "Take the minimal graph and follow the cotangent through its operations.",
  .check = check_rational_differences};

const Property gradient_rational_duals{
  .id = "gradient-rational-duals",
  .claim = "The gradient is the dual numbers' derivative of the anchored graph, exactly, in rationals.",
  .explain =
    "Forward mode in rationals, with derivative rules of its own. It also judges quotients, which the "
    "difference quotient can't.",
  .breaks = "Anything that makes a gradient wrong by more than rounding.",
  .mend = "Take the minimal graph and follow the cotangent through its operations.",
  .check = check_rational_duals};

const Property gradient_central_differences{
  .id = "gradient-central-differences",
  .claim = "The gradient agrees with central differences of the anchored graph at high precision.",
  .explain =
    "The step and the working precision are chosen from the graph and its reversals; the error bar is the "
    "change from h to h/2. A "
    "plain checker takes differences of the forward pass and so rejects every correct gradient reversal; the "
    "anchored graph "
    "has the declared gradient as its true derivative, for any nesting of reversals.",
  .breaks = "Anything that makes a gradient wrong by more than rounding.",
  .mend = "Take the minimal graph and follow the cotangent through its operations.",
  .check = check_central_differences};

const Property gradient_complex_step{
  .id = "gradient-complex-step",
  .claim = "The gradient agrees with the complex step on the anchored graph at high precision.",
  .explain =
    "f(x + ih) has the derivative as its imaginary part, without cancellation, so every digit is good. This "
    "is the workhorse oracle "
    "on smooth graphs.",
  .breaks = "Anything that makes a gradient wrong by more than rounding.",
  .mend = "Take the minimal graph and follow the cotangent through its operations.",
  .check = check_complex_step};

const Property gradient_duals{
  .id = "gradient-duals",
  .claim = "The gradient agrees with dual numbers on the anchored graph at high precision.",
  .explain =
    "Forward mode with derivative rules written apart from the op table's, so that agreement is evidence.",
  .breaks = "Anything that makes a gradient wrong by more than rounding.",
  .mend = "Take the minimal graph and follow the cotangent through its operations.",
  .check = check_duals};

const Property double_backward{
  .id = "double-backward",
  .claim = "The gradient of the gradient multiplies by -λ once more for each reversal that it passes.",
  .explain =
    "The contract of higher order: each application of a reversal, in any graph, multiplies the cotangent by "
    "-λ, and λ gets no gradient. A "
    "Hessian block between two leaves behind reversals a and b is therefore the plain one times ab. "
    "Moving-base differences of the "
    "gradient field do not give this, which is why torch.autograd.gradgradcheck refuses a correct "
    "sin(GRL(x)).",
  .breaks =
    ".data, detach or numpy in backward, a hook that detaches, or a second Function with the "
    "sign wrong.",
  .mend =
    "Compute -λ * grad_output with the framework's own operations; mark with "
    "@once_differentiable what must not be differentiated twice.",
  .check = check_double_backward,
  .tier = Tier::recommended};

}  // namespace gradproof::inline v0
