// Two domains, each of two blobs. Both have the same labels, and the target's lie elsewhere.
#pragma once

#include <array>
#include <cstdint>
#include <gradproof/generate.hpp>
#include <vector>

namespace dann {

using Point = std::array<double, 2>;

// Points, and which of the two blobs each is from: label 0 or 1.
struct Domain {
  std::vector<Point> points;
  std::vector<double> labels;
};

struct Blobs {
  Domain source, target;
};

inline constexpr std::array<Point, 2> source_centres = {{{0, 0}, {0, 1}}};
inline constexpr std::array<Point, 2> target_centres = {{{1, -1}, {1, 0}}};
inline constexpr double deviation = 0.2;
inline constexpr int points_in_a_blob = 300;

// A number of the standard normal distribution, from two draws (Box and Muller).
[[nodiscard]] double normal(gradproof::Draw& draw);

[[nodiscard]] Blobs drawn_blobs(std::uint64_t seed);

}  // namespace dann
