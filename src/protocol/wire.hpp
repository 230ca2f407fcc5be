#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "protocol/messages.hpp"

namespace gradproof::inline v0::protocol {

// Protocol 1 as JSON: from messages to requests, and from answers to messages or to the first thing that is
// wrong with them.

inline constexpr int protocol_version = 1;

struct Violation {
  std::string message;  // one line: `results[2].outputs[0].data: 7 bytes where 2x3 of f32 takes 24`
};

[[nodiscard]] nlohmann::json hello_request(const std::string& contract = {});
[[nodiscard]] nlohmann::json run_request(std::span<const CaseRequest> cases);
// The same as text. Only here may a case be a list of nodes.
[[nodiscard]] std::string run_text(std::span<const CaseRequest> cases);

[[nodiscard]] std::variant<Hello, SubjectError, Violation> read_hello(const nlohmann::json& answer);

// Exactly one result for each of `cases`. A refusal of the whole request ("ok":false) is a violation: we ask nothing that an
// adapter of this version may refuse.
[[nodiscard]] std::variant<std::vector<CaseResult>, Violation> read_results(
  const nlohmann::json& answer, std::span<const CaseRequest> cases);

// A value in a few safe words: a number as it is, the beginning of a string, the size of an array.
[[nodiscard]] std::string described(const nlohmann::json& value);

}  // namespace gradproof::inline v0::protocol
