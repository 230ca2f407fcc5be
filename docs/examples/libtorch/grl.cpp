#include <iostream>

#include "gradproof_libtorch.hpp"

struct GradReverse : torch::autograd::Function<GradReverse> {
  static at::Tensor forward(torch::autograd::AutogradContext* ctx, const at::Tensor& x, double lambda) {
    ctx->saved_data["lambda"] = lambda;
    return x.view_as(x);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 const torch::autograd::variable_list& gradients) {
    return {gradients[0] * -ctx->saved_data["lambda"].toDouble(), at::Tensor()};
  }
};

int main() {
  const auto layers =
    gradproof::torch_layers([](const at::Tensor& x, double lambda) { return GradReverse::apply(x, lambda); });
  const auto verdict = gradproof::verify_layers(layers, {.name = "GradReverse"});
  std::cout << verdict;
  return verdict ? 0 : 1;
}
