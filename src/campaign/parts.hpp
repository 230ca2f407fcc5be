// What all forms of a campaign's report have: its tallies, and its plan.
#pragma once

#include "gradproof/campaign.hpp"

namespace gradproof::inline v0 {

// The screening first, which has seen every graph.
[[nodiscard]] std::vector<Tally> tallies_of(const CampaignReport& report);

// 1234567 as 1,234,567.
[[nodiscard]] std::string grouped(std::uint64_t n);
// "2,000 graphs in 1 block; seed 1; ...", and the digest.
[[nodiscard]] std::string plan_text(const CampaignReport& report);
// How many checks failed, and what became of them.
[[nodiscard]] std::string failures_text(const CampaignReport& report);
// The counterexample that shows a kind of failure once more, if the subject could be asked again.
[[nodiscard]] const Counterexample* counterexample_of(const CampaignReport& report,
                                                      const CampaignFailure& failure);

}  // namespace gradproof::inline v0
