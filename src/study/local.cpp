#include "study/local.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "gradproof/calculus.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/real.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr Bits exact_enough{256};  // beside the 53 bits that are kept of a number

// Reverse mode as it is; but each node's adjoint gets a name, by which it is found in the finished graph.
class NamedAdjoints : public Backward {
 public:
  Expr contribution(const At& at, const Expr& honest, const Expr& cotangent) const override {
    if (cotangent.builder != nullptr) {
      names_.try_emplace(at.node, cotangent.id);
      cotangent.builder->rename(cotangent.id, "adjoint " + std::to_string(cotangent.id.index));
    }
    return honest;
  }
  // The name of a node's adjoint; none where no gradient passed.
  [[nodiscard]] std::optional<std::string> name_of(NodeId node) const {
    const auto found = names_.find(node);
    if (found == names_.end()) return {};
    return "adjoint " + std::to_string(found->second.index);
  }

 private:
  mutable std::map<NodeId, NodeId> names_;
};

// Numbers of the format, or nothing where one of them is none.
std::optional<std::vector<Literal>> literals(std::span<const Real> exact, Dtype dtype) {
  std::vector<Literal> all;
  for (const Real& x : exact) {
    const double v = rounded(dtype, x);
    if (!std::isfinite(v)) return {};
    all.emplace_back(v);
  }
  return all;
}

std::optional<Graph> alone(const Graph& graph, NodeId id, const Evaluation<Real>& values,
                           std::span<const Real> adjoint, Dtype dtype) {
  const Node& node = graph[id];
  Builder b;
  std::vector<Expr> operands;
  for (std::size_t k = 0; k < graph.operands(id).size(); ++k) {
    const NodeId x = graph.operands(id)[k];
    const auto entries = literals(values[x], dtype);
    if (!entries) return {};
    // What gets no gradient of this node is a constant; a λ in a graph for others is a literal that is not rounded.
    const bool detached = (info(node.op).detached >> k & 1U) != 0;
    const bool scalar_lambda =
      detached && graph.values(x).size() == 1 && info(graph[x].op).kind == Kind::leaf;
    if (scalar_lambda) operands.push_back(b.constant(graph[x].shape, graph.values(x)));
    else if (detached) operands.push_back(b.constant(graph[x].shape, *entries));
    else operands.push_back(b.input(graph[x].shape, *entries, k == 0 ? "x" : "y"));
  }
  const auto cotangent = literals(adjoint, dtype);
  if (!cotangent) return {};
  b.output(b.node(node.op, operands, node.attributes), *cotangent);
  auto finished = std::move(b).finish();
  if (!finished) return {};
  return *std::move(finished);
}

}  // namespace

std::vector<LoneNode> lone_nodes(const Graph& graph, Dtype dtype) {
  const NamedAdjoints names;
  const Graph backward = gradient(graph, Seed::literal, names);
  const Evaluation<Real> values = evaluate<Real>(graph, exact_enough);
  const Evaluation<Real> all = evaluate<Real>(backward, exact_enough);
  std::map<std::string, NodeId> place;
  for (std::uint32_t i = 0; i < backward.size(); ++i) place.emplace(backward.name(NodeId{i}), NodeId{i});
  std::vector<LoneNode> nodes;
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const NodeId id{i};
    const auto name = names.name_of(id);
    if (info(graph[id].op).kind == Kind::leaf || !name || !place.contains(*name)) continue;
    if (auto lone = alone(graph, id, values, all[place.at(*name)], dtype))
      nodes.push_back({graph[id].op, *std::move(lone)});
  }
  return nodes;
}

}  // namespace gradproof::inline v0
