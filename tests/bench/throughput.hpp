// How many random graphs, and cases with a subject in another process, are done in a second.
#pragma once

#include <vector>

#include "subject.hpp"

namespace gradproof::inline v0::bench {

// Each figure is the time of one item. Subjects in other processes are measured when the environment names a
// Python that has the framework (GRADPROOF_WITH_TORCH_PYTHON).
[[nodiscard]] std::vector<Subject> throughput();

// Random graphs on which reverse mode and dual numbers disagreed beyond the bound, so far.
[[nodiscard]] int false_alarms();

}  // namespace gradproof::inline v0::bench
