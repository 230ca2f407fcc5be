// Rebuilding a graph with some of its nodes replaced: how the relations of the catalogue make their second
// graph.
#pragma once

#include <functional>

#include "gradproof/graph.hpp"

namespace gradproof::inline v0 {

class Rebuild {
 public:
  // What stands for a node in the new graph; nothing: the node itself.
  using Replace = std::function<std::optional<Expr>(Rebuild&, NodeId)>;
  explicit Rebuild(const Graph& graph) : graph_(graph) {}

  // Nodes in order, each kept or replaced; the outputs follow their nodes, or what `output` makes of them.
  [[nodiscard]] Graph run(const Replace& replace, const std::function<Expr(Rebuild&, Expr)>& output = {});

  [[nodiscard]] const Graph& graph() const { return graph_; }
  Builder& builder() { return builder_; }
  [[nodiscard]] Expr image(NodeId id) const { return image_[id.index]; }
  [[nodiscard]] Expr operand(NodeId id, std::size_t k) const { return image(graph_.operands(id)[k]); }
  // The node again, on the images of its operands or on others.
  Expr same(NodeId id);
  Expr same(NodeId id, std::span<const Expr> operands);
  // An extra output, after the graph's own.
  void extra_output(Expr e, Literal cotangent) { extra_.emplace_back(e, cotangent); }

 private:
  const Graph& graph_;
  Builder builder_;
  std::vector<Expr> image_;
  std::vector<std::pair<Expr, Literal>> extra_;
};

// The reversals of a graph, in order.
[[nodiscard]] std::vector<NodeId> reversals(const Graph& graph);
// Each reversal replaced by its operand.
[[nodiscard]] Graph without_reversals(const Graph& graph);
// One reversal (or, without `which`, all) with another λ.
[[nodiscard]] Graph with_lambda(const Graph& graph, std::optional<NodeId> which, const Literal& lambda);
// The same graph with other cotangents: f(output, entry, old) gives the new ones.
[[nodiscard]] Graph with_cotangents(
  const Graph& graph, const std::function<Literal(std::size_t, std::size_t, const Literal&)>& f);
// One operation alone: its operands are inputs with the given values (constants where detached), its output
// has the given cotangent.
[[nodiscard]] Graph one_node(const Graph& graph, NodeId id,
                             std::span<const std::vector<double>> operand_values,
                             std::span<const double> cotangent);
// How many operands and outputs read a node.
[[nodiscard]] std::vector<std::size_t> uses(const Graph& graph);

}  // namespace gradproof::inline v0
