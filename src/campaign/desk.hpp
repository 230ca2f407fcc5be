// Where blocks are handed out and handed in.
#pragma once

#include <chrono>
#include <mutex>
#include <set>

#include "campaign/examiner.hpp"
#include "campaign/store.hpp"

namespace gradproof::inline v0 {

class Desk {
 public:
  Desk(Store& store, const CampaignPlan& plan, const CampaignOptions& options)
      : store_(store), plan_(plan), options_(options) {}

  // Finds out what is decided already.
  [[nodiscard]] std::optional<StoreTrouble> begin();
  // The next block of this shard that nobody is at; nothing when there is none, or no more time.
  [[nodiscard]] std::optional<std::uint64_t> next();
  // Whether there may be one later: another process is at the last ones, and may die.
  [[nodiscard]] bool waits();
  // Whether to go on. A block that is in work when the time is over is left, and was for nothing; but the first one of a run is
  // finished, so that each run gets further, and so is one that has shown a failure, which is never thrown away.
  [[nodiscard]] bool note(const Examiner::Step& step);
  // Whether the time is over, and something was kept.
  [[nodiscard]] bool late() const;
  // False when it could not be kept.
  [[nodiscard]] bool keep(const Block& block);
  // A block that was handed out and will not come back.
  void lose(std::uint64_t number);

  [[nodiscard]] bool stopped() const { return options_.stop != nullptr && options_.stop->load(); }
  [[nodiscard]] double seconds() const;
  [[nodiscard]] std::uint64_t graphs() const { return graphs_; }
  [[nodiscard]] const std::optional<StoreTrouble>& trouble() const { return trouble_; }

 private:
  [[nodiscard]] bool over() const;
  [[nodiscard]] bool time_is_over() const { return options_.seconds && seconds() >= *options_.seconds; }
  [[nodiscard]] bool claimed(std::uint64_t number);
  [[nodiscard]] std::optional<std::uint64_t> elsewhere();
  Store& store_;
  const CampaignPlan& plan_;
  const CampaignOptions& options_;
  std::mutex mutex_;
  std::set<std::uint64_t> decided_, lost_, elsewhere_;
  std::uint64_t next_ = 0;
  CampaignProgress progress_;
  std::chrono::steady_clock::time_point looked_;
  std::uint64_t graphs_ = 0, kept_ = 0;  // of blocks that were kept, and their number
  std::optional<StoreTrouble> trouble_;
  // The time runs from the first block that is asked for: what a subject needs to start is not counted.
  std::optional<std::chrono::steady_clock::time_point> start_;
};

}  // namespace gradproof::inline v0
