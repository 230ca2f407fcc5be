// Whether an adapter keeps to the protocol: every clause of docs/reference/protocol.md that can be tried, tried.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <string>

#include "protocol/messages.hpp"
#include "protocol/process.hpp"

namespace gradproof::inline v0 {

struct Clause {
  enum class Verdict {
    passed,
    failed,
    not_declared,  // the adapter does not say that it has this, or says of this subject that it has not
    not_tried,     // something before it went wrong
  };
  std::string id;     // "end-of-input", "op-tanh"
  std::string claim;  // a sentence
  Verdict verdict = Verdict::not_tried;
  std::size_t checks = 0;
  // Of the first failure: what is wrong, and what was said.
  std::string problem{}, sent{}, came{};
};

struct Conformance {
  protocol::Hello facts;
  std::string no_adapter;      // why nobody could be asked; empty where somebody was
  std::deque<Clause> clauses;  // in the order in which they are tried
};

struct ConformanceOptions {
  protocol::Limits limits;
  const std::atomic<bool>* stop = nullptr;
  std::function<void(const std::string& what, std::size_t done, std::size_t of)> progress;
};

[[nodiscard]] Conformance conformance(const protocol::Command& command, const ConformanceOptions& options);

}  // namespace gradproof::inline v0
