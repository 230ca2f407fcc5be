// What the campaigns of one process and those of many ranks have in common.
#pragma once

#include <functional>

#include "cli/commands.hpp"
#include "gradproof/campaign.hpp"

namespace gradproof::inline v0::cli {

// What the command line asks for: a plan and how to go about it.
struct AskedCampaign {
  CampaignPlan plan;
  Target target;
  CampaignOptions options;
  std::optional<CampaignReport> earlier;
};
// Complains and gives nothing where what is asked for makes no sense.
[[nodiscard]] std::optional<AskedCampaign> asked_for(const Common& common,
                                                     const CampaignArguments& arguments);

using RunCampaign = std::function<Result<CampaignReport, StoreTrouble>(const AskedCampaign&)>;
// The exit code.
int run_and_deliver(const Common& common, const CampaignArguments& arguments, AskedCampaign& asked,
                    const RunCampaign& run);

// Does a campaign on many ranks, and gives the exit code; null in a program that is not built with MPI.
using CampaignOnRanks = int (*)(const Common&, const CampaignArguments&);
extern CampaignOnRanks campaign_on_ranks;

}  // namespace gradproof::inline v0::cli
