// The jobs that are measured, as plain integers. Every leaf is an integer over a prime, so that it fills all
// limbs of a multiprecision number: arithmetic on short fractions is cheaper than what users have.
//
// Nothing of gradproof is included here, for the peers are built from this file too and need not be built
// again whenever the library changes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gradproof::inline v0::bench {

// h1 = tanh(X W1 + b1), h2 = tanh(reverse(h1; 1/2) W2 + b2), y = h2 W3 + b3, value = sum (y - target)^2 / 2.
// The leaves X, W1, b1, W2, b2, W3, b3 stand one after the other, each row by row; that is the order of the
// gradient too. All are over `denominator`.
struct Network {
  static constexpr int denominator = 1009;
  std::size_t batch, features, hidden1, hidden2;
  std::vector<int> leaves;
  std::vector<int> target;

  [[nodiscard]] std::size_t w1() const { return batch * features; }
  [[nodiscard]] std::size_t b1() const { return w1() + features * hidden1; }
  [[nodiscard]] std::size_t w2() const { return b1() + hidden1; }
  [[nodiscard]] std::size_t b2() const { return w2() + hidden1 * hidden2; }
  [[nodiscard]] std::size_t w3() const { return b2() + hidden2; }
  [[nodiscard]] std::size_t b3() const { return w3() + hidden2; }
  [[nodiscard]] std::size_t entries() const { return b3() + 1; }
  [[nodiscard]] std::size_t multiply_adds() const {
    return batch * (features * hidden1 + hidden1 * hidden2 + hidden2);
  }
  [[nodiscard]] std::size_t tanhs() const { return batch * (hidden1 + hidden2); }
};
[[nodiscard]] Network network(std::size_t batch, std::size_t width);

// Job A: batch 32, 64-64-64-1. 264,192 multiply-adds and 4,096 tanh in the value, 10,433 gradient entries.
[[nodiscard]] Network job_a();

// h <- tanh(w h + u x_t + b) for every x_t, then value = scale (reverse(h; 1/2) - target)^2, all of them
// scalars. The gradient is that of w, u and b. All are over `denominator`.
//
// w is just below 1 and b small, so that the cell neither saturates nor forgets at once: a cotangent that
// shrank to subnormal doubles would measure how the processor handles those.
struct Recurrence {
  static constexpr int denominator = 100003;
  int w, u, b, start, target, scale;
  std::vector<int> x;
  [[nodiscard]] std::size_t operations() const { return 5 * x.size() + 4; }
};
[[nodiscard]] Recurrence recurrence(std::size_t steps);

// Job B: 32,503 steps of five operations and a tail of four, 162,519 operations on 1x1.
[[nodiscard]] Recurrence job_b();

// 64 bits at a time from a counter; the multipliers are odd and otherwise of no meaning, and a shift folds
// the high half, which is well mixed, onto the low one.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    for (int round = 0; round < 3; ++round) z = (z ^ z >> 32) * 0xd1342543de82ef95ULL;
    return z ^ z >> 32;
  }
  // An integer of 1 <= |k| <= largest: never 0, on which arithmetic takes a short cut.
  int signed_upto(int largest) {
    const int magnitude = 1 + static_cast<int>(next() % static_cast<std::uint64_t>(largest));
    return (next() & 1U) != 0 ? magnitude : -magnitude;
  }

 private:
  std::uint64_t state_;
};

}  // namespace gradproof::inline v0::bench
