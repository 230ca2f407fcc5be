// A fingerprint of what was tried and found: 64 bits, the same on every machine.
#pragma once

#include <cstdint>
#include <string_view>

#include "gradproof/graph.hpp"

namespace gradproof::inline v0 {

class Digest {
 public:
  void add(std::uint64_t word) {
    // SplitMix64's mixing, of the word and all before it.
    state_ += word + 0x9e3779b97f4a7c15ULL;
    state_ = (state_ ^ (state_ >> 30)) * 0xbf58476d1ce4e5b9ULL;
    state_ = (state_ ^ (state_ >> 27)) * 0x94d049bb133111ebULL;
    state_ ^= state_ >> 31;
  }
  void add(std::string_view text) {
    for (const char c : text) add(static_cast<unsigned char>(c));
    add(text.size());
  }
  void add(const Graph& graph);
  [[nodiscard]] std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0;
};

}  // namespace gradproof::inline v0
