// gradproof's own engine at the jobs.
#pragma once

#include <memory>
#include <vector>

#include "gradproof/calculus.hpp"
#include "subject.hpp"

namespace gradproof::inline v0::bench {

inline constexpr const char* our_name = "gradproof";

[[nodiscard]] std::vector<Subject> ours(const std::vector<int>& digits);

// The value of the graph's first output and, where the graph is a gradient, the gradient entries in order.
template <Number S>
[[nodiscard]] std::vector<S> results(const Graph& graph, const Evaluation<S>& values) {
  std::vector<S> all;
  for (const Output& output : graph.outputs())
    for (const S& x : values[output.node]) all.push_back(x);
  return all;
}

// A graph that is evaluated again and again, built and loaded once. At 16 digits in double, else in Real.
[[nodiscard]] Ready evaluation(std::shared_ptr<const Graph> graph, int digits);

}  // namespace gradproof::inline v0::bench
