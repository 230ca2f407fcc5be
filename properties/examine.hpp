// Running properties on many cases, with what fails made small.
#pragma once

#include <atomic>
#include <functional>

#include "gradproof/generate.hpp"
#include "gradproof/verdict.hpp"

namespace gradproof::inline v0 {

// Adds up findings of one property in one dtype.
class Tallying {
 public:
  Tallying(const Property& property, Dtype dtype);
  void add(const Finding& finding);
  // Its failures are known, and accepted for this reason.
  void accept(const std::string& reason) { tally_.known = reason; }
  [[nodiscard]] Tally tally() const;

 private:
  Tally tally_;
  std::vector<double> powers_;
};

// What a reader counts: inputs and operations. Constants are part of the line that uses them.
[[nodiscard]] std::size_t reader_nodes(const Graph& graph);

// The smallest graph on which the property fails in the same way (same residual class), by the moves of
// generate.
[[nodiscard]] Counterexample shrunk(Subject& subject, const Property& property, const Case& failing,
                                    const Finding& finding, std::size_t budget = 2000);
// The same for any check. `may_be` says which graphs it may come down to.
[[nodiscard]] Counterexample shrunk(std::string id, const std::function<Finding(const Case&)>& check,
                                    const std::function<bool(const Graph&)>& may_be, const Case& failing,
                                    const Finding& finding, std::size_t budget = 2000);

struct Examination {
  std::uint64_t seed = 1;
  std::uint64_t graphs = 100;
  Dtype dtype = Dtype::f64;
  Recipe exact{.family = Family::exact};
  Recipe smooth{.family = Family::smooth};
  bool until_first_failure = true;
  std::size_t jobs = 1;                              // threads, where the subject can be had more than once
  const std::atomic<bool>* stop = nullptr;           // set from a signal handler
  std::function<void(std::uint64_t done)> progress;  // after each graph
};

// The graph that the index of an examination stands for: exact and smooth by turns.
[[nodiscard]] Graph nth_graph(const Examination& e, std::uint64_t index);

struct Examined {
  Tally tally;
  std::optional<Counterexample> counterexample;
  std::optional<std::uint64_t> found_at;  // how many graphs it took, counted from 1
};

// The result does not depend on the number of jobs.
[[nodiscard]] Examined examine(Subject& subject, const Property& property, const Examination& e);

}  // namespace gradproof::inline v0
