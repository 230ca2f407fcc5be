// The body of Evaluation, included by the files that instantiate it.
#pragma once

#include "gradproof/calculus.hpp"
#include "graph/apply.hpp"

namespace gradproof {

template <Number S>
Evaluation<S>::Evaluation(const Graph& graph, Bits precision)
    : graph_(&graph), precision_(precision), zero_(numeric<S>::from(Literal(0), precision)) {
  std::size_t total = 0;
  offset_.reserve(graph.size());
  for (const Node& node : graph.nodes()) {
    offset_.push_back(total);
    total += node.shape.size();
  }
  slab_.resize(total);
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const NodeId id{i};
    if (info(graph[id].op).kind != Kind::leaf) continue;
    const auto values = graph.values(id);
    const auto out = leaf(id);
    for (std::size_t k = 0; k < out.size(); ++k)
      out[k] = numeric<S>::from(values.size() == 1 ? values[0] : values[k], precision);
  }
}

template <Number S>
std::span<S> Evaluation<S>::leaf(NodeId id) {
  return {slab_.data() + offset_[id.index], (*graph_)[id].shape.size()};
}

template <Number S>
void Evaluation<S>::compute(NodeId id) {
  const Node& node = (*graph_)[id];
  const auto view = [&](int k) {
    const NodeId x = node.operand[static_cast<std::size_t>(k)];
    return View<S>{slab_.data() + offset_[x.index], (*graph_)[x].shape};
  };
  if (!apply_node<S>(node, view(0), view(1), slab_.data() + offset_[id.index], zero_) && !undefined_)
    undefined_ = id;
}

template <Number S>
void Evaluation<S>::run(const Intercept& intercept) {
  undefined_.reset();
  for (std::uint32_t i = 0; i < graph_->size(); ++i) {
    const NodeId id{i};
    if (info((*graph_)[id].op).kind == Kind::leaf) continue;
    if (intercept && intercept(id, leaf(id))) continue;
    compute(id);
  }
}

template <Number S>
void Evaluation<S>::run_after(NodeId changed) {
  std::vector<bool> stale(graph_->size(), false);
  stale[changed.index] = true;
  for (std::uint32_t i = changed.index + 1; i < graph_->size(); ++i) {
    for (const NodeId x : graph_->operands(NodeId{i}))
      if (stale[x.index]) stale[i] = true;
    if (stale[i]) compute(NodeId{i});
  }
}

template <Number S>
S Evaluation<S>::objective() const {
  S total = zero_;
  for (const Output& output : graph_->outputs()) {
    const auto value = (*this)[output.node];
    for (std::size_t i = 0; i < value.size(); ++i) {
      const Literal& v = output.cotangent.size() == 1 ? output.cotangent[0] : output.cotangent[i];
      total = total + numeric<S>::from(v, precision_) * value[i];
    }
  }
  return total;
}

}  // namespace gradproof
