// Layers of this very program, right and wrong, judged in place.
#include "gradproof/subject.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "tests/catch.hpp"

using namespace gradproof;

namespace {

template <class T>
using In = std::span<const T>;
template <class T>
using Out = std::span<T>;

const auto copy = []<class T>(In<T> x, std::type_identity_t<Out<T>> y) { std::ranges::copy(x, y.begin()); };
const auto reversed = []<class T>(In<T> gy, std::type_identity_t<Out<T>> gx, double lambda) {
  for (std::size_t i = 0; i < gy.size(); ++i) gx[i] = static_cast<T>(-lambda * gy[i]);
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string dtypes_of(const LayerVerdict& verdict) {
  return std::string(contains(verdict.report, "float32") ? "f32 " : "") +
         (contains(verdict.report, "float64") ? "f64" : "");
}

// A wrong layer is caught, and its report says these words.
void check_caught(const LayerVerdict& verdict, const std::string& words) {
  INFO(verdict.report);
  CHECK_FALSE(verdict);
  CHECK(contains(verdict.report, "NOT VERIFIED"));
  CHECK(contains(verdict.report, words));
}

void check_right(const LayerVerdict& verdict) {
  INFO(verdict.report);
  CHECK(verdict);
}

std::vector<double> vector_forward(const std::vector<double>& x) { return x; }
std::vector<double> vector_backward(const std::vector<double>& gy, double lambda) {
  std::vector<double> gx;
  for (const double g : gy) gx.push_back(-lambda * g);
  return gx;
}
void pointer_forward(const float* x, float* y, std::size_t n, double) { std::copy_n(x, n, y); }
void pointer_backward(const float* gy, float* gx, std::size_t n, double lambda) {
  for (std::size_t i = 0; i < n; ++i) gx[i] = static_cast<float>(-lambda * static_cast<double>(gy[i]));
}

// As many C++ frameworks have it: an object that is run forward, then backward.
struct Reversal {
  double lambda = 1, of_this_pass = 0;
  void set_lambda(double l) { lambda = l; }
  void forward(In<double> x, Out<double> y) {
    of_this_pass = lambda;
    copy(x, y);
  }
  void backward(In<double> gy, Out<double> gx) const { reversed(gy, gx, of_this_pass); }
};
struct ReadsLate : Reversal {
  void backward(In<double> gy, Out<double> gx) const { reversed(gy, gx, lambda); }
};
struct NeverSet : Reversal {
  bool given = false;
  void set_lambda(double l) {
    if (!given) lambda = l;
    given = true;
  }
};
double one_lambda_for_all = 1;
struct SharesLambda {
  void set_lambda(double l) { one_lambda_for_all = l; }
  void forward(In<double> x, Out<double> y) { copy(x, y); }
  void backward(In<double> gy, Out<double> gx) const { reversed(gy, gx, one_lambda_for_all); }
};
struct UsedUp : Reversal {
  void backward(In<double> gy, Out<double> gx) {
    reversed(gy, gx, of_this_pass);
    of_this_pass = 1;
  }
};

// As a framework with a tape has it: each pass knows what it needs, and many wait at once.
struct OnTape : LivingLayer {
  explicit OnTape(double l) : lambda(l) {}
  void set_lambda(double l) override { lambda = l; }
  std::unique_ptr<LivingLayer> copy() const override { return std::make_unique<OnTape>(*this); }
  LivingPass<float> pass_in_float() override { return {}; }
  LivingPass<double> pass_in_double() override {
    const auto backward = [l = lambda](In<double> gy, Out<double> gx) { reversed(gy, gx, l); };
    return {::copy, backward, backward};
  }
  double lambda;
};
struct OneSlot : OnTape {
  using OnTape::OnTape;
  LivingPass<double> pass_in_double() override {
    return {[this](In<double> x, Out<double> y) { slot = lambda, ::copy(x, y); },
            [this](In<double> gy, Out<double> gx) { reversed(gy, gx, slot); }};
  }
  double slot = 0;
};
struct CopyStartsAnew : OnTape {
  using OnTape::OnTape;
  std::unique_ptr<LivingLayer> copy() const override { return std::make_unique<CopyStartsAnew>(1); }
};
template <class L>
LivingLayers many() {
  return {.make = [](double lambda) { return std::make_unique<L>(lambda); }};
}

}  // namespace

TEST_CASE("right layers in every form are verified, in the types that they can be called with") {
  const auto check = [](const LayerVerdict& verdict, const std::string& dtypes) {
    check_right(verdict);
    CHECK(dtypes_of(verdict) == dtypes);
  };
  check(verify_layer(Layer{.forward = copy, .backward = reversed}), "f32 f64");
  check(verify_layer(Layer{.forward = [](In<double> x, Out<double> y, double) { copy(x, y); },
                           .backward = [](In<double> g, Out<double> o, double l) { reversed(g, o, l); }}),
        "f64");
  check(verify_layer(Layer{.forward = vector_forward, .backward = vector_backward}), "f64");
  check(verify_layer(Layer{.forward = pointer_forward, .backward = pointer_backward}), "f32 ");
  check(verify_layer(Layer{.forward = copy,
                           .backward =
                             [](In<double> saved, In<double> gy, Out<double> gx, double l) {
                               if (saved.size() != gy.size()) throw std::logic_error("the input was lost");
                               reversed(gy, gx, l);
                             }}),
        "f64");
  check(verify_layer(Reversal{}), "f64");
  check(verify_layers(many<OnTape>()), "f64");
}

TEST_CASE("what a callable keeps to itself goes with it") {
  // It can't be copied, and is written to.
  auto calls = std::make_unique<int>(0);
  const int* const count = calls.get();
  const Layer layer{.forward =
                      [calls = std::move(calls)](In<double> x, Out<double> y) mutable {
                        ++*calls;
                        copy(x, y);
                      },
                    .backward = reversed};
  check_right(verify_layer(layer));
  CHECK(*count > 100);
}

TEST_CASE("an object that reads λ in its backward pass is right where it says so") {
  check_right(verify_layer(ReadsLate{}, {.reads_lambda_in_backward = true}));
  check_caught(verify_layer(ReadsLate{}), "a λ set after the forward pass is applied");
}

TEST_CASE("a layer without λ is judged by the λ that it is said to have") {
  const Layer half{.forward = copy, .backward = []<class T>(In<T> g, std::type_identity_t<Out<T>> o) {
                     for (std::size_t i = 0; i < g.size(); ++i) o[i] = g[i] * T(-0.5);
                   }};
  Layer said = half;
  said.lambda = 0.5;
  check_right(verify_layer(said));
  said.lambda = 0.25;
  check_caught(verify_layer(said), "expected");
  const LayerVerdict silent = verify_layer(half);
  check_right(silent);
  CHECK(contains(silent.report, "fixed, taken for 0.5"));
}

TEST_CASE("other contracts are judged as --contract judges them") {
  const auto same = [](In<double> gy, Out<double> gx) { copy(gy, gx); };
  const auto times = [](double s) {
    return [s](In<double> gy, Out<double> gx) {
      for (std::size_t i = 0; i < gy.size(); ++i) gx[i] = s * gy[i];
    };
  };
  check_right(verify_layer(Layer{.forward = copy, .backward = times(3)}, {.contract = "scale:3"}));
  check_caught(verify_layer(Layer{.forward = copy, .backward = times(2)}, {.contract = "scale:3"}),
               "expected");
  const auto nothing = [](In<double>, Out<double> gx) { std::ranges::fill(gx, 0.0); };
  check_right(verify_layer(Layer{.forward = copy, .backward = nothing}, {.contract = "stop"}));
  check_caught(verify_layer(Layer{.forward = copy, .backward = same}, {.contract = "stop"}), "expected");
  const auto nearest = [](In<double> x, Out<double> y) {
    std::ranges::transform(x, y.begin(), [](double v) { return std::nearbyint(v); });
  };
  check_right(verify_layer(Layer{.forward = nearest, .backward = same}, {.contract = "straight-through"}));
  check_caught(
    verify_layer(Layer{.forward = nearest, .backward = times(0)}, {.contract = "straight-through"}),
    "declared-gradient");
  const auto clipped = [](double bound) {
    return [bound](In<double> gy, Out<double> gx) {
      for (std::size_t i = 0; i < gy.size(); ++i)
        gx[i] = std::isnan(gy[i]) ? gy[i] : std::clamp(gy[i], -bound, bound);
    };
  };
  check_right(verify_layer(Layer{.forward = copy, .backward = clipped(0.25)}, {.contract = "clip:0.25"}));
  check_caught(verify_layer(Layer{.forward = copy, .backward = clipped(0.5)}, {.contract = "clip:0.25"}),
               "expected");
}

TEST_CASE("an operation with a derivative is judged by its forward pass as a graph") {
  const LayerOptions options{.contract = "derivative",
                             .forward_graph = "x = input 1x3 [0.5 -1 2]\ny = tanh x\noutput y\n"};
  const auto forward = [](In<double> x, Out<double> y) {
    std::ranges::transform(x, y.begin(), [](double v) { return std::tanh(v); });
  };
  const auto with = [&](double c) {
    return Layer{.forward = forward, .backward = [c](In<double> x, In<double> gy, Out<double> gx) {
                   for (std::size_t i = 0; i < x.size(); ++i)
                     gx[i] = gy[i] * (1 - c * std::tanh(x[i]) * std::tanh(x[i]));
                 }};
  };
  check_right(verify_layer(with(1), options));
  check_caught(verify_layer(with(1 + 1e-12), options), "declared-gradient");
}

TEST_CASE("the usual mistakes are caught, and named") {
  const auto with = [](auto backward) { return verify_layer(Layer{.forward = copy, .backward = backward}); };
  check_caught(with([](In<double> g, Out<double> o, double l) { reversed(g, o, -l); }),
               "the minus sign is missing");
  check_caught(with([](In<double> g, Out<double> o, double) { reversed(g, o, 1); }), "λ is ignored");
  check_caught(with([](In<double> g, Out<double> o, double l) { reversed(g, o, std::abs(l)); }),
               "|λ| is used");
  check_caught(with([](In<double> g, Out<double> o, float l) { reversed(g, o, l); }),
               "λ is rounded to float32");
  check_caught(with([](In<double> g, Out<double> o, double l) {
                 static const double first = l;
                 reversed(g, o, first);
               }),
               "λ is ignored: the factor is always");
  check_caught(
    verify_layer(Layer{.forward = [](In<double> x, Out<double> y, double l) { reversed(x, y, -l); },
                       .backward = reversed}),
    "λ is applied to the forward value");
}

TEST_CASE("a layer that touches what is not its own is caught") {
  const auto with = [](auto backward) { return verify_layer(Layer{.forward = copy, .backward = backward}); };
  check_caught(with([](In<double> g, Out<double> o, double l) {
                 reversed(g, o, l);
                 o.data()[o.size()] = 0;
               }),
               "the entry after the last of gx");
  check_caught(with([](In<double> g, Out<double> o, double l) {
                 reversed(g, o, l);
                 o.data()[-1] = 0;
               }),
               "the entry before the first of gx");
  check_caught(with([](In<double> g, Out<double> o, double l) {
                 for (const double& v : g) const_cast<double&>(v) *= -l;
                 copy(g, o);
               }),
               "the input of backward");
  check_caught(with([](In<double> g, Out<double> o, double l) {
                 const std::size_t n = std::min<std::size_t>(g.size(), 65535);
                 reversed(g.first(n), o.first(n), l);
               }),
               "left entry 65535 of");
  static std::vector<double> before;
  check_caught(with([](In<double> g, Out<double> o, double l) {
                 // One result too late.
                 if (before.size() != g.size()) before.assign(g.size(), 0);
                 copy(In<double>(before), o);
                 reversed(g, Out<double>(before), l);
               }),
               "likely cause");
}

TEST_CASE("a layer that throws, answers with NaN or with too little is caught, and the test goes on") {
  const auto with = [](auto backward) { return verify_layer(Layer{.forward = copy, .backward = backward}); };
  check_caught(with([](In<double>, Out<double>, double) { throw std::runtime_error("no backward\ntoday"); }),
               "backward threw an exception: no backward");
  check_caught(with([](In<double>, Out<double>, double) { throw 5; }), "backward threw an exception");
  check_caught(with([](In<double>, Out<double> o, double) {
                 std::ranges::fill(o, std::numeric_limits<double>::quiet_NaN());
               }),
               "observed nan");
  check_caught(with([](In<double> g, double) { return std::vector<double>(g.size() / 2); }), "it returned");
}

TEST_CASE("objects that share or lose their λ are caught") {
  check_caught(verify_layer(SharesLambda{}), "share");
  check_caught(verify_layer(NeverSet{}), "λ is read once and kept");
  check_caught(verify_layer(UsedUp{}), "a backward pass changes what it needs again");
  check_caught(verify_layers(many<OneSlot>()), "pending");
  check_caught(verify_layers(many<CopyStartsAnew>()), "a deep copy of the layer does not reverse");
}

TEST_CASE("double backward is judged where there is one") {
  check_right(verify_layer(Layer{.forward = copy, .backward = reversed, .double_backward = reversed}));
  // In float there is none, and there is nothing to judge.
  const auto sign_lost = [](In<double> g, Out<double> o, double l) { reversed(g, o, -l); };
  check_caught(verify_layer(Layer{.forward = copy, .backward = reversed, .double_backward = sign_lost}),
               "the second derivative is wrong");
  check_caught(
    verify_layer(Layer{.forward = vector_forward,
                       .backward = vector_backward,
                       .double_backward = [](In<double> g, Out<double> o, double l) { reversed(g, o, -l); }}),
    "the second derivative is wrong");
}

TEST_CASE("what can't be judged is said, and is no pass") {
  const auto said = [](const LayerVerdict& verdict) {
    CHECK_FALSE(verdict);
    CHECK(contains(verdict.report, "NO SUBJECT"));
    return verdict.headline;
  };
  CHECK(contains(said(verify_layer(Layer{.forward = pointer_forward, .backward = vector_backward})),
                 "can't be called with the same type of numbers"));
  CHECK(contains(said(verify_layer(Layer{})), "can't be called"));
  CHECK(contains(said(verify_layer(Layer{copy, reversed}, {.contract = "clop"})), "'clop' is no contract"));
  CHECK(contains(said(verify_layer(Layer{copy, reversed}, {.dtypes = {"f80"}})), "there is no dtype f80"));
  CHECK(
    contains(said(verify_layer(Layer{copy, reversed}, {.contract = "derivative", .forward_graph = "x ="})),
             "forward_graph: line 1"));
  CHECK(contains(said(verify_layers({.make = [](double) { return nullptr; }})), "null pointer"));
  CHECK(contains(said(verify_layers({.make = [](double) -> std::unique_ptr<LivingLayer> {
                   throw std::runtime_error("out of memory");
                 }})),
                 "out of memory"));
}

TEST_CASE("failures that are known do not count, and those that no longer happen do") {
  const Layer wrong{.forward = copy,
                    .backward = [](In<double> g, Out<double> o, double l) { reversed(g, o, std::abs(l)); }};
  check_right(verify_layer(wrong, {.known_failures = "* we never give a negative λ\n"}));
  CHECK(
    contains(verify_layer(Layer{copy, reversed}, {.known_failures = "backward-rounded:f64 once\n"}).report,
             "a known failure no longer happens"));
}

TEST_CASE("a verdict prints as its report") {
  const LayerVerdict verdict = verify_layer(Layer{.forward = copy, .backward = copy}, {.name = "mine"});
  std::ostringstream printed;
  printed << verdict;
  CHECK(printed.str() == "\n" + to_string(verdict));
  CHECK(verdict.report.starts_with("mine   C++, forward and backward callables"));
}
