#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gradproof::inline v0::plugin {

// Where entries of a buffer lie.
struct Spread {
  std::size_t element = 8;  // bytes of an entry
  std::size_t count = 0;
  std::size_t stride = 1;   // in entries
  bool off_by_one = false;  // starts one entry after a 64-byte boundary, not on it
};

// A buffer that knows what was written where. Every byte of it holds one pattern, but for the entries that
// are put in; once they are taken out again, a byte that differs was written by somebody who had no right to.
// Around the entries there is room enough for the usual overruns to do no other harm.
class Guarded {
 public:
  // Fills everything with the pattern; whatever was there is gone.
  void lay_out(const Spread& spread, std::byte pattern);

  void put(std::span<const std::byte> entries);
  // The entries, one after the other; the pattern takes their place.
  void take(std::span<std::byte> entries);
  // Puts the pattern everywhere.
  void wipe();

  // The first byte that differs from the pattern, in words: "the gap after entry 3", "4 bytes past the end".
  [[nodiscard]] std::optional<std::string> stray() const;

  [[nodiscard]] void* data() { return bytes_.data() + begin_; }
  [[nodiscard]] std::int64_t stride() const { return static_cast<std::int64_t>(spread_.stride); }

 private:
  [[nodiscard]] std::string place(std::size_t byte) const;
  Spread spread_;
  std::byte pattern_{};
  std::size_t begin_ = 0;  // of entry 0
  std::vector<std::byte> bytes_;
};

// The first entry in which the two differ.
[[nodiscard]] std::optional<std::size_t> first_difference(std::span<const std::byte> a,
                                                          std::span<const std::byte> b, std::size_t element);

}  // namespace gradproof::inline v0::plugin
