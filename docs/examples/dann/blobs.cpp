#include "blobs.hpp"

#include <cmath>
#include <numbers>

namespace dann {

namespace {

// In (0, 1]: its logarithm is finite.
double uniform(gradproof::Draw& draw) {
  return std::ldexp(static_cast<double>((draw.next() >> 11) + 1), -53);
}

Domain domain(gradproof::Draw& draw, const std::array<Point, 2>& centres) {
  Domain d;
  for (int label = 0; label < 2; ++label)
    for (int i = 0; i < points_in_a_blob; ++i) {
      const Point& centre = centres[static_cast<std::size_t>(label)];
      const double x = centre[0] + deviation * normal(draw), y = centre[1] + deviation * normal(draw);
      d.points.push_back({x, y});
      d.labels.push_back(label);
    }
  return d;
}

}  // namespace

double normal(gradproof::Draw& draw) {
  const double radius = std::sqrt(-2 * std::log(uniform(draw)));
  return radius * std::cos(2 * std::numbers::pi * uniform(draw));
}

Blobs drawn_blobs(std::uint64_t seed) {
  gradproof::Draw draw(seed, 1);
  Blobs blobs;
  blobs.source = domain(draw, source_centres);
  blobs.target = domain(draw, target_centres);
  return blobs;
}

}  // namespace dann
