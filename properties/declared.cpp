// A layer against the graph, or the words, that declare its value and its gradient.
#include <algorithm>

#include "catalogue.hpp"
#include "compare.hpp"
#include "lone.hpp"

namespace gradproof::inline v0 {

namespace {

// The layer alone, asked with the input and the cotangent of the graph that declares it. A layer of another contract has no
// λ; a reversal is asked with its own.
Case asked(const Case& c) {
  const Graph& g = c.graph;
  const auto layer = lone(g);
  const NodeId input = g.inputs()[0];
  Builder b;
  const Expr x = b.input(g[input].shape, g.values(input), "x");
  b.output(reverse(x, Literal(layer ? layer->lambda : 1)), g.outputs()[0].cotangent);
  Case alone = c;
  alone.graph = std::move(b).finish_or_die();
  alone.contract.clear();
  return alone;
}

// Forward the identity, backward each entry of the cotangent clipped; both without rounding.
void compare_clipped(Comparison& comparison, const Lone& layer, double bound, const Numbers& observed) {
  for (std::size_t k = 0; k < layer.x.size(); ++k) {
    comparison.output_entry(0, k, layer.x[k], observed.outputs[0][k]);
    const double expected = std::clamp(layer.cotangent[k], -bound, bound), seen = observed.gradients[0][k];
    const bool agrees = expected == seen || (std::isnan(expected) && std::isnan(seen));
    comparison.judged_gradient_entry(0, k, expected, seen, 0, agrees);
  }
}

void compare_graph(Comparison& comparison, const Judged& judged, Dtype dtype, const Numbers& observed) {
  const bool exact = judged.exact(dtype);
  ProvenGradient proven(judged.graph());
  for (std::size_t k = 0; k < observed.outputs[0].size(); ++k) {
    const Bound& b = judged.value_bound(0, k);
    comparison.near_output_entry(0, k, b.value, observed.outputs[0][k], exact ? 0 : 2 * b.error);
  }
  for (std::size_t k = 0; k < observed.gradients[0].size(); ++k)
    comparison.true_entry(proven, 0, k, judged.bound(0, k).value, judged.bound(0, k).error,
                          observed.gradients[0][k], exact ? 0 : judged.allowed(0, k));
}

Finding check_declared(Subject& subject, const Case& c) {
  const Graph& g = c.graph;
  if (g.inputs().size() != 1 || g.outputs().size() != 1 ||
      g[g.inputs()[0]].shape != g[g.outputs()[0].node].shape)
    return not_applicable("a layer's declaration is a graph of one input and one output of one shape");
  const Case alone = asked(c);
  const auto layer = lone(g);
  const bool clips = c.contract.starts_with("clip ");
  if (clips && !layer)
    return not_applicable("a clipped cotangent is declared beside a graph of one reversal");
  Comparison comparison(g);
  const auto answer = numbers(subject.run(alone), alone);
  if (!answer) {
    Finding f = answer.error();
    f.question.graph = alone.graph;
    return f;
  }
  if (clips) {
    compare_clipped(comparison, *layer, Literal::parse(c.contract.substr(5)).value_or(Literal(0)).nearest(),
                    *answer);
  } else {
    const Judged judged(g, c.dtype);
    if (!judged.undecidable().empty()) return undecided(judged.undecidable());
    compare_graph(comparison, judged, c.dtype, *answer);
  }
  Finding f = comparison.finish();
  f.question.graph = alone.graph;
  if (g[g.inputs()[0]].shape.size() == 0 && f.outcome == Outcome::not_applicable) f.outcome = Outcome::holds;
  return f;
}

}  // namespace

const Property declared_gradient{
  .id = "declared-gradient",
  .claim = "The layer's value and gradient are those that its contract declares.",
  .explain =
    "For layers whose gradient is deliberately not the derivative (straight-through estimators, clipping) "
    "and for ordinary custom "
    "operations. The contract is a graph: its forward pass is what the layer must compute, its declared "
    "gradient what backward must give, "
    "each within what rounding explains. The layer is asked alone, where the graph stands.",
  .breaks =
    "A gate that was forgotten, a gradient of zero where it should pass, a bound on the norm "
    "where one on each entry was declared.",
  .mend =
    "Compare the function with the graph of its contract, one operation at a time; or declare "
    "what the layer really does.",
  .check = check_declared,
  .looks = Looks::at_the_layer};

}  // namespace gradproof::inline v0
