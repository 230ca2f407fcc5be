#include "campaign/desk.hpp"

namespace gradproof {

std::optional<StoreTrouble> Desk::begin() {
  const auto digests = store_.digests();
  if (!digests) return digests.error();
  for (const auto& [number, digest] : *digests) decided_.insert(number);
  const std::uint64_t all = blocks_of(plan_, options_.shard);
  progress_.of = plan_.graphs == 0 || all < decided_.size() ? 0 : (all - decided_.size()) * plan_.block;
  return {};
}

double Desk::seconds() const {
  if (!start_) return 0;
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - *start_).count();
}

std::optional<std::uint64_t> Desk::next() {
  const std::scoped_lock lock(mutex_);
  if (!start_) start_ = std::chrono::steady_clock::now();
  while (!trouble_ && !stopped() && (!options_.seconds || seconds() < *options_.seconds)) {
    std::uint64_t number = next_ * options_.shard.of + options_.shard.index;
    const bool again = !lost_.empty();
    if (again) number = *lost_.begin();
    else if (plan_.graphs > 0 && number >= plan_.blocks()) return {};
    if (again) lost_.erase(lost_.begin());
    else ++next_;
    if (decided_.contains(number)) continue;
    if (again) return number;  // it is claimed by us still
    const auto ours = store_.claim(number);
    if (!ours) trouble_ = ours.error();
    else if (*ours) return number;
  }
  return {};
}

void Desk::lose(std::uint64_t number) {
  const std::scoped_lock lock(mutex_);
  if (!decided_.contains(number)) lost_.insert(number);
}

bool Desk::note(const Examiner::Step& step) {
  const std::scoped_lock lock(mutex_);
  progress_.graphs += step.graphs;
  progress_.failures += step.failures;
  progress_.undecided += step.undecided;
  progress_.seconds = seconds();
  const double rate = static_cast<double>(progress_.graphs) / progress_.seconds;
  if (options_.seconds) progress_.seconds_left = std::max(0.0, *options_.seconds - progress_.seconds);
  else if (progress_.of > progress_.graphs)
    progress_.seconds_left = static_cast<double>(progress_.of - progress_.graphs) / rate;
  if (options_.progress) options_.progress(progress_);
  return !stopped() && !trouble_;
}

bool Desk::keep(const Block& block) {
  const std::scoped_lock lock(mutex_);
  if (trouble_) return false;
  trouble_ = store_.keep(block);
  if (trouble_) return false;
  if (decided_.insert(block.number).second) graphs_ += block.graphs;
  return true;
}

}  // namespace gradproof
