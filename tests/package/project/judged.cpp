// A program of somebody else's: it ends with 0 where the layer is verified and the gradient is right, and with 1 where not.
// With an argument the layer lacks its minus sign, and the gradient a factor.
#include <gradproof/check.hpp>
#include <gradproof/subject.hpp>
#include <iostream>
#include <vector>

int main(int count, char**) {
  const float sign = count > 1 ? 1 : -1;
  const gradproof::Layer layer{.forward = [](const std::vector<float>& x) { return x; },
                               .backward =
                                 [sign](std::vector<float> gradient, double lambda) {
                                   for (float& g : gradient) g *= sign * static_cast<float>(lambda);
                                   return gradient;
                                 }};
  const auto verdict = gradproof::verify_layer(layer);
  std::cout << verdict;

  const auto square = [](const auto& x) { return x[0] * x[0]; };
  const auto gradient = [sign](std::span<const double> x) { return std::vector{(1.5 - 0.5 * sign) * x[0]}; };
  const auto check = gradproof::check_gradient(square, gradient, {3.0});
  std::cout << check;
  return verdict && check ? 0 : 1;
}
