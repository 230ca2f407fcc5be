// The table's rules, one operation at a time, at the places of the case's graph.
#include "catalogue.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/oracle.hpp"
#include "relations.hpp"

namespace gradproof::inline v0 {

namespace {

// Small integers that differ from entry to entry, so that every sum below is exact and no two entries can be
// mistaken for each other.
std::vector<double> integers(std::size_t size, int seed) {
  std::vector<double> values;
  for (std::size_t i = 0; i < size; ++i)
    values.push_back(static_cast<double>((static_cast<int>(i) * 5 + seed) % 13 + 1) * (i % 3 == 2 ? -1 : 1));
  return values;
}

// <A e_i, v> for each unit vector e_i in place of operand k: what the adjoint of A must give for v. A is the
// map in that operand, the others held fixed; for an affine map (concat) the part that does not depend on the
// operand is taken off.
std::vector<double> adjoint_by_columns(const Graph& g, NodeId input) {
  Evaluation<double> e(g);
  std::ranges::fill(e.leaf(input), 0.0);
  e.run();
  const double base = e.objective();
  std::vector<double> result;
  for (std::size_t i = 0; i < e.leaf(input).size(); ++i) {
    e.leaf(input)[i] = 1;
    e.run_after(input);
    result.push_back(e.objective() - base);
    e.leaf(input)[i] = 0;
  }
  return result;
}

Finding check_linear_node(Subject& subject, const Case& c, NodeId id) {
  std::vector<std::vector<double>> operands;
  for (const NodeId x : c.graph.operands(id))
    operands.push_back(integers(c.graph[x].shape.size(), static_cast<int>(operands.size()) * 3));
  const Graph g = one_node(c.graph, id, operands, integers(c.graph[id].shape.size(), 7));
  const Case small = with_graph(c, g);
  if (const Judged judged(g, c.dtype); !judged.exact(c.dtype))
    return undecided("the sums are not exact in " + std::string(format(c.dtype).words));
  const auto answer = numbers(subject.run(small), small);
  if (!answer) return answer.error();
  Comparison comparison(g);
  for (std::size_t i = 0; i < g.inputs().size(); ++i) {
    const auto expected = adjoint_by_columns(g, g.inputs()[i]);
    for (std::size_t k = 0; k < expected.size(); ++k)
      comparison.gradient_entry(i, k, expected[k], answer->gradients[i][k], 0);
  }
  return comparison.finish();
}

Finding check_transpose_identity(Subject& subject, const Case& c) {
  std::vector<Finding> findings;
  for (std::uint32_t i = 0; i < c.graph.size(); ++i) {
    const Node& node = c.graph[NodeId{i}];
    if (info(node.op).kind != Kind::linear || node.shape.size() == 0) continue;
    findings.push_back(check_linear_node(subject, c, NodeId{i}));
    if (findings.back().outcome == Outcome::fails) break;
  }
  return worst_of(findings, "the graph has no linear operation");
}

Finding check_elementwise_node(Subject& subject, const Case& c, NodeId id, const Evaluation<double>& values) {
  std::vector<std::vector<double>> operands;
  for (const NodeId x : c.graph.operands(id)) {
    operands.emplace_back(values[x].begin(), values[x].end());
    for (double& v : operands.back()) v = rounded(c.dtype, v);
  }
  const Graph g = one_node(c.graph, id, operands, integers(c.graph[id].shape.size(), 2));
  return gradient_duals.check(subject, with_graph(c, g));
}

Finding check_partials(Subject& subject, const Case& c) {
  if (!well_defined(c.graph)) return undecided("a value is not finite or outside an operation's domain");
  const Evaluation<double> values = evaluate<double>(c.graph);
  std::vector<Finding> findings;
  for (std::uint32_t i = 0; i < c.graph.size(); ++i) {
    const Node& node = c.graph[NodeId{i}];
    const Kind kind = info(node.op).kind;
    if ((kind != Kind::elementwise && kind != Kind::selection) || node.shape.size() == 0) continue;
    findings.push_back(check_elementwise_node(subject, c, NodeId{i}, values));
    if (findings.back().outcome == Outcome::fails) break;
  }
  return worst_of(findings, "the graph has no elementwise operation");
}

}  // namespace

const Property transpose_identity{
  .id = "transpose-identity",
  .claim =
    "Every linear operation A passes the cotangent y on as its adjoint: <A x, y> = <x, Aᵀ y>, exactly.",
  .explain =
    "The adjoint is found column by column from the forward map, with small integers, so there is no "
    "tolerance. It judges sum, broadcast, "
    "transpose, reshape, slice, concat and matmul, in each operand, at the shapes of the graph.",
  .breaks = "An adjoint with an axis exchanged, or a broadcast that is not summed back.",
  .mend = "Derive the backward map from <A x, y> = <x, Aᵀ y>.",
  .check = check_transpose_identity};

const Property partials_of_surrogate{
  .id = "partials-of-surrogate",
  .claim =
    "Every elementwise operation's declared partial derivatives are the true derivatives of its surrogate.",
  .explain =
    "One operation at a time, at the operands that the graph gives it. The surrogate is the forward function "
    "unless the operation declares "
    "another one (reverse, stop, straight-through rounding).",
  .breaks = "A partial derivative written for another form of the function than the one computed.",
  .mend = "Differentiate the surrogate, and compare at one point by hand.",
  .check = check_partials};

}  // namespace gradproof::inline v0
