// A campaign under MPI: rank 0 hands out blocks, gathers what became of them and writes the store; the others decide them.
// Only programs that are built with MPI have this.
#pragma once

#include "gradproof/campaign.hpp"

namespace gradproof::inline v0 {

// MPI from its start to its end.
class World {
 public:
  World();
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  [[nodiscard]] int rank() const { return rank_; }
  [[nodiscard]] int size() const { return size_; }
  // Ends without waiting for ranks that do not answer.
  [[noreturn]] void abandon(int code);

 private:
  int rank_ = 0, size_ = 1;
};

// Of rank 0. A block that does not come back within `patience` seconds is handed to another rank. `lost` counts the ranks
// that never came back.
[[nodiscard]] Result<CampaignReport, StoreTrouble> run_campaign_on_ranks(
  const CampaignPlan& plan, const Target& target, const Launch& launch, const CampaignOptions& options,
  World& world, double patience, int& lost);
// Of rank 0, where there is no campaign after all: the others may go home.
void dismiss_ranks();
// Of the other ranks: decides blocks until there are none.
void serve_campaign(const Launch& launch, const std::atomic<bool>* stop);

}  // namespace gradproof::inline v0
