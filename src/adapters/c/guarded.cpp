#include "adapters/c/guarded.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace gradproof::inline v0::plugin {
namespace {

// On either side of the entries: a kernel that rounds n up to a block of 512 doubles still stays inside.
constexpr std::size_t guard = 4096;
constexpr std::size_t boundary = 64;

}  // namespace

void Guarded::lay_out(const Spread& spread, std::byte pattern) {
  spread_ = spread;
  pattern_ = pattern;
  const std::size_t span = spread.count == 0 ? 0 : ((spread.count - 1) * spread.stride + 1) * spread.element;
  bytes_.assign(guard + boundary + spread.element + span + guard, pattern);
  const auto address = reinterpret_cast<std::uintptr_t>(bytes_.data() + guard);
  begin_ = guard + (boundary - address % boundary) % boundary + (spread.off_by_one ? spread.element : 0);
}

void Guarded::put(std::span<const std::byte> entries) {
  assert(entries.size() == spread_.count * spread_.element);
  const std::size_t step = spread_.stride * spread_.element;
  if (spread_.stride == 1) {
    std::ranges::copy(entries, bytes_.data() + begin_);
    return;
  }
  for (std::size_t i = 0; i < spread_.count; ++i)
    std::memcpy(bytes_.data() + begin_ + i * step, entries.data() + i * spread_.element, spread_.element);
}

void Guarded::take(std::span<std::byte> entries) {
  assert(entries.size() == spread_.count * spread_.element);
  const std::size_t step = spread_.stride * spread_.element;
  for (std::size_t i = 0; i < spread_.count; ++i) {
    std::byte* const entry = bytes_.data() + begin_ + i * step;
    std::memcpy(entries.data() + i * spread_.element, entry, spread_.element);
    std::fill_n(entry, spread_.element, pattern_);
  }
}

void Guarded::wipe() { std::ranges::fill(bytes_, pattern_); }

std::optional<std::string> Guarded::stray() const {
  // A run of equal bytes is one that equals itself, shifted by one; memcmp is many times faster than a loop.
  if (bytes_.empty() ||
      (bytes_[0] == pattern_ && std::memcmp(bytes_.data(), bytes_.data() + 1, bytes_.size() - 1) == 0))
    return {};
  const auto at = std::ranges::find_if(bytes_, [&](std::byte b) { return b != pattern_; });
  return place(static_cast<std::size_t>(at - bytes_.begin()));
}

std::string Guarded::place(std::size_t byte) const {
  if (byte < begin_ && begin_ - byte <= spread_.element) return "the entry before the first";
  if (byte < begin_) return std::to_string(begin_ - byte) + " bytes before the beginning";
  const std::size_t step = spread_.stride * spread_.element, entry = (byte - begin_) / step;
  if (entry + 1 < spread_.count) return "the gap after entry " + std::to_string(entry);
  const std::size_t end = begin_ + (spread_.count == 0 ? 0 : (spread_.count - 1) * step + spread_.element);
  if (byte - end < spread_.element) return "the entry after the last";
  return std::to_string(byte - end) + " bytes past the end";
}

std::optional<std::size_t> first_difference(std::span<const std::byte> a, std::span<const std::byte> b,
                                            std::size_t element) {
  assert(a.size() == b.size());
  if (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0) return {};
  const auto [at, _] = std::ranges::mismatch(a, b);
  return static_cast<std::size_t>(at - a.begin()) / element;
}

}  // namespace gradproof::inline v0::plugin
