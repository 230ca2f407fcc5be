// A program of somebody else's, in a project of its own: it ends with 0 where a layer is verified.
#include <gradproof/subject.hpp>
#include <iostream>

int main() {
  const gradproof::Layer layer{
    .forward = [](std::span<const float> x, std::span<float> y) { std::copy(x.begin(), x.end(), y.begin()); },
    .backward =
      [](std::span<const float> g, std::span<float> r, float lambda) {
        for (std::size_t i = 0; i < g.size(); ++i) r[i] = -lambda * g[i];
      }};
  const gradproof::LayerVerdict verdict = gradproof::verify_layer(layer);
  std::cout << verdict;
  return verdict ? 0 : 1;
}
