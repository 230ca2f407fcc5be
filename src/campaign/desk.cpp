#include "campaign/desk.hpp"

namespace gradproof::inline v0 {

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
  while (!over()) {
    if (!lost_.empty()) return lost_.extract(lost_.begin()).value();  // it is claimed by us still
    const std::uint64_t number = next_ * options_.shard.of + options_.shard.index;
    if (plan_.graphs > 0 && number >= plan_.blocks()) return elsewhere();
    ++next_;
    if (decided_.contains(number)) continue;
    if (claimed(number)) return number;
    elsewhere_.insert(number);
  }
  return {};
}

bool Desk::over() const { return trouble_ || stopped() || time_is_over(); }

bool Desk::late() const { return kept_ > 0 && time_is_over(); }

bool Desk::claimed(std::uint64_t number) {
  const auto ours = store_.claim(number);
  if (ours) return *ours;
  trouble_ = ours.error();
  return false;
}

// Blocks that another process was at are decided by now, or that process has died, or it is at them still.
std::optional<std::uint64_t> Desk::elsewhere() {
  constexpr auto pause = std::chrono::milliseconds(50);
  if (elsewhere_.empty() || std::chrono::steady_clock::now() - looked_ < pause) return {};
  looked_ = std::chrono::steady_clock::now();
  const auto digests = store_.digests();
  if (!digests) {
    trouble_ = digests.error();
    return {};
  }
  for (const auto& [number, digest] : *digests) {
    decided_.insert(number);
    elsewhere_.erase(number);
  }
  for (const std::uint64_t number : elsewhere_) {
    if (trouble_ || !claimed(number)) continue;
    elsewhere_.erase(number);
    return number;
  }
  return {};
}

bool Desk::waits() {
  const std::scoped_lock lock(mutex_);
  return !over() && (!lost_.empty() || !elsewhere_.empty());
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
  const double each = progress_.graphs == 0 ? 0 : progress_.seconds / static_cast<double>(progress_.graphs);
  if (options_.seconds) progress_.seconds_left = std::max(0.0, *options_.seconds - progress_.seconds);
  else if (progress_.of > progress_.graphs)
    progress_.seconds_left = static_cast<double>(progress_.of - progress_.graphs) * each;
  if (options_.progress) options_.progress(progress_);
  return !stopped() && !trouble_ && (step.must_finish || !late());
}

bool Desk::keep(const Block& block) {
  const std::scoped_lock lock(mutex_);
  if (trouble_) return false;
  trouble_ = store_.keep(block);
  if (trouble_) return false;
  ++kept_;
  if (decided_.insert(block.number).second) graphs_ += block.graphs;
  return true;
}

}  // namespace gradproof::inline v0
