// Which numbers to give to a gradient checker.
#pragma once

#include "study/objective.hpp"

namespace gradproof::inline v0 {

// Of a graph with one number as its output, over all entries of its inputs; none where there is no truth to start from.
[[nodiscard]] std::optional<CheckerAdvice> advice_on(const Graph& graph, Checker checker, Dtype dtype);

// The beginning of the normal deviates that NumPy's RandomState(0) gives, from which check_grads takes its direction.
[[nodiscard]] std::vector<double> deviates_of_numpy(std::size_t count);

}  // namespace gradproof::inline v0
