// Judging a layer of your own program, in place: give its forward and backward pass, get a verdict.
//
//   const gradproof::Layer layer{.forward = f, .backward = g};
//   REQUIRE(gradproof::verify_layer(layer));
//
// Where the verdict is not VERIFIED the assertion fails with the report as its message. This header needs nothing but
// the standard library.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace gradproof::inline v0 {

// --- What comes out -----------------------------------------------------------------------------------------

// What a report says, and whether it is the good news.
struct LayerVerdict {
  bool verified = false;
  std::string headline;  // the worst disagreement, or why there is no verdict
  std::string cause;     // the likely cause, where one is known
  std::string report;    // all of it, as `gradproof verify` prints it
  explicit operator bool() const { return verified; }
};
[[nodiscard]] inline std::string to_string(const LayerVerdict& verdict) { return verdict.report; }
// What Catch2, RapidCheck and GoogleTest print of a verdict that they find wanting.
std::ostream& operator<<(std::ostream& out, const LayerVerdict& verdict);

// How a layer is judged, and by how much.
struct LayerOptions {
  std::string name = "layer";             // what the report calls it
  std::string contract = "reversal";      // or scale:S, stop, straight-through, clip:C, derivative
  std::string forward_graph{};            // for `derivative`: what the layer computes, as graph text
  std::vector<std::string> dtypes{};      // "f32", "f64"; empty: all that the layer can be called with
  std::string known_failures{};           // lines as in a file for --known-failures
  std::uint64_t seed = 1, graphs = 60;    // of each family and dtype
  std::optional<double> seconds{};        // no new batch of random graphs after that long
  bool reads_lambda_in_backward = false;  // by design; else the λ of the forward pass is right
};

// --- What goes in -------------------------------------------------------------------------------------------

// A pass in both types of numbers, where it has them: from the entries of one tensor to as many of another. `saved` is
// the input of the forward pass. It may throw.
template <class T>
using PassFunction =
  std::function<void(std::span<const T> saved, std::span<const T> in, std::span<T> out, double lambda)>;

// A forward or backward pass out of any callable. With S for std::span<const T> or const std::vector<T>&, in each of
// double and float that it can be called with:
//   void(S in, std::span<T> out)            void(S saved, S in, std::span<T> out)
//   std::vector<T>(S in)                    std::vector<T>(S saved, S in)
//   void(const T* in, T* out, std::size_t n)
// and each of them with λ, a double, behind.
struct Callable {
  PassFunction<float> narrow;
  PassFunction<double> wide;
  bool takes_lambda = false;

  Callable() = default;
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, Callable>)
    Callable(F callable);  // NOLINT: a lambda is one
  explicit operator bool() const { return narrow || wide; }
};

// A layer without a state: λ, where it has one, is an argument of each call.
struct Layer {
  Callable forward, backward;
  Callable
    double_backward{};  // from the cotangent of backward's result to that of its argument, where there is one
  std::optional<double> lambda{};  // of a layer that takes none and is a reversal
};

// Asks the layer what the catalogue would know of it. What the layer throws is a failure of its own.
[[nodiscard]] LayerVerdict verify_layer(const Layer& layer, const LayerOptions& options = {});

// --- Layers that are objects --------------------------------------------------------------------------------

// One forward pass and the backward passes that belong to it, in one type of numbers; empty where there is none.
template <class T>
struct LivingPass {
  std::function<void(std::span<const T> in, std::span<T> out)> forward, backward, double_backward{};
};

// The most general form: a layer with a λ of its own. Frameworks are adapted by deriving from it.
class LivingLayer {
 public:
  virtual ~LivingLayer() = default;
  virtual void set_lambda(double lambda) = 0;
  [[nodiscard]] virtual std::unique_ptr<LivingLayer> copy() const { return nullptr; }
  [[nodiscard]] virtual LivingPass<float> pass_in_float() = 0;
  [[nodiscard]] virtual LivingPass<double> pass_in_double() = 0;
};
struct LivingLayers {
  std::function<std::unique_ptr<LivingLayer>(double lambda)> make;
  std::string form = "layers of this program";  // what they are and how λ is given, for the report
  std::string lambda = "argument of make";
  bool one_pass_at_a_time = false;  // a forward pass of a layer ends the one before it
  bool lambda_is_fixed = false;  // set_lambda has no meaning; fixed_lambda is what it is, where that is known
  std::optional<double> fixed_lambda{};
};
[[nodiscard]] LayerVerdict verify_layers(const LivingLayers& layers, const LayerOptions& options = {});

// An object that can be copied, with set_lambda(λ), forward and backward, as above but without λ. Each layer that is
// judged is a copy of it.
template <class L>
concept LayerObject = std::is_copy_constructible_v<L> && requires(L layer) {
  layer.set_lambda(1.0);
};

template <LayerObject L>
[[nodiscard]] LayerVerdict verify_layer(const L& prototype, const LayerOptions& options = {});

// --- How callables become passes ----------------------------------------------------------------------------

namespace subject {

// How a callable may be called in one type of numbers.
template <class F, class T>
struct Calls {
  using S = std::span<const T>;
  using V = const std::vector<T>&;
  using Out = std::span<T>;

  template <class... A>
  static constexpr bool gives = [] {
    if constexpr (std::is_invocable_v<F&, A...>)
      return std::is_convertible_v<std::invoke_result_t<F&, A...>, std::vector<T>>;
    else return false;
  }();
  template <class... A>
  static constexpr bool writes = std::is_invocable_v<F&, A...> && !gives<A...>;

