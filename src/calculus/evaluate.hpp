// The body of Evaluation, included by the files that instantiate it.
#pragma once

#include <cassert>

#include "calculus/placement.hpp"
#include "gradproof/calculus.hpp"
#include "graph/apply.hpp"

namespace gradproof::inline v0 {

template <Number S>
Evaluation<S>::Evaluation(const Graph& graph, Bits precision, Keep keep)
    : graph_(&graph), precision_(precision), keep_(keep), zero_(numeric<S>::from(Literal(0), precision)) {
  Placement placement = place(graph, keep);
  slab_ = Slab<S>(placement.total, zero_);
  offset_ = std::move(placement.offset);
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const NodeId id{i};
    if (info(graph[id].op).kind != Kind::leaf) continue;
    const auto values = graph.values(id);
    const auto out = leaf(id);
    for (std::size_t k = 0; k < out.size(); ++k)
      out[k] = values.size() == 1 && k > 0 ? out[0] : numeric<S>::from(values[k], precision);
  }
  plan();
}

// An operation on single numbers goes by the table below; one that has an attribute, or is more than a function
// of its operands' entries, reads its node.
template <Number S>
void Evaluation<S>::plan() {
  assert(graph_->size() < general);
  steps_.reserve(graph_->size());
  for (std::uint32_t i = 0; i < graph_->size(); ++i) {
    const Node& node = (*graph_)[NodeId{i}];
    const OpInfo& op = info(node.op);
    if (op.kind == Kind::leaf) continue;
    const bool single =
      node.shape.is_scalar() && op.attribute == AttributeKind::none && op.kind != Kind::linear;
    steps_.push_back({offset_[node.operand[0].index], offset_[node.operand[1].index], offset_[i],
                      single ? node.op.index : general + i});
  }
}

template <Number S>
std::span<S> Evaluation<S>::leaf(NodeId id) {
  return {slab_.data() + offset_[id.index], (*graph_)[id].shape.size()};
}

// False when the node has no value in S.
template <Number S>
bool Evaluation<S>::compute(const Step& step) {
  S* const slab = slab_.data();
  if (step.work < general) return single_kernels<S>[step.work](slab + step.y, slab + step.a, slab + step.b);
  const Node& node = (*graph_)[NodeId{step.work - general}];
  return apply_node<S>(node, {slab + step.a, (*graph_)[node.operand[0]].shape},
                       {slab + step.b, (*graph_)[node.operand[1]].shape}, slab + step.y, zero_);
}

template <Number S>
NodeId Evaluation<S>::node_of(const Step& step) const {
  std::size_t before = static_cast<std::size_t>(&step - steps_.data());
  std::uint32_t i = 0;
  while (info((*graph_)[NodeId{i}].op).kind == Kind::leaf || before-- > 0) ++i;
  return NodeId{i};
}

template <Number S>
void Evaluation<S>::run(const Intercept& intercept) {
  undefined_.reset();
  if (!intercept) {
    for (const Step& step : steps_)
      if (!compute(step) && !undefined_) undefined_ = node_of(step);
    return;
  }
  const Step* step = steps_.data();
  for (std::uint32_t i = 0; i < graph_->size(); ++i) {
    const NodeId id{i};
    if (info((*graph_)[id].op).kind == Kind::leaf) continue;
    if (!intercept(id, leaf(id)) && !compute(*step) && !undefined_) undefined_ = id;
    ++step;
  }
}

template <Number S>
void Evaluation<S>::run_after(NodeId changed) {
  assert(keep_ == Keep::all);
  std::vector<bool> stale(graph_->size(), false);
  stale[changed.index] = true;
  const Step* step = steps_.data();
  for (std::uint32_t i = 0; i < graph_->size(); ++i) {
    if (info((*graph_)[NodeId{i}].op).kind == Kind::leaf) continue;
    for (const NodeId x : graph_->operands(NodeId{i}))
      if (stale[x.index]) stale[i] = true;
    if (stale[i]) compute(*step);
    ++step;
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

}  // namespace gradproof::inline v0
