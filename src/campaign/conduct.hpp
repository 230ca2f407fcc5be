// What a campaign does around the deciding of its blocks, whoever decides them.
#pragma once

#include "campaign/desk.hpp"

namespace gradproof::inline v0 {

// Opens the store, runs the corpus, lets `work` see to it that all blocks are decided, adds up and shows what fails. The
// report that `work` gets takes the facts about the subject.
[[nodiscard]] Result<CampaignReport, StoreTrouble> conduct(const CampaignPlan& plan, const Target& target,
                                                           const Launch& launch,
                                                           const CampaignOptions& options,
                                                           const std::function<void(Desk&, Report&)>& work);

// Decides blocks with one subject until the desk has none.
void decide_blocks(Desk& desk, const CampaignPlan& plan, const Target& target, const Launch& launch,
                   Report& report);

}  // namespace gradproof::inline v0
