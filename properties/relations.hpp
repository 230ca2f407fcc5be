// What the checks of the catalogue share: running a subject on two graphs and comparing their gradients under
// derived bounds.
#pragma once

#include "compare.hpp"
#include "rebuild.hpp"

namespace gradproof::inline v0 {

// A second graph and how the original's gradient follows from its: the sum of factor * gradient over the
// terms. A term's inputs stand for the original's inputs by `input_of`: entry i names the original input that
// the variant's input i belongs to; empty: the same, in order.
struct Term {
  double factor;
  Graph graph;
  std::vector<std::size_t> input_of;
};

// The gradient of the case's graph with respect to input i, times scale[i] (all 1 when empty), equals the sum
// of the terms'.
[[nodiscard]] Finding relation(Subject& subject, const Case& c, const std::vector<Term>& terms,
                               std::span<const double> scale = {});
// The first finding that fails, else one that sums up: holds if any holds.
[[nodiscard]] Finding worst_of(const std::vector<Finding>& findings, std::string_view when_empty);
// The same case with another graph.
[[nodiscard]] Case with_graph(const Case& c, Graph graph);

}  // namespace gradproof::inline v0
