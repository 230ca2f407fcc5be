// Reports as text and as JSON: pure functions of the data in verdict.hpp.
#pragma once

#include <span>
#include <string>

#include "gradproof/verdict.hpp"

namespace gradproof {

struct Style {
  bool color = false;
};

[[nodiscard]] std::string to_text(const Report& report, Style style = {});
[[nodiscard]] std::string to_text(const CheckReport& report, Style style = {});

// {"schema": "gradproof/report/1", "reports": [...]}; the schema is docs/reference/report.schema.json.
[[nodiscard]] std::string to_json(std::span<const Report> reports);
// {"schema": "gradproof/check/1", ...}; the schema is docs/reference/check.schema.json.
[[nodiscard]] std::string to_json(const CheckReport& report);

}  // namespace gradproof
