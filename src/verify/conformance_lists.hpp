// Cases as lists of nodes, good and bad, for trying an adapter that takes them.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/messages.hpp"
#include "verify/conformance_cases.hpp"

namespace gradproof::inline v0 {

// The case of a probe without the names that its text gives, which a list does not have. Nothing where its layout or its rank can
// travel as text alone.
[[nodiscard]] std::optional<Case> nameless(const Probe& probe);

// What is different in the second answer, or nothing.
[[nodiscard]] std::string difference(const protocol::CaseReply& text, const protocol::CaseReply& list);

// A list as the protocol has it, and such with one thing wrong.
[[nodiscard]] nlohmann::json good_list(const std::string& dtype);
struct BadList {
  std::string_view what;  // "a node that reads itself"
  nlohmann::json list;
};
[[nodiscard]] std::vector<BadList> bad_lists_of(const nlohmann::json& good);

}  // namespace gradproof::inline v0
