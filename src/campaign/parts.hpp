// What all forms of a campaign's report have: its tallies, and what was tried, in rows.
#pragma once

#include "gradproof/campaign.hpp"

namespace gradproof::inline v0 {

// The screening first, which has seen every graph.
[[nodiscard]] std::vector<Tally> tallies_of(const CampaignReport& report);

// How many graphs, or λ, fell into each class of one measure of the generator.
struct CensusRow {
  std::string title;
  std::vector<std::pair<std::string, std::uint64_t>> classes;
};
[[nodiscard]] std::vector<CensusRow> census_rows(const Census& census);
// "22 of 34; 240 of their 1156 pairs; rarest: log (0.2% of all)".
[[nodiscard]] std::string operations_text(const Census& census);
// Uses of each operation, the commonest first; those that were never met stand at the end.
[[nodiscard]] CensusRow operations_row(const Census& census);

// 1234567 as 1,234,567.
[[nodiscard]] std::string grouped(std::uint64_t n);
[[nodiscard]] std::string percent(std::uint64_t part, std::uint64_t whole);
// "2,000 graphs in 1 block; seed 1; ...", and the digest.
[[nodiscard]] std::string plan_text(const CampaignReport& report);
// The counterexample that shows a kind of failure once more, if the subject could be asked again.
[[nodiscard]] const Counterexample* counterexample_of(const CampaignReport& report,
                                                      const CampaignFailure& failure);

}  // namespace gradproof::inline v0
