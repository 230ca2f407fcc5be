// Stores of one plan made into one.
#include <algorithm>
#include <set>

#include "campaign/block_json.hpp"
#include "campaign/store.hpp"

namespace gradproof::inline v0 {

namespace {

using Digests = std::map<std::uint64_t, std::pair<std::uint64_t, std::string>>;  // block: digest, file

std::string differing(const CampaignPlan& a, const CampaignPlan& b) {
  const CampaignJson x = to_campaign_json(a), y = to_campaign_json(b);
  for (const auto& [key, value] : x.items())
    if (value != y.at(key))
      return key + " is " + value.dump() + " in one and " + y.at(key).dump() + " in the other";
  return "";
}

// The plans must be one, and blocks that several have must agree, before anything is written.
std::optional<StoreTrouble> check(std::vector<Store>& stores, const StoreFacts& first, Digests& all,
                                  Merged& merged) {
  for (Store& store : stores) {
    const auto facts = store.facts();
    if (!facts) return facts.error();
    if (facts->plan != first.plan)
      return StoreTrouble{store.file() + " and " + stores.front().file() +
                          " are of different campaigns: " + differing(first.plan, facts->plan)};
    if (facts->shard.of != first.shard.of)
      return StoreTrouble{store.file() + " is one of " + std::to_string(facts->shard.of) + " shards, and " +
                          stores.front().file() + " one of " + std::to_string(first.shard.of)};
    const auto digests = store.digests();
    if (!digests) return digests.error();
    for (const auto& [number, digest] : *digests) {
      const auto [at, is_new] = all.try_emplace(number, digest, store.file());
      if (is_new) continue;
      if (at->second.first != digest)
        return StoreTrouble{
          "block " + std::to_string(number) + " came out differently in " + at->second.second + " and " +
          store.file() +
          ": the subject is not the same, or does not answer equal calls alike; nothing was merged"};
      merged.overlaps.push_back("block " + std::to_string(number) + " in " + at->second.second + " and " +
                                store.file());
    }
  }
  return {};
}

void find_missing(const StoreFacts& facts, const Digests& all, Merged& merged) {
  merged.of_shards = facts.shard.of;
  if (facts.plan.graphs == 0) return;
  std::set<std::uint64_t> shards;
  for (std::uint64_t b = 0; b < facts.plan.blocks(); ++b) {
    if (all.contains(b)) continue;
    ++merged.missing_blocks;
    shards.insert(b % facts.shard.of + 1);
  }
  merged.missing_shards.assign(shards.begin(), shards.end());
}

}  // namespace

Result<Merged, StoreTrouble> merge_campaigns(const std::vector<std::string>& files, const std::string& into,
                                             const std::string& version, const std::string& environment) {
  std::vector<Store> stores;
  for (const std::string& file : files) {
    auto store = Store::open(file, Store::For::reading);
    if (!store) return store.error();
    stores.push_back(*std::move(store));
  }
  if (stores.empty()) return StoreTrouble{"there is nothing to merge"};
  const auto first = stores.front().facts();
  if (!first) return first.error();
  Merged merged;
  Digests all;
  if (auto trouble = check(stores, *first, all, merged)) return *std::move(trouble);
  find_missing(*first, all, merged);
  auto target = Store::make(into, {first->plan, {}, version, environment});
  if (!target) return target.error();
  Store whole = *std::move(target);
  std::optional<StoreTrouble> trouble;
  for (Store& store : stores) {
    const auto read = store.each_block([&](const Block& b) {
      if (!trouble) trouble = whole.keep(b);
    });
    if (read) return *read;
    if (trouble) return *trouble;
  }
  merged.blocks = all.size();
  return merged;
}

}  // namespace gradproof::inline v0
