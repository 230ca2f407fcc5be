// The example docs/examples/dann: what it shows has to be so, and its own check of the first steps has to see what is wrong.
#include <cmath>

#include "docs/examples/dann/picture.hpp"
#include "docs/examples/dann/trajectory.hpp"
#include "gradproof/calculus.hpp"
#include "tests/catch.hpp"

using namespace dann;

namespace {

Course course(std::uint64_t seed, Layer layer, int steps = Settings{}.steps) {
  return trained(drawn_blobs(seed), {.seed = seed, .layer = layer, .steps = steps});
}

std::vector<Parameters> first(const Settings& settings, int steps) {
  std::vector<Parameters> all;
  train(drawn_blobs(settings.seed), settings, steps, [&](int, const Parameters& now) { all.push_back(now); });
  return all;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

}  // namespace

TEST_CASE("dann: the blobs are where they are said to be, and the same for the same seed") {
  const Blobs blobs = drawn_blobs(3);
  for (const auto& [domain, centres] :
       {std::pair{blobs.source, source_centres}, std::pair{blobs.target, target_centres}})
    for (int label = 0; label < 2; ++label) {
      Point mean{}, square{};
      int n = 0;
      for (std::size_t i = 0; i < domain.points.size(); ++i) {
        if (domain.labels[i] != label) continue;
        ++n;
        for (std::size_t k = 0; k < 2; ++k) {
          const double off = domain.points[i][k] - centres[static_cast<std::size_t>(label)][k];
          mean[k] += off, square[k] += off * off;
        }
      }
      REQUIRE(n == points_in_a_blob);
      // Five standard errors: of a mean 1/sqrt(n), of a variance sqrt(2/n), in units of the deviation.
      for (std::size_t k = 0; k < 2; ++k) {
        CHECK(std::abs(mean[k] / n) <= 5 * deviation / std::sqrt(n));
        CHECK(std::abs(square[k] / n / (deviation * deviation) - 1) <= 5 * std::sqrt(2.0 / n));
      }
    }
  CHECK(drawn_blobs(3).target.points == blobs.target.points);
  CHECK(drawn_blobs(4).target.points != blobs.target.points);
}

// Half of the target lies where the source has the other label: its own border does no better than half. The README has ten
// seeds; these two are well above 90 % there.
TEST_CASE("dann: the reversal carries the labels over to the target, and nothing else does") {
  for (const std::uint64_t seed : {5, 6}) {
    INFO("seed " << seed);
    const Accuracy alone = course(seed, Layer::none).accuracies.back();
    const Accuracy reversed = course(seed, Layer::reversal).accuracies.back();
    const Accuracy lost = course(seed, Layer::minus_lost).accuracies.back();
    CHECK(alone.source >= 0.95);
    CHECK(std::abs(alone.target - 0.5) <= 0.1);
    CHECK(reversed.source >= 0.95);
    CHECK(reversed.target >= 0.9);
    CHECK(std::abs(lost.target - 0.5) <= 0.1);
  }
}

TEST_CASE("dann: the first steps are those of the formula at 50 digits") {
  for (const std::uint64_t seed : {1, 2, 5}) {
    const Settings settings{.seed = seed};
    const Trajectory t = judged(drawn_blobs(seed), settings, first(settings, 4));
    INFO(to_string(t));
    CHECK(t.compared == 4 * (2 * 15 + 15 + 15 + 1 + 15 + 1));
    CHECK(t.wrong == 0);
    CHECK(t.undecided == 0);
  }
}

TEST_CASE("dann: the first steps show what is wrong with a layer or with a step") {
  const Blobs blobs = drawn_blobs(1);
  const Settings right{.seed = 1};
  const auto wrong = [&](const std::vector<Parameters>& trained) {
    return judged(blobs, right, trained).wrong;
  };
  Settings settings = right;
  settings.layer = Layer::minus_lost;
  CHECK(wrong(first(settings, 1)) > 0);
  settings.layer = Layer::none;
  CHECK(wrong(first(settings, 1)) > 0);
  settings = right;
  settings.rate *= 1 + 1e-12;
  CHECK(wrong(first(settings, 1)) > 0);
  settings = right;
  settings.half_batch = 31;
  CHECK(wrong(first(settings, 1)) > 0);
  // λ as of the next step.
  settings = right;
  settings.steps -= 1;
  CHECK(wrong(first(settings, 1)) > 0);
  std::vector<Parameters> odd = first(right, 2);
  odd[1][4][3] = std::nan("");
  CHECK(wrong(odd) == 1);
  CHECK(to_string(judged(blobs, right, odd)).find("domain_weights after step 2, entry 3: nan") !=
        std::string::npos);
}

TEST_CASE("dann: the pictures have all points, all panels and all curves") {
  const std::vector<Course> some = {course(1, Layer::reversal, 200), course(2, Layer::reversal, 200)};
  const std::string plane = boundary_picture(
    drawn_blobs(1), {{Layer::reversal, some[0].parameters}, {Layer::none, some[0].parameters}});
  CHECK(count(plane, "h0") == 2 * 4 * points_in_a_blob);
  CHECK(count(plane, "<svg") == 3);
  CHECK(count(plane, "</svg>") == 3);
  CHECK(plane.find("minus sign lost") == std::string::npos);
  const std::string steps = accuracy_picture({{Layer::reversal, some}, {Layer::minus_lost, some}});
  CHECK(count(steps, "<polyline") == 2);
  CHECK(count(steps, "<polygon") == 2);
  CHECK(steps.find("mean of 2 seeds") != std::string::npos);
  CHECK(count(steps, "nan") == 0);
}
