// Scalar functions on which gradient checkers go wrong, each with a point.
#pragma once

#include <string>
#include <vector>

#include "gradproof/differences.hpp"
#include "gradproof/graph.hpp"

namespace gradproof::inline v0 {

struct ScalarCase {
  std::string kind;     // what makes it hard
  std::string formula;  // for the reader
  std::string body;     // the graph from x to y, as text
  double point;
  // What its author would say of the formula computed in double, each operation correctly rounded.
  Accuracy accuracy;
};

// 24, of which 23 have a gradient that is not zero.
[[nodiscard]] const std::vector<ScalarCase>& scalar_cases();
[[nodiscard]] Graph graph_of(const ScalarCase& c);
// The formula in double, operation by operation, the same on every machine.
[[nodiscard]] double computed(const Graph& graph, double x);

}  // namespace gradproof::inline v0
