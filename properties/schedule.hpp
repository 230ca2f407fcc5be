// λ's schedule as a graph: what a subject's coefficient is judged by.
#pragma once

#include <map>
#include <string>

#include "gradproof/property.hpp"

namespace gradproof::inline v0 {

// Step i of n of a λ that goes from lo to nearly hi.
struct Moment {
  double i = 0, n = 1, lo = 0, hi = 1, alpha = 10;
};

// lo + (hi - lo)(2/(1 + exp(-αi/n)) - 1), its five numbers as inputs.
[[nodiscard]] Graph schedule_graph(const Moment& m);
// The moment that such a graph is about; nothing where it is another graph.
[[nodiscard]] std::optional<Moment> moment_of(const Graph& graph);

// How a schedule is used before its coefficient is taken: asked once, asked twice, run on in evaluation mode, or beside
// another one that has gone on already. All but the first are for objects with a step.
inline constexpr std::string_view asked_once = "schedule", asked_again = "schedule again",
                                  in_evaluation = "schedule evaluated", beside_another = "schedule beside";

// Moments of all kinds, the plainest first; with those parameters that can't be given as they are.
[[nodiscard]] std::vector<Case> schedule_cases(Dtype dtype, const std::map<std::string, double>& fixed);

// The coefficient, as near as a double comes.
[[nodiscard]] double coefficient(const Moment& m);
// How far from it a sound computation in this format may end up, by whichever form of the formula.
[[nodiscard]] double coefficient_error(const Moment& m, Dtype dtype);

}  // namespace gradproof::inline v0
