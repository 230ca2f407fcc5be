// What every subject's answer is compared with before the subject is timed: one that computes something else
// is not doing the job.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "subject.hpp"

namespace gradproof::inline v0::bench {

class Truth {
 public:
  Truth();
  ~Truth();
  // Nothing, or a sentence that says how the answer is wrong.
  [[nodiscard]] std::optional<std::string> disagreement(const Subject& subject, const Answer& answer);

 private:
  struct Job;
  Job& job(const std::string& name);
  std::map<std::string, std::unique_ptr<Job>> jobs_;
};

}  // namespace gradproof::inline v0::bench
