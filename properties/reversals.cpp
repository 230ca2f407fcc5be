// What a reversal does, and what it leaves alone.
#include "catalogue.hpp"
#include "gradproof/ops.hpp"
#include "relations.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr std::string_view no_reversal = "the graph has no reversal";

Finding check_forward_identity(Subject& subject, const Case& c) {
  if (reversals(c.graph).empty()) return not_applicable(std::string(no_reversal));
  const Case plain = with_graph(c, without_reversals(c.graph));
  const std::vector<Case> both = {c, plain};
  const auto replies = subject.run(both);
  const auto reversed = numbers(replies[0], c), identity = numbers(replies[1], plain);
  if (!reversed) return reversed.error();
  if (!identity) return identity.error();
  Comparison comparison(c.graph);
  for (std::size_t i = 0; i < reversed->outputs.size(); ++i)
    for (std::size_t k = 0; k < reversed->outputs[i].size(); ++k)
      comparison.output_entry(i, k, identity->outputs[i][k], reversed->outputs[i][k]);
  return comparison.finish();
}

Finding check_reversal_scales(Subject& subject, const Case& c) {
  const Graph wrapped = Rebuild(c.graph).run({}, [](Rebuild&, Expr e) { return reverse(e, Literal(3)); });
  const std::vector<double> scale(c.graph.inputs().size(), -3.0);
  return relation(subject, c, {{1, wrapped, {}}}, scale);
}

Finding check_leaf_reversal(Subject& subject, const Case& c) {
  std::vector<Finding> findings;
  for (std::size_t i = 0; i < c.graph.inputs().size(); ++i) {
    const Graph wrapped = Rebuild(c.graph).run([&](Rebuild& r, NodeId id) -> std::optional<Expr> {
      if (id != c.graph.inputs()[i]) return {};
      return reverse(r.same(id), Literal(5));
    });
    std::vector<double> scale(c.graph.inputs().size(), 1.0);
    scale[i] = -5;
    findings.push_back(relation(subject, c, {{1, wrapped, {}}}, scale));
    if (findings.back().outcome == Outcome::fails) break;
  }
  return worst_of(findings, "the graph has no input");
}

Finding check_minus_one(Subject& subject, const Case& c) {
  if (reversals(c.graph).empty()) return not_applicable(std::string(no_reversal));
  return relation(subject, with_graph(c, with_lambda(c.graph, {}, Literal(-1))),
                  {{1, without_reversals(c.graph), {}}});
}

// f(reversal) for each reversal, until one fails.
Finding for_each_reversal(const Case& c, const std::function<Finding(NodeId)>& f) {
  std::vector<Finding> findings;
  for (const NodeId id : reversals(c.graph)) {
    findings.push_back(f(id));
    if (findings.back().outcome == Outcome::fails) break;
  }
  return worst_of(findings, no_reversal);
}

Graph replace_reversal(const Graph& graph, NodeId which,
                       const std::function<Expr(Rebuild&, Expr x, Expr lambda)>& f) {
  return Rebuild(graph).run([&](Rebuild& r, NodeId id) -> std::optional<Expr> {
    if (id != which) return {};
    return f(r, r.operand(id, 0), r.operand(id, 1));
  });
}

Finding check_zero_cuts(Subject& subject, const Case& c) {
  return for_each_reversal(c, [&](NodeId id) {
    const Graph cut = replace_reversal(c.graph, id, [](Rebuild&, Expr x, Expr) { return stop(x); });
    return relation(subject, with_graph(c, with_lambda(c.graph, id, Literal(0))), {{1, cut, {}}});
  });
}

// -λ/2, exactly: halving and negating a literal, or a product with a node.
Expr minus_half(Rebuild& r, NodeId lambda) {
  const Graph& g = r.graph();
  const bool literal =
    g[lambda].op == id_of<Constant>() && g.values(lambda).size() == 1 && g.values(lambda)[0].is_double();
  if (literal) return r.builder().constant(g[lambda].shape, Literal(g.values(lambda)[0].nearest() * -0.5));
  return r.image(lambda) * r.builder().constant(g[lambda].shape, Literal(-0.5));
}

Finding check_stacking(Subject& subject, const Case& c) {
  return for_each_reversal(c, [&](NodeId id) {
    const Graph stacked = replace_reversal(c.graph, id, [&](Rebuild& r, Expr x, Expr) {
      return reverse(reverse(x, Literal(2)), minus_half(r, c.graph.operands(id)[1]));
    });
    return relation(subject, c, {{1, stacked, {}}});
  });
}

