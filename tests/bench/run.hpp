// Preparing, checking and timing of subjects.
#pragma once

#include <vector>

#include "entry.hpp"
#include "subject.hpp"

namespace gradproof::inline v0::bench {

struct Pace {
  int repetitions = 7;
  double least_seconds = 0.1;  // of each repetition; what is faster is iterated
};

// One entry for each subject: its median time or, under the quantity "skipped", why it has none. The
// repetitions of all subjects are run in one random order, so that whatever else the machine does meets all
// of them alike. `wrong` counts the answers that are not the truth; those subjects are not timed.
struct Timed {
  std::vector<Entry> entries;
  int wrong = 0;
};
[[nodiscard]] Timed time_all(const std::vector<Subject>& subjects, const Pace& pace);

}  // namespace gradproof::inline v0::bench
