// Cases whose answers are known, for trying an adapter.
#pragma once

#include "gradproof/property.hpp"
#include "protocol/messages.hpp"

namespace gradproof::inline v0 {

// A case, and which clause it tries. It needs what it names; where an adapter does not declare that, it is not asked.
struct Probe {
  std::string clause;
  std::string claim;
  std::string graph;  // as text: how it is written is tried too
  std::string dtype;
  std::string layout = "contiguous";
  int rank = 2;
  bool twice = false;
  bool may_refuse = false;         // "unsupported" is an answer
  std::vector<Act> steps{};        // in place of a graph
  std::vector<std::string> ops{};  // that the graph has
};

// All of them, for an adapter that says this of itself.
[[nodiscard]] std::vector<Probe> probes(const protocol::Hello& hello);

// What is wrong with the answer, or nothing.
[[nodiscard]] std::string wrong_with(const Probe& probe, const Reply& reply);

}  // namespace gradproof::inline v0
