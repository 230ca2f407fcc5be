// What a layer declares its gradient to be, where that is not a reversal.
#pragma once

#include "gradproof/verify.hpp"

namespace gradproof::inline v0 {

// The cases by which a contract is judged in a dtype: each is the graph that declares value and gradient, with an
// input and a cotangent of its own. Of a contract that a graph states, that graph with other values.
[[nodiscard]] std::vector<Case> contract_cases(const Contract& contract, Dtype dtype, std::uint64_t seed);

}  // namespace gradproof::inline v0
