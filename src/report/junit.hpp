// JUnit's XML, as GitLab, Jenkins and others read it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradproof/report.hpp"

namespace gradproof::inline v0 {

struct JunitCase {
  std::string group, name;  // classname and name
  enum class End { passed, failed, error, skipped } end = End::passed;
  std::string message, detail;
};
struct JunitSuite {
  std::string name;
  double seconds = 0;
  std::vector<std::pair<std::string, std::string>> properties;
  std::vector<JunitCase> cases;
};
[[nodiscard]] std::string junit_xml(std::span<const JunitSuite> suites);

// The verdict itself, so that a run fails that decided too little to have any failing property.
[[nodiscard]] JunitCase verdict_case(const Report& report);
[[nodiscard]] JunitSuite suite_of(const Report& report, const Style& style);
[[nodiscard]] JunitSuite suite_of(const Changes& changes);

}  // namespace gradproof::inline v0
