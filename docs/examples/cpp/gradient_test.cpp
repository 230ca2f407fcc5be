#include <catch2/catch.hpp>
#include <cmath>
#include <gradproof/catch2.hpp>

// The energy of a chain of springs that stiffen, generic over its numbers.
const auto energy = [](const auto& x) {
  auto sum = 0 * x[0];
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const auto stretch = x[i + 1] - x[i];
    sum += cosh(stretch) - 1;
  }
  return sum;
};

std::vector<double> forces(std::span<const double> x) {
  std::vector<double> g(x.size());
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double pull = std::sinh(x[i + 1] - x[i]);
    g[i] -= pull;
    g[i + 1] += pull;
  }
  return g;
}

TEST_CASE("the forces are the gradient of the energy") {
  REQUIRE_GRADIENT(energy, forces, {0.0, 0.5, 2.0, 1.25});
}

// Known in double only: differences with an error bar.
double area(const std::vector<double>& x) { return std::atan2(x[0], x[1]) * std::tgamma(x[1]); }
std::vector<double> area_gradient(const std::vector<double>& x) {
  const double r2 = x[0] * x[0] + x[1] * x[1], digamma = 0.42278433509846714;  // at 2
  return {x[1] / r2 * std::tgamma(x[1]), std::tgamma(x[1]) * (std::atan2(x[0], x[1]) * digamma - x[0] / r2)};
}

TEST_CASE("the gradient of the area") {
  CHECK_GRADIENT(area, area_gradient, {0.5, 2.0}, {.domain = {{0.25, 1}, {1, 3}}});
}

// A backward pass that reverses: -λ times the derivative is right.
TEST_CASE("the layer behind the domain classifier reverses") {
  const auto reversed = [](std::span<const double> x) {
    std::vector<double> g = forces(x);
    for (double& v : g) v *= -0.3;
    return g;
  };
  CHECK_GRADIENT(energy, reversed, {0.0, 0.5, 2.0}, {.contract = gradproof::GradientContract::reversal(0.3)});
}

TEST_CASE("a gradient in float") {
  const auto in_float = [](std::span<const float> x) { return std::vector<float>{2 * x[0]}; };
  CHECK_GRADIENT([](const auto& x) { return x[0] * x[0]; }, in_float, {0.1},
                 {.dtype = gradproof::Dtype::f32});
}

TEST_CASE("numbers match") {
  const std::vector<double> from_somewhere = forces(std::vector<double>{0.0, 0.5});
  CHECK_THAT(from_somewhere, gradproof::GradientOf(energy, {0.0, 0.5}));
}
