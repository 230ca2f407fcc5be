// What is timed: a subject that does one of the jobs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace gradproof::inline v0::bench {

// What a subject found, as decimal text with more digits than it has: the value, then the gradient entries in
// the order of the job's leaves (none, from a subject that computes a value only).
struct Answer {
  std::vector<std::string> entries;
  int bits = 53;  // of the arithmetic that it was computed in
};

// A subject that is ready to run.
struct Ready {
  std::function<void()> work;
  // Where the work is done by another process: it runs it there, and says how many seconds it took.
  std::function<double()> seconds_elsewhere;
  // The work once more, with its results. Empty where a subject computes nothing that could be compared.
  std::function<Answer()> answer;
};

// Or why it cannot run here.
struct NotHere {
  std::string reason;
};

struct Subject {
  std::string job;
  int digits = 16;  // 16 stands for double
  std::string name;
  std::string quantity;
  std::function<std::variant<Ready, NotHere>()> prepare;
  double times = 1;  // the figure is this multiple of what is timed
};

inline constexpr const char* floor_name = "FLOOR";
inline constexpr const char* value_only = "value";
inline constexpr const char* with_gradient = "value+gradient";

// job/digits/name/quantity: what --filter looks at.
[[nodiscard]] std::string full_name(const Subject& subject);

}  // namespace gradproof::inline v0::bench
