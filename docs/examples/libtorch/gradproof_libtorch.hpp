// Layers of LibTorch for gradproof/subject.hpp: a function of a tensor and λ, differentiated by autograd.
//
//   const auto verdict = gradproof::verify_layers(gradproof::torch_layers(f));  // f(x, lambda) gives a tensor
#pragma once

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cstring>
#include <gradproof/subject.hpp>

namespace gradproof {

using TorchFunction = std::function<at::Tensor(const at::Tensor& x, double lambda)>;

class TorchLayer : public LivingLayer {
 public:
  TorchLayer(TorchFunction function, double lambda) : function_(std::move(function)), lambda_(lambda) {}
  void set_lambda(double lambda) override { lambda_ = lambda; }
  [[nodiscard]] std::unique_ptr<LivingLayer> copy() const override {
    return std::make_unique<TorchLayer>(function_, lambda_);
  }
  [[nodiscard]] LivingPass<float> pass_in_float() override { return pass<float>(at::kFloat); }
  [[nodiscard]] LivingPass<double> pass_in_double() override { return pass<double>(at::kDouble); }

 private:
  // A tensor with memory of its own, so that passes may wait for each other.
  template <class T>
  static at::Tensor tensor(std::span<const T> entries, at::ScalarType type) {
    const auto size = static_cast<std::int64_t>(entries.size());
    return at::from_blob(const_cast<T*>(entries.data()), {size}, at::dtype(type)).clone();
  }
  template <class T>
  static void hand_over(const at::Tensor& t, std::span<T> out, at::ScalarType type) {
    if (!t.defined()) return std::fill(out.begin(), out.end(), T(0));  // no gradient
    if (t.scalar_type() != type) throw std::invalid_argument("the result has another dtype");
    if (t.dim() != 1 || t.size(0) != static_cast<std::int64_t>(out.size()))
      throw std::invalid_argument("the result has another shape");
    const at::Tensor values = t.detach().contiguous();
    std::copy_n(values.data_ptr<T>(), out.size(), out.begin());
  }
  template <class T>
  static void check_unchanged(const at::Tensor& t, std::span<const T> entries, const char* what) {
    const at::Tensor now = t.detach().contiguous();
    if (!entries.empty() && std::memcmp(now.data_ptr<T>(), entries.data(), entries.size_bytes()) != 0)
      throw std::logic_error(std::string("the layer changed ") + what + " in place");
  }
  static at::Tensor gradient(const at::Tensor& y, const at::Tensor& x, const at::Tensor& g, bool again) {
    if (!y.requires_grad()) return {};
    return torch::autograd::grad({y}, {x}, {g}, true, again, true)[0];
  }

  template <class T>
  LivingPass<T> pass(at::ScalarType type) {
    struct Tape {
      at::Tensor x, y;
    };
    const auto tape = std::make_shared<Tape>();
    LivingPass<T> p;
    p.forward = [tape, type, f = function_, lambda = lambda_](std::span<const T> in, std::span<T> out) {
      tape->x = tensor(in, type).requires_grad_();
      tape->y = f(tape->x, lambda);
      hand_over(tape->y, out, type);
      check_unchanged(tape->x, in, "its input");
    };
    p.backward = [tape, type](std::span<const T> in, std::span<T> out) {
      const at::Tensor g = tensor(in, type);
      hand_over(gradient(tape->y, tape->x, g, false), out, type);
      check_unchanged(g, in, "the cotangent");
    };
    p.double_backward = [tape, type](std::span<const T> in, std::span<T> out) {
      const at::Tensor g = at::ones({static_cast<std::int64_t>(in.size())}, at::dtype(type)).requires_grad_();
      const at::Tensor gx = gradient(tape->y, tape->x, g, true);
      hand_over(gx.defined() ? gradient(gx, g, tensor(in, type), false) : gx, out, type);
    };
    return p;
  }

  TorchFunction function_;
  double lambda_;
};

[[nodiscard]] inline LivingLayers torch_layers(TorchFunction function) {
  LivingLayers layers;
  layers.make = [function = std::move(function)](double lambda) {
    return std::make_unique<TorchLayer>(function, lambda);
  };
  layers.form = "LibTorch, function of a tensor and λ";
  layers.lambda = "second argument";
  return layers;
}

}  // namespace gradproof
