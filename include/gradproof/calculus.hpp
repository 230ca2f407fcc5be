// Evaluation, reverse mode as a graph, and the oracles that judge it.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradproof/graph.hpp"

namespace gradproof::inline v0 {

// --- Evaluation
// -------------------------------------------------------------------------------------------------------

// Which values an evaluation keeps: those of all nodes, or only of leaves and outputs. The others' memory then
// serves again as soon as they have been read for the last time.
enum class Keep { all, outputs };

// A graph's values in one number type. Leaves are loaded once; change some and run again. The graph must
// outlive it. Instantiated for float, double, Real, Ball, Complex<Real>, Dual<Real>, Rational, Dual<Rational>, and
// the analyses of src/number.
template <Number S>
class Evaluation {
 public:
  // `precision` matters to types that have one.
  explicit Evaluation(const Graph& graph, Bits precision = {}, Keep keep = Keep::all);

  [[nodiscard]] std::span<S> leaf(NodeId id);
  // Computes every node. `intercept(node, out)`, where given, may fill a node in our stead by returning true.
  using Intercept = std::function<bool(NodeId, std::span<S> out)>;
  void run(const Intercept& intercept = {});
  // Computes only what depends on this leaf; needs Keep::all.
  void run_after(NodeId leaf);

  // With Keep::outputs, of leaves and outputs only.
  [[nodiscard]] std::span<const S> operator[](NodeId id) const {
    return {slab_.data() + offset_[id.index], graph_->operator[](id).shape.size()};
  }
  // The sum over the outputs of <cotangent, value>, whose gradient reverse mode computes.
  [[nodiscard]] S objective() const;
  // The first node without a value in S: a division by zero in rationals, an analytic function of a rational.
  [[nodiscard]] std::optional<NodeId> undefined() const { return undefined_; }

 private:
  // One node's work, laid out for the processor: where its operands and its result stand, and either an
  // operation on single numbers, or (from `general` on) a node that needs more.
  struct Step {
    std::uint32_t a, b, y, work;
  };
  static constexpr std::uint32_t general = std::uint32_t{1} << 31;
  void plan();
  bool compute(const Step& step);
  [[nodiscard]] NodeId node_of(const Step& step) const;

  const Graph* graph_;
  Bits precision_;
  Keep keep_;
  S zero_;
  Slab<S> slab_;
  std::vector<std::uint32_t> offset_;
  std::vector<Step> steps_;  // of all nodes but the leaves, in order
  std::optional<NodeId> undefined_;
};

// Values of all nodes, computed.
template <Number S>
[[nodiscard]] Evaluation<S> evaluate(const Graph& graph, Bits precision = {}) {
  Evaluation<S> e(graph, precision);
  e.run();
  return e;
}

// --- Reverse mode
// -----------------------------------------------------------------------------------------------------

// Where the sweep starts: from the cotangents of the outputs as literals, or from new inputs (one for each
// output, after the graph's own) so that the result can be differentiated with respect to the cotangent too.
enum class Seed { literal, input };

// What reverse mode does with each product of a partial derivative and a cotangent. The default is right; a
// planted fault overrides it.
class Backward {
 public:
  virtual ~Backward() = default;
  // One operand of one node: the place at which a contribution is made.
  struct At {
    const Graph& graph;
    NodeId node;
    int operand;
  };
  virtual Expr contribution(const At& /*at*/, const Expr& honest, const Expr& /*cotangent*/) const {
    return honest;
  }
  virtual Expr accumulate(const Graph& /*graph*/, NodeId /*node*/, const Expr& sum, const Expr& next) const {
    return sum + next;
  }
};

// The reverse-mode gradient as a graph. Its nodes begin with those of `graph`, its inputs are the graph's
// inputs (then the cotangents, with Seed::input), and its outputs are the graph's outputs, then the gradient
// of each input. It is a graph like any other: evaluate it in any number type, or take its gradient. Each
// application of a reversal, in any graph, multiplies the cotangent by -lambda.
[[nodiscard]] Graph gradient(const Graph& graph, Seed seed = Seed::literal, const Backward& backward = {});

// --- The anchored graph
// -----------------------------------------------------------------------------------------------

// A graph whose true derivative at the base point is the declared gradient of the original: every node with a
// surrogate s becomes y0 + s(x) - s(x0), with y0 and x0 frozen. A frozen leaf has no literal; load it with
// the value of `source` in the original graph.
struct Anchored {
  // A frozen leaf of the anchored graph, and the node of the original whose value it takes.
  struct Frozen {
    NodeId leaf, source;
  };
  Graph graph;
  std::vector<NodeId> inputs;  // where the original's inputs are, in their order
  std::vector<Frozen> frozen;
};
[[nodiscard]] Anchored anchored(const Graph& graph);

}  // namespace gradproof::inline v0
