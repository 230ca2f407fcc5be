#include "player.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "gradproof/real.hpp"

namespace gradproof::inline v0 {

std::string_view name(Act::Do what) {
  switch (what) {
    case Act::Do::make: return "make";
    case Act::Do::set: return "set";
    case Act::Do::deepcopy: return "deepcopy";
    case Act::Do::pickle: return "pickle";
    case Act::Do::evaluate: return "evaluate";
    case Act::Do::leaf: return "leaf";
    case Act::Do::bits: return "bits";
    case Act::Do::pairs: return "pairs";
    case Act::Do::forward: return "forward";
    case Act::Do::glance: return "glance";
    case Act::Do::multiply: return "multiply";
    case Act::Do::backward: return "backward";
    case Act::Do::accumulate: return "accumulate";
    case Act::Do::read: return "read";
    case Act::Do::shares: return "shares";
    case Act::Do::strength: return "strength";
    case Act::Do::together: return "together";
  }
  return "?";
}

std::size_t records(const std::vector<Act>& steps) {
  std::size_t count = 0;
  for (const Act& s : steps) {
    if (s.what == Act::Do::backward || s.what == Act::Do::accumulate || s.what == Act::Do::read ||
        s.what == Act::Do::shares || s.what == Act::Do::strength)
      ++count;
    for (const auto& thread : s.threads) count += records(thread);
  }
  return count;
}

Reply Player::live(const Scenario& scenario) {
  if (scenario.dtype != Dtype::f32 && scenario.dtype != Dtype::f64)
    return NoAnswer{Refusal::unsupported, "unsupported", "the engine computes in float32 and float64", ""};
  dtype_ = scenario.dtype;
  for (const Act& s : scenario.steps) step(s);
  return std::exchange(answer_, {});
}

void Player::step(const Act& s) {
  switch (s.what) {
    case Act::Do::make: layers_[s.name] = {latest_ = s.number, true, s.numbers}; return;
    case Act::Do::set:
      set(layers_.at(s.name), latest_ = s.number);
      layers_.at(s.name).numbers = s.numbers;
      return;
    case Act::Do::deepcopy:
    case Act::Do::pickle: layers_[s.name] = copied(layers_.at(s.of)); return;
    case Act::Do::evaluate: layers_.at(s.name).training = false; return;
    case Act::Do::pairs: in_pairs_.insert(s.name); [[fallthrough]];
    case Act::Do::bits:
    case Act::Do::leaf: leaves_[s.name] = s.values; return;
    case Act::Do::forward:
      pending_[s.name] = {s.of, s.input,         layers_.at(s.of).lambda,
                          1,    pending_.size(), layers_.at(s.of).numbers};
      forwarded(pending_[s.name]);
      return;
    case Act::Do::glance:
      leaves_[s.name] = leaves_.at(s.input);
      for (double& v : leaves_[s.name]) v = passed(v);
      glanced(layers_.at(s.of));
      return;
    case Act::Do::multiply: multiplied(pending_.at(s.name), s.number); return;
    case Act::Do::backward:
    case Act::Do::accumulate: backward(s); return;
    case Act::Do::read: record(value(s.name), s.shape); return;
    case Act::Do::shares: record({s.name == s.input || hands_on_the_input() ? 1.0 : 0.0}, {}); return;
    case Act::Do::strength:
      if (const auto g = strength_gradient()) record({*g}, {});
      else answer_.gradients.emplace_back();
      return;
    case Act::Do::together: together(s.threads); return;
  }
}

// A leaf's, or what a layer made of one.
std::vector<double> Player::value(const std::string& tensor) const {
  const auto at = pending_.find(tensor);
  if (at == pending_.end()) return leaves_.at(tensor);
  std::vector<double> values = leaves_.at(at->second.input);
  for (double& v : values) v = passed(v) * at->second.factor;
  return values;
}

// Step by step, each thread in turn: what threads do to each other through shared state shows, and always in the same way.
// The records come in the threads' order.
void Player::together(const std::vector<std::vector<Act>>& threads) {
  std::vector<std::vector<std::optional<Tensor>>> of(threads.size());
  std::size_t longest = 0;
  for (const auto& thread : threads) longest = std::max(longest, thread.size());
  for (std::size_t i = 0; i < longest; ++i)
    for (std::size_t t = 0; t < threads.size(); ++t) {
      if (i >= threads[t].size()) continue;
      const std::size_t before = answer_.gradients.size();
      step(threads[t][i]);
      std::move(answer_.gradients.begin() + static_cast<std::ptrdiff_t>(before), answer_.gradients.end(),
                std::back_inserter(of[t]));
      answer_.gradients.resize(before);
    }
  for (auto& records : of) std::ranges::move(records, std::back_inserter(answer_.gradients));
}

void Player::backward(const Act& s) {
  Pending& pending = pending_.at(s.of);
  assert(pending.input == s.input);
  std::vector<double> gradient;
  const std::size_t cols = std::max(1U, s.shape.cols);
  for (std::size_t k = 0; k < s.values.size(); ++k) {
    const double by = strength_at(pending, k / cols, k % cols) * pending.factor;
    gradient.push_back(rounded(dtype_, -(Real(by, Bits{106}) * Real(s.values[k], Bits{106}))));
  }
  after_backward(pending);
  std::vector<double>& last = gradients_[s.input];
  if (s.what == Act::Do::accumulate)
    for (std::size_t k = 0; k < gradient.size(); ++k)
      gradient[k] = rounded(dtype_, accumulated(last.at(k), gradient[k]));
  last = gradient;
  record(std::move(gradient), s.shape);
}

void Player::record(std::vector<double> values, Shape shape) {
  answer_.gradients.emplace_back(
    Tensor{std::string(format(dtype_).name), shape_in_rank(shape, 2), std::move(values)});
}

}  // namespace gradproof::inline v0
