#pragma once

#include "adapters/c/caller.hpp"
#include "gradproof/graph.hpp"

namespace gradproof::plugin {

// Computes the case's graph and its gradient with gradproof's engine, in the case's dtype, but for the
// reversals: their values come from the plugin's forward kernel, and what they make of a cotangent comes
// from its backward kernel. A graph in a 16-bit format may hold leaves and reversals only, which need no
// arithmetic of ours.
[[nodiscard]] protocol::CaseResult answer(const Plugin& plugin, Caller& caller, const Case& c);

}  // namespace gradproof::plugin
