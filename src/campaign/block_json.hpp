// Blocks and plans as JSON: what a store keeps, what ranks send each other, and what reports hold.
#pragma once

#include <nlohmann/json.hpp>

#include "gradproof/campaign.hpp"
#include "report/census_json.hpp"

namespace gradproof::inline v0 {

using CampaignJson = nlohmann::ordered_json;

[[nodiscard]] CampaignJson to_campaign_json(const CampaignPlan& plan);
[[nodiscard]] CampaignPlan plan_from(const CampaignJson& json);

[[nodiscard]] CampaignJson to_campaign_json(const std::map<std::string, Counts, std::less<>>& counts);
[[nodiscard]] std::map<std::string, Counts, std::less<>> counts_from(const CampaignJson& json);

[[nodiscard]] CampaignJson to_campaign_json(const CampaignFailure& failure);
[[nodiscard]] CampaignFailure failure_from(const CampaignJson& json);

[[nodiscard]] CampaignJson to_campaign_json(const Block& block);
[[nodiscard]] Block block_from(const CampaignJson& json);

// 16 hexadecimal digits.
[[nodiscard]] std::string hex(std::uint64_t digest);
[[nodiscard]] std::uint64_t from_hex(std::string_view text);

}  // namespace gradproof::inline v0
