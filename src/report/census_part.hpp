// What graphs were like, as a part of a page, of Markdown and of text.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gradproof/verdict.hpp"

namespace gradproof::inline v0 {

// How many graphs, or λ, fell into each class of one measure of the generator.
struct CensusRow {
  std::string title;
  std::vector<std::pair<std::string, std::uint64_t>> classes;
};
[[nodiscard]] std::vector<CensusRow> census_rows(const Census& census);
// What a campaign measures besides, for it compares two sweeps on each graph.
[[nodiscard]] CensusRow residual_row(const Census& census);
// "22 of 34; 240 of their 1156 pairs; rarest: log (0.2% of all)".
[[nodiscard]] std::string operations_text(const Census& census);
// Uses of each operation, the commonest first; those that were never met stand at the end.
[[nodiscard]] CensusRow operations_row(const Census& census);
[[nodiscard]] std::string percent(std::uint64_t part, std::uint64_t whole);

// The rows as bars, and folded behind them those of the operations.
[[nodiscard]] std::string bars_html(const std::vector<CensusRow>& rows, const Census& census);
// The rows and the operations as a table, under a head of its own.
[[nodiscard]] std::string bars_markdown(const std::string& head, const std::vector<CensusRow>& rows,
                                        const Census& census);

// What a report says of its graphs; empty where it had none.
[[nodiscard]] std::string census_html(const Report& report);
[[nodiscard]] std::string census_markdown(const Report& report);

}  // namespace gradproof::inline v0