Finding check_affine(Subject& subject, const Case& c) {
  return for_each_reversal(c, [&](NodeId id) {
    // g(λ) = g(0) + λ (g(1) - g(0)), so g(3) = 3 g(1) - 2 g(0).
    return relation(
      subject, with_graph(c, with_lambda(c.graph, id, Literal(3))),
      {{3, with_lambda(c.graph, id, Literal(1)), {}}, {-2, with_lambda(c.graph, id, Literal(0)), {}}});
  });
}

// Each place that reads the node gets a reversal of its own.
Graph copied_per_consumer(const Graph& graph, NodeId which) {
  return Rebuild(graph).run(
    [&](Rebuild& r, NodeId id) -> std::optional<Expr> {
      const auto operands = graph.operands(id);
      std::array<Expr, 2> x{};
      bool reads = false;
      for (std::size_t k = 0; k < operands.size(); ++k) {
        x[k] = r.image(operands[k]);
        if (operands[k] != which) continue;
        x[k] = r.same(which);
        reads = true;
      }
      if (!reads) return {};
      return r.same(id, std::span(x.data(), operands.size()));
    },
    [&](Rebuild& r, Expr e) { return e.id == r.image(which).id ? r.same(which) : e; });
}

Finding check_one_copy(Subject& subject, const Case& c) {
  const auto count = uses(c.graph);
  std::vector<Finding> findings;
  for (const NodeId id : reversals(c.graph)) {
    if (count[id.index] < 2) continue;
    findings.push_back(relation(subject, c, {{1, copied_per_consumer(c.graph, id), {}}}));
    if (findings.back().outcome == Outcome::fails) break;
  }
  return worst_of(findings, "no reversal has two consumers");
}

Finding check_unreachable(Subject& subject, const Case& c) {
  std::vector<Finding> findings;
  for (const NodeId input : c.graph.inputs()) {
    const Graph more = Rebuild(c.graph).run([&](Rebuild& r, NodeId id) -> std::optional<Expr> {
      if (id != input) return {};
      const Expr x = r.same(id);
      r.extra_output(reverse(x, Literal(7)), Literal(0));
      return x;
    });
    findings.push_back(relation(subject, c, {{1, more, {}}}));
    if (findings.back().outcome == Outcome::fails) break;
  }
  return worst_of(findings, "the graph has no input");
}

// reverse(op(x, y)) becomes op(reverse x, reverse y).
Finding check_hoist(Subject& subject, const Case& c) {
  std::vector<Finding> findings;
  for (const NodeId id : reversals(c.graph)) {
    const NodeId inner = c.graph.operands(id)[0];
    if (info(c.graph[inner].op).kind == Kind::leaf || !c.graph[c.graph.operands(id)[1]].shape.is_scalar())
      continue;
    const unsigned detached = info(c.graph[inner].op).detached;
    const Graph hoisted = Rebuild(c.graph).run([&](Rebuild& r, NodeId node) -> std::optional<Expr> {
      if (node != id) return {};
      std::array<Expr, 2> x{};
      const auto operands = c.graph.operands(inner);
      for (std::size_t k = 0; k < operands.size(); ++k)
        x[k] =
          (detached >> k & 1U) != 0 ? r.image(operands[k]) : reverse(r.image(operands[k]), r.operand(id, 1));
      return r.same(inner, std::span(x.data(), operands.size()));
    });
    findings.push_back(relation(subject, c, {{1, hoisted, {}}}));
    if (findings.back().outcome == Outcome::fails) break;
  }
  return worst_of(findings, "no reversal stands on an operation");
}

}  // namespace

const Property forward_identity{
  .id = "forward-identity",
  .claim = "The forward values are those of the graph without its reversals, bit for bit.",
  .explain =
    "A reversal is the identity forward. Common ways to lose that: the stop-gradient trick (1+λ)·sg(x) - "
    "λ·x, which rounds and overflows; "
    "x + 0, which turns -0 into +0; a trip through another dtype; λ applied to the forward value.",
  .breaks =
    "The same as for forward-bits, but only behind or before other operations: a result buffer "
    "that the next call overwrites.",
  .mend = "Return a tensor of the call's own.",
  .check = check_forward_identity};