  static void hand_over(const std::vector<T>& result, std::span<T> out) {
    if (result.size() != out.size())
      throw std::length_error("it returned " + std::to_string(result.size()) + " entries, not " +
                              std::to_string(out.size()));
    std::copy(result.begin(), result.end(), out.begin());
  }

  // Forms that write into a span, where `L` is what follows the other arguments: λ, or nothing.
  template <class... L>
  static constexpr bool spans = writes<S, Out, L...> || writes<S, S, Out, L...>;
  template <class... L>
  static PassFunction<T> to_span(std::shared_ptr<F> f) {
    if constexpr (writes<S, Out, L...>)
      return [f](S, S in, Out out, [[maybe_unused]] double lambda) { (*f)(in, out, L(lambda)...); };
    else
      return
        [f](S saved, S in, Out out, [[maybe_unused]] double lambda) { (*f)(saved, in, out, L(lambda)...); };
  }

  // The other forms; nothing where it is none of them.
  template <class... L>
  static PassFunction<T> other(std::shared_ptr<F> f) {
    if constexpr (gives<S, L...>)
      return
        [f](S, S in, Out out, [[maybe_unused]] double lambda) { hand_over((*f)(in, L(lambda)...), out); };
    else if constexpr (gives<S, S, L...>)
      return [f](S saved, S in, Out out, [[maybe_unused]] double lambda) {
        hand_over((*f)(saved, in, L(lambda)...), out);
      };
    else if constexpr (gives<V, L...>)
      return [f](S, S in, Out out, [[maybe_unused]] double lambda) {
        hand_over((*f)(vector(in), L(lambda)...), out);
      };
    else if constexpr (gives<V, V, L...>)
      return [f](S saved, S in, Out out, [[maybe_unused]] double lambda) {
        hand_over((*f)(vector(saved), vector(in), L(lambda)...), out);
      };
    else if constexpr (writes<const T*, T*, std::size_t, L...>)
      return [f](S, S in, Out out, [[maybe_unused]] double lambda) {
        (*f)(in.data(), out.data(), in.size(), L(lambda)...);
      };
    else return {};
  }

  // The pass, and whether it takes λ. A generic lambda is asked first about what it most likely is, because asking
  // compiles its body.
  static std::pair<PassFunction<T>, bool> pass(const std::shared_ptr<F>& f) {
    if constexpr (spans<double>) return {to_span<double>(f), true};
    else if constexpr (spans<>) return {to_span<>(f), false};
    else {
      PassFunction<T> with_lambda = other<double>(f);
      const bool takes = static_cast<bool>(with_lambda);
      return {takes ? std::move(with_lambda) : other<>(f), takes};
    }
  }

 private:
  static std::vector<T> vector(S entries) { return {entries.begin(), entries.end()}; }
};

}  // namespace subject

template <class F>
requires(!std::is_same_v<std::remove_cvref_t<F>, Callable>) Callable::Callable(F callable) {
  const auto f = std::make_shared<F>(std::move(callable));
  auto [in_float, float_takes] = subject::Calls<F, float>::pass(f);
  auto [in_double, double_takes] = subject::Calls<F, double>::pass(f);
  narrow = std::move(in_float);
  wide = std::move(in_double);
  takes_lambda = float_takes || double_takes;
}

// A layer of the user's class, which is copied where the scenario copies it.
template <LayerObject L>
class CopiedLayer : public LivingLayer {
 public:
  explicit CopiedLayer(const L& prototype) : layer_(prototype) {}
  void set_lambda(double lambda) override { layer_.set_lambda(lambda); }
  [[nodiscard]] std::unique_ptr<LivingLayer> copy() const override {
    return std::make_unique<CopiedLayer>(layer_);
  }
  [[nodiscard]] LivingPass<float> pass_in_float() override { return pass<float>(&Callable::narrow); }
  [[nodiscard]] LivingPass<double> pass_in_double() override { return pass<double>(&Callable::wide); }

 private:
  template <class T>
  LivingPass<T> pass(PassFunction<T> Callable::*in_type) {
    const auto call_forward = [this](auto&&... a) -> decltype(layer_.forward(a...)) {
      return layer_.forward(a...);
    };
    const auto call_backward = [this](auto&&... a) -> decltype(layer_.backward(a...)) {
      return layer_.backward(a...);
    };
    const PassFunction<T> forward = Callable(call_forward).*in_type,
                          backward = Callable(call_backward).*in_type;
    if (!forward || !backward) return {};
    const auto saved = std::make_shared<std::vector<T>>();
    return {[=](std::span<const T> in, std::span<T> out) {
              saved->assign(in.begin(), in.end());
              forward(in, in, out, 0);
            },
            [=](std::span<const T> in, std::span<T> out) { backward(*saved, in, out, 0); }};
  }
  L layer_;
};

// The prototype is copied for each layer that a scenario makes, and given its λ.
template <LayerObject L>
LayerVerdict verify_layer(const L& prototype, const LayerOptions& options) {
  LivingLayers layers;
  layers.make = [prototype](double lambda) {
    auto layer = std::make_unique<CopiedLayer<L>>(prototype);
    layer->set_lambda(lambda);
    return layer;
  };
  layers.form = "objects";
  layers.lambda = "set_lambda";
  layers.one_pass_at_a_time = true;
  return verify_layers(layers, options);
}

}  // namespace gradproof::inline v0
