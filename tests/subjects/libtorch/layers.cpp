// Layers of LibTorch, right and wrong: prints the verdict on the one that is named.
#include <iostream>
#include <map>

#include "gradproof_libtorch.hpp"

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using Tensors = torch::autograd::variable_list;

at::Tensor kept(AutogradContext* ctx, const at::Tensor& x, double lambda) {
  ctx->saved_data["lambda"] = lambda;
  return x.view_as(x);
}
double lambda_of(AutogradContext* ctx) { return ctx->saved_data["lambda"].toDouble(); }

// Right, in another form than the example's: a clone, and a product that is negated.
struct Cloned : Function<Cloned> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, double lambda) {
    return kept(ctx, x, lambda).clone();
  }
  static Tensors backward(AutogradContext* ctx, const Tensors& g) {
    return {(g[0] * lambda_of(ctx)).neg(), at::Tensor()};
  }
};
struct NoMinus : Function<NoMinus> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, double lambda) {
    return kept(ctx, x, lambda);
  }
  static Tensors backward(AutogradContext* ctx, const Tensors& g) {
    return {g[0] * lambda_of(ctx), at::Tensor()};
  }
};
struct InPlace : Function<InPlace> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, double lambda) {
    return kept(ctx, x, lambda);
  }
  static Tensors backward(AutogradContext* ctx, Tensors g) {
    return {g[0].mul_(-lambda_of(ctx)), at::Tensor()};
  }
};
double latest = 1;
struct Global : Function<Global> {
  static at::Tensor forward(AutogradContext*, const at::Tensor& x, double lambda) {
    latest = lambda;
    return x.view_as(x);
  }
  static Tensors backward(AutogradContext*, const Tensors& g) { return {g[0] * -latest, at::Tensor()}; }
};
// As autograd differentiates it, so that λ's product is one that it never sees again.
struct Detached : Function<Detached> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, double lambda) {
    return kept(ctx, x, lambda);
  }
  static Tensors backward(AutogradContext* ctx, const Tensors& g) {
    return {g[0].detach() * -lambda_of(ctx), at::Tensor()};
  }
};
template <class F>
gradproof::TorchFunction of() {
  return [](const at::Tensor& x, double lambda) { return F::apply(x, lambda); };
}

const std::map<std::string, gradproof::TorchFunction> functions = {
  {"cloned", of<Cloned>()},
  {"no_minus", of<NoMinus>()},
  {"in_place", of<InPlace>()},
  {"global", of<Global>()},
  {"detached", of<Detached>()},
  {"trick", [](const at::Tensor& x, double l) { return (1 + l) * x.detach() - l * x; }},
};

}  // namespace

int main(int, char** arguments) {
  const std::string name = arguments[1];
  const auto verdict =
    gradproof::verify_layers(gradproof::torch_layers(functions.at(name)), {.name = name, .graphs = 20});
  std::cout << verdict;
  return verdict ? 0 : 1;
}
