// One failure, as a page and as Markdown show it.
#pragma once

#include <string>
#include <vector>

#include "gradproof/report.hpp"

namespace gradproof::inline v0 {

// Everything is text; what is empty is left out.
struct FailureCard {
  std::string title;  // "backward-rounded in float64, 2 nodes"
  std::string claim;  // of the property
  const Graph* graph = nullptr;
  std::string graph_text;
  std::optional<Disagreement> wrong;  // where a number is
  std::string reason;                 // where none is
  std::string story, against, detail;
  std::vector<std::string> commands;  // to type next
};
[[nodiscard]] FailureCard card_of(const Report& report, const Counterexample& example, const Style& style);

[[nodiscard]] std::string card_html(const FailureCard& card);
[[nodiscard]] std::string card_markdown(const FailureCard& card);
// "gradient of x [0,0]: expected -1, observed 1, allowed error 0", or the reason.
[[nodiscard]] std::string wrong_text(const FailureCard& card);

// A graph as text without the line that names the format, and without metadata.
[[nodiscard]] std::string graph_lines(std::string text);

}  // namespace gradproof::inline v0
