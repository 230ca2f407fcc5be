// The generator and the moves under RapidCheck, and a property run by it. RapidCheck keeps parameters in
// static variables: one run at a time, from one thread.
#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

#include <rapidcheck/Gen.h>

#include "gradproof/generate.hpp"
#include "gradproof/property.hpp"

namespace gradproof {

// Graphs of a recipe, shrinking by the moves of SmallerGraphs. RapidCheck's size has no say: lengths are
// uniform.
[[nodiscard]] rc::Gen<Graph> arbitrary_graph(const Recipe& recipe);

// How RapidCheck prints a graph.
void showValue(const Graph& graph, std::ostream& out);

struct ReadyVerdict {
  Outcome outcome = Outcome::holds;
  std::string reason;
};

struct PropertyTest {
  std::string id;  // each id draws graphs of its own from the same seed
  std::function<ReadyVerdict(const Graph&)> check;
  Recipe recipe;
  std::uint64_t seed = 1;
  int graphs = 100;
  int undecided_per_decided = 10;  // more that are undecided or not applicable, and the whole is undecided
  std::size_t shrink_budget = 1000;
};

struct PropertyReport {
  Outcome outcome = Outcome::undecided;
  int held = 0;
  int undecided = 0;
  std::size_t shrinks_tried = 0;
  bool shrinking_cut_short = false;
  std::string reason;            // of the failure, or of giving up
  std::optional<Graph> minimal;  // the smallest graph on which it failed
};

[[nodiscard]] PropertyReport run_property(const PropertyTest& test);

}  // namespace gradproof
