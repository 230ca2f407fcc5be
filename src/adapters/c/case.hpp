#pragma once

#include "adapters/c/caller.hpp"
#include "gradproof/graph.hpp"

namespace gradproof::inline v0::plugin {

// Computes the case's graph and its gradient with gradproof's engine, in the case's dtype, but for the
// reversals: each is a layer of its own, whose forward kernel gives its value, and whose backward kernel what it
// makes of a cotangent. With `twice` the gradient of the weighted gradients, for which the backward pass's own
// derivative is the layer's too. A graph in a 16-bit format may hold leaves and reversals only, which need no
// arithmetic of ours.
[[nodiscard]] protocol::CaseResult answer(const Layer& layer, Caller& caller, const Case& c,
                                          bool twice = false);

// Leads layers through the scenario's steps, all of which must be among steps_of(layer).
[[nodiscard]] protocol::CaseResult live(const Layer& layer, Caller& caller, const Scenario& scenario);

}  // namespace gradproof::inline v0::plugin
