// From what a layer does to what is wrong with it.
#pragma once

#include "gradproof/verdict.hpp"

namespace gradproof::inline v0 {

// Puts a few probes to the subject (λ over several values, stacked, shared and neighbouring layers) and names
// the first signature that explains all of them. `examples` are the counterexamples found, the most telling
// first; the headline speaks of the first.
// The worst disagreement of a counterexample, in a line.
[[nodiscard]] std::string headline(const Counterexample& example);
// What the cause means where the author declares that the layer is given the factor itself.
void tell_of_factor(Diagnosis& diagnosis);

[[nodiscard]] Diagnosis diagnose(Subject& subject, const std::vector<Counterexample>& examples,
                                 std::optional<double> fixed_lambda);

}  // namespace gradproof::inline v0
