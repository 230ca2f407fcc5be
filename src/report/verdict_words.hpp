// The verdict of a report and how it came about, as a page and as Markdown show them.
#pragma once

#include <string>

#include "gradproof/verdict.hpp"

namespace gradproof::inline v0 {

// A layer is verified by the whole battery; other runs only hold or fail.
[[nodiscard]] std::string_view verdict_word(const Report& report);
// The word with its reason, the headline, cause and mend, and the subject's own words.
[[nodiscard]] std::string verdict_html(const Report& report);
[[nodiscard]] std::string verdict_markdown(const Report& report);
// How many checks there were, and what was never decided.
[[nodiscard]] std::string coverage_html(const Report& report);
[[nodiscard]] std::string coverage_text(const Report& report);
// Who was asked, by whom, on what.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> environment_of(const Report& report);
[[nodiscard]] std::string facts_html(const std::vector<std::pair<std::string, std::string>>& facts);

}  // namespace gradproof::inline v0
