// Comparing a subject's numbers with what they should be, entry by entry, under a bound that was derived and
// not chosen.
#pragma once

#include <cmath>

#include "gradproof/analysis.hpp"
#include "gradproof/calculus.hpp"
#include "gradproof/property.hpp"
#include "gradproof/truth.hpp"

namespace gradproof::inline v0 {

// A graph made ready to be judged in a format: its gradient graph and the bounds of that.
class Judged {
 public:
  Judged(const Graph& graph, Dtype dtype);

  // Why nothing can be decided about this graph in this format; empty when all is well.
  [[nodiscard]] const std::string& undecidable() const { return undecidable_; }
  [[nodiscard]] const Graph& graph() const { return graph_; }
  [[nodiscard]] const Graph& gradient_graph() const { return gradient_; }
  // The bound on what a sound implementation may be off by in an entry of an input's gradient. Twice the
  // first-order bound: the factor covers the terms of higher order and implementations that associate
  // products in another way.
  [[nodiscard]] double allowed(std::size_t input, std::size_t entry) const {
    return 2 * bound(input, entry).error;
  }
  [[nodiscard]] const Bound& bound(std::size_t input, std::size_t entry) const {
    return bounds_.outputs[graph_.outputs().size() + input][entry];
  }
  // The same for an entry of an output's value.
  [[nodiscard]] const Bound& value_bound(std::size_t output, std::size_t entry) const {
    return bounds_.outputs[output][entry];
  }
  [[nodiscard]] bool exact(Dtype dtype) const;

 private:
  Graph graph_;
  Graph gradient_;
  Bounds bounds_;
  std::string undecidable_;
};

// The gradient of a graph as proven intervals, computed when it is first asked for: the cheap comparison in double
// decides nearly every entry.
class ProvenGradient {
 public:
  explicit ProvenGradient(const Graph& graph) : graph_(graph) {}
  // Nothing where nothing finite is proven.
  [[nodiscard]] std::optional<Enclosure> entry(std::size_t input, std::size_t entry);

 private:
  const Graph& graph_;
  std::optional<Enclosures> enclosures_;
};

// Collects entries and makes the finding of them.
class Comparison {
 public:
  explicit Comparison(const Graph& graph) : graph_(graph) {}

  void gradient_entry(std::size_t input, std::size_t entry, double expected, double observed, double allowed);
  // The same for an entry of the true gradient, which `expected` is said to be to within `oracle_error`. What disagrees
  // fails only if it lies outside of the interval that is proven, widened by what is allowed.
  void true_entry(ProvenGradient& proven, std::size_t input, std::size_t entry, double expected,
                  double oracle_error, double observed, double allowed);
  // The same where the caller has judged: formats and signed infinities have rules of their own.
  void judged_gradient_entry(std::size_t input, std::size_t entry, double expected, double observed,
                             double allowed, bool agrees) {
    consider("gradient of", graph_.inputs()[input],
             judged(Judgement::Of::gradient, input, entry, expected, allowed), observed, agrees);
  }
  // The same with nothing allowed, and -0 as another value than 0.
  void bits_of_gradient_entry(std::size_t input, std::size_t entry, double expected, double observed,
                              bool agrees) {
    Judgement bits = judged(Judgement::Of::gradient, input, entry, expected, 0);
    bits.zeros_differ = true;
    consider("gradient of", graph_.inputs()[input], bits, observed, agrees);
  }
  // A value that may be off by as much.
  void near_output_entry(std::size_t output, std::size_t entry, double expected, double observed,
                         double allowed) {
    consider("value of", graph_.outputs()[output].node,
             judged(Judgement::Of::output, output, entry, expected, allowed), observed,
             std::abs(observed - expected) <= allowed);
  }
  // The gradient that λ was given; 0 is what it must be.
  void strength_entry(double observed);
  // What is judged from here on is this record of a scenario, whatever it is called.
  void record(std::size_t index) { record_ = index; }
  // Equal bit for bit, but that one NaN is as good as another.
  void output_entry(std::size_t output, std::size_t entry, double expected, double observed);
  void undecided(std::string reason);
  [[nodiscard]] Finding finish() const;

 private:
  void consider(const std::string& what, NodeId node, const Judgement& entry, double observed, bool agrees);
  [[nodiscard]] Judgement judged(Judgement::Of of, std::size_t index, std::size_t place, double expected,
                                 double allowed) const;
  std::optional<std::size_t> record_;
  const Graph& graph_;
  Finding finding_;
  double worst_excess_ = 0;
};

[[nodiscard]] Finding undecided(std::string reason);
[[nodiscard]] Finding not_applicable(std::string reason);
// A subject that gave no answer: unsupported is not applicable, anything else fails.
[[nodiscard]] Finding no_answer(const NoAnswer& why);
[[nodiscard]] Finding wrong_shape(std::string message);

// The subject's gradients and outputs as plain numbers, each of the shape and dtype that was asked for; or
// the finding that says why not. An absent gradient counts as zeros.
struct Numbers {
  std::vector<std::vector<double>> outputs;
  std::vector<std::vector<double>> gradients;
};
[[nodiscard]] Result<Numbers, Finding> numbers(const Reply& reply, const Case& c);

}  // namespace gradproof::inline v0
