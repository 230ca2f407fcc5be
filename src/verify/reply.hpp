// Answers of whoever speaks the protocol's words, as subjects give them.
#pragma once

#include "gradproof/property.hpp"
#include "protocol/messages.hpp"

namespace gradproof::inline v0 {

[[nodiscard]] Reply reply_of(const protocol::CaseResult& result);

// Whether every reversal of the graph has this λ; whether no layer of a life is given another.
[[nodiscard]] bool only_has(const Graph& g, double lambda);
[[nodiscard]] bool only_makes(const std::vector<Act>& steps, double lambda);
// What a layer whose λ is fixed says of another one.
[[nodiscard]] NoAnswer other_lambda();

}  // namespace gradproof::inline v0