const Property reversal_scales{
  .id = "reversal-scales",
  .claim = "A reversal of strength s multiplies the gradient behind it by -s, whatever the graph.",
  .explain =
    "Which parameters flip? Those below the layer, all of them, by the same factor. Here every output is put "
    "behind a reversal of 3, and "
    "every gradient must become -3 times what it was.",
  .breaks =
    "λ that is dropped or squared when layers are stacked, or a clip that only larger gradients "
    "meet.",
  .mend = "Multiply by -λ in backward, whatever comes in.",
  .check = check_reversal_scales};

const Property leaf_reversal{.id = "leaf-reversal",
                             .claim = "A reversal around one leaf scales that leaf's gradient and no other.",
                             .explain =
                               "The domain head above the layer and everything beside it still descend: only "
                               "what stands below the layer is reversed.",
                             .breaks = "A hook on a shared tensor, a cotangent that is negated in place.",
                             .mend = "Touch nothing but the gradient that backward returns.",
                             .check = check_leaf_reversal};

const Property minus_one_is_no_reversal{
  .id = "minus-one-is-no-reversal",
  .claim = "With λ = -1 a reversal is no reversal: the gradient is that of the graph without it.",
  .explain =
    "-λ = 1. This is the one λ at which an ordinary gradient checker accepts a reversal; a layer that clamps "
    "or takes |λ| fails here.",
  .breaks = "abs(λ), max(λ, 0), or a clamp to [0, 1].",
  .mend = "Take λ as it is; refuse a λ that you don't want with an exception.",
  .check = check_minus_one};

const Property zero_cuts{.id = "zero-cuts",
                         .claim = "With λ = 0 a reversal passes no gradient.",
                         .explain =
                           "λ schedules begin at 0, so this is the first step of most trainings. `λ or 1.0` "
                           "and `if lambda_:` fail here.",
                         .breaks = "`λ or 1.0`, `if λ:` and default arguments that take 0 for absent.",
                         .mend = "Write `1.0 if λ is None else λ`.",
                         .check = check_zero_cuts};

const Property stacking_multiplies{
  .id = "stacking-multiplies",
  .claim = "Two reversals in a row multiply: reversing by 2 and then by -λ/2 is reversing by λ.",
  .explain =
    "(-2)(λ/2) = -λ. Layers that share their λ through a class attribute or a global, and layers that square "
    "or drop it when stacked, fail here.",
  .breaks =
    "One λ for all layers of the class, or a marker on the tensor that a second layer takes for "
    "its own.",
  .mend = "Keep λ per pass, on ctx.",
  .check = check_stacking};

const Property affine_in_lambda{
  .id = "affine-in-lambda",
  .claim = "The gradient is an affine function of each λ.",
  .explain = "g(3) = 3 g(1) - 2 g(0). Clamped, squared or rounded λs fail here.",
  .breaks = "λ clamped, squared, rounded to an integer or to two decimals, or passed through tanh.",
  .mend = "Use λ once and as it is; a schedule belongs to the training loop.",
  .check = check_affine};

const Property one_copy_per_consumer{
  .id = "one-copy-per-consumer",
  .claim = "A reversal that several consumers read equals one copy of it for each.",
  .explain =
    "Cotangents of all consumers are summed and then scaled, or scaled and then summed: the same. A buffer "
    "that the second backward "
    "overwrites, or a hook that fires once for each consumer, fails here.",
  .breaks =
    "A hook that fires once for each consumer, or a buffer that the second backward pass "
    "overwrites.",
  .mend = "Let autograd add the consumers' gradients up, and scale the sum once, in backward.",
  .check = check_one_copy};

const Property unreachable_lambda{
  .id = "unreachable-lambda",
  .claim = "A reversal that no cotangent passes has no effect.",
  .explain =
    "Another layer alive in the same process, with a λ of its own, changes "
    "nothing here. A λ stored on the class (the last writer wins) and a "
    "hook on a shared tensor fail.",
  .breaks = "λ on the class or in a global, which any other layer overwrites.",
  .mend = "Keep λ per layer and per pass.",
  .check = check_unreachable};

const Property hoist{
  .id = "hoist",
  .claim = "To first order, reversing a result is reversing each operand of the operation that made it.",
  .explain =
    "The backward pass is linear in the cotangent, so -λ may be applied above or below any operation. This "
    "finds operations whose backward is not "
    "linear, and reversals that depend on where they stand.",
  .breaks = "A backward pass that looks at the sign, the norm or the size of the gradient.",
  .mend = "Multiply by -λ; no gradient needs an exception.",
  .check = check_hoist};

}  // namespace gradproof::inline v0
