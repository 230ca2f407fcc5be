// How a subject's gradients err on random graphs: against the condition of each entry, the depth of its graph and the
// strength of its reversals; and, node by node, which operation it comes from.
#pragma once

#include "gradproof/verify.hpp"

namespace gradproof::inline v0 {

// What is drawn, and in which format the subject answers.
struct ConditionOptions {
  std::uint64_t seed = 1;
  std::uint64_t graphs = 200;
  Dtype dtype = Dtype::f64;
  const std::atomic<bool>* stop = nullptr;
  std::function<void(const std::string& what, std::size_t done, std::size_t of)> progress{};
};

// Entries of gradients that have something in common.
struct ConditionRow {
  std::string what;                         // "1 to 10"
  double at = 0;                            // the middle of that, as a decimal logarithm
  std::uint64_t count = 0, within = 0;      // within twice the bound, as verdicts allow
  double median = 0, p99 = 0, highest = 0;  // errors in ulps of the truth
  double of_bound = 0;                      // the largest error over twice its bound
};

// One entry of a gradient, as a chart has it.
struct ConditionPoint {
  float condition = 0, depth = 0,
        strength = 0;  // decimal logarithms; the strength is that of the reversals together
  float ulps = 0;      // the error itself: 0 where the entry is exact
};

// What an operation's own backward step is off by: exact operands and an exact adjoint, rounded to the format, are put to
// one node alone.
struct LocalRow {
  std::string operation;
  std::uint64_t count = 0, within = 0;
  double median = 0, p99 = 0, highest = 0, of_bound = 0;
  std::string graph;  // the node with the largest share of its bound, as a graph that can be replayed
  std::string observed, truth;
};

// The whole study: who was asked, what was left out and why, the tables, and the operation that they come from.
struct ConditionStudy {
  ConditionOptions options;
  Report report;  // who was asked, and whether anything came of it
  std::uint64_t graphs = 0, unsupported = 0, no_answer = 0;
  std::uint64_t undecided = 0;   // graphs that may overflow, or that stand near a kink
  std::uint64_t not_finite = 0;  // entries, where a number is right
  std::uint64_t zeros = 0;       // entries that are exactly 0: no condition, left out
  std::vector<ConditionRow> by_condition, by_depth, by_strength;
  std::vector<ConditionPoint> points;
  std::vector<LocalRow> local;  // the largest share of the bound first
  std::string guilty;           // the operation whose own step is beyond its bound; empty where none is
};

// Starts the target and studies it. Where it does not start, the report within says why.
[[nodiscard]] ConditionStudy study_condition(const Target& target, const Launch& launch,
                                             const ConditionOptions& options);
// The same with a subject at hand, which has these operations.
void study_condition(Subject& subject, const std::vector<std::string>& ops, ConditionStudy& study);

// The tables as text, worst operations first.
[[nodiscard]] std::string to_text(const ConditionStudy& study);
// {"schema": "gradproof/condition/1", ...}; the schema is docs/reference/condition.schema.json.
[[nodiscard]] std::string to_json(const ConditionStudy& study);
// One file that needs no other, with the errors as charts; and a comment on a pull request.
[[nodiscard]] std::string to_html(const ConditionStudy& study);
[[nodiscard]] std::string to_markdown(const ConditionStudy& study);

}  // namespace gradproof::inline v0
