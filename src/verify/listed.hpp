// A graph as a list of nodes, for adapters that take one: there is no text to be read, so that many small graphs cost
// little beside their own work.
#pragma once

#include <optional>
#include <string>

#include "gradproof/property.hpp"
#include "protocol/messages.hpp"

namespace gradproof::inline v0 {

// The request as docs/reference/protocol.md has it under "A list of nodes". Nothing for what has to travel as text: names, a
// layout, a rank, a contract, a narrow dtype, or a λ that is no number of its own.
[[nodiscard]] std::optional<protocol::CaseRequest> listed(const Case& c);

}  // namespace gradproof::inline v0
