// The most memory that evaluating a graph and its gradient takes, each measured in a process of its own.
#pragma once

#include <string>
#include <vector>

#include "entry.hpp"

namespace gradproof::inline v0::bench {

struct MemoryJob {
  std::string job;   // "chain of 10^6 scalar nodes"
  std::string kind;  // "chain": what the child is told
  int digits;
};
[[nodiscard]] std::vector<MemoryJob> memory_jobs(bool quick);

// peak_bytes of it all, beyond what the program takes before; graph_bytes, the peak while the graph and its
// gradient graph were built; evaluation_bytes, the peak of loading and evaluating, beyond what the finished
// graph holds.
[[nodiscard]] std::vector<Entry> measure_memory(const MemoryJob& job);

// The child's part: does the job, and prints what it took.
int measure_memory_here(const std::string& kind, int digits);

}  // namespace gradproof::inline v0::bench
