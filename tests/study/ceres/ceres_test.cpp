// The advice for Ceres against the real GradientChecker.
#include <ceres/ceres.h>
#include <ceres/gradient_checker.h>

#include <cmath>
#include <functional>

#include "gradproof/study.hpp"
#include "gradproof/text.hpp"
#include "study/advice.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

using Values = std::vector<double>;
// A function of one block of parameters, with its gradient; an entry of that may be off by so much.
struct OneResidual {
  std::string graph;
  Values x;
  std::function<double(const Values&)> value;
  std::function<Values(const Values&)> gradient;
};

class Claimed : public ceres::CostFunction {
 public:
  Claimed(const OneResidual& f, std::size_t entry, double off) : f_(f), entry_(entry), off_(off) {
    set_num_residuals(1);
    mutable_parameter_block_sizes()->push_back(static_cast<int>(f.x.size()));
  }
  bool Evaluate(double const* const* parameters, double* residuals, double** jacobians) const override {
    const Values x(parameters[0], parameters[0] + f_.x.size());
    residuals[0] = f_.value(x);
    if (jacobians == nullptr || jacobians[0] == nullptr) return true;
    const Values g = f_.gradient(x);
    for (std::size_t i = 0; i < g.size(); ++i) jacobians[0][i] = g[i] + (i == entry_ ? off_ : 0);
    return true;
  }

 private:
  const OneResidual& f_;
  std::size_t entry_;
  double off_;
};

bool passes(const OneResidual& f, const CheckerSetting& setting, std::size_t entry = 0, double off = 0) {
  const Claimed claimed(f, entry, off);
  ceres::NumericDiffOptions options;
  options.ridders_relative_initial_step_size = setting.eps;
  const std::vector<const ceres::Manifold*>* none = nullptr;
  const ceres::GradientChecker checker(&claimed, none, options);
  const double* block = f.x.data();
  ceres::GradientChecker::ProbeResults results;
  return checker.Probe(&block, setting.rtol, &results);
}

const std::vector<OneResidual>& functions() {
  static const std::vector<OneResidual> all = {
    {"x = input 1x1 [1]\nr = exp x",
     {1},
     [](const Values& x) { return std::exp(x[0]); },
     [](const Values& x) { return Values{std::exp(x[0])}; }},
    {"x = input 1x2 [0.5 2]\ns = sin x\nr = sum s all",
     {0.5, 2},
     [](const Values& x) { return std::sin(x[0]) + std::sin(x[1]); },
     [](const Values& x) {
       return Values{std::cos(x[0]), std::cos(x[1])};
     }},
    {"x = input 1x2 [0.5 -3]\np = pow x 3\nr = sum p all",
     {0.5, -3},
     [](const Values& x) { return x[0] * x[0] * x[0] + x[1] * x[1] * x[1]; },
     [](const Values& x) {
       return Values{3 * x[0] * x[0], 3 * x[1] * x[1]};
     }},
    {"x = input 1x1 [0.0078125]\nr = log x",
     {0.0078125},
     [](const Values& x) { return std::log(x[0]); },
     [](const Values& x) { return Values{1 / x[0]}; }},
    {"x = input 1x1 [0.25]\nk = const 1x1 [300]\np = mul x k\nr = sin p",
     {0.25},
     [](const Values& x) { return std::sin(x[0] * 300); },
     [](const Values& x) { return Values{300 * std::cos(x[0] * 300)}; }},
    {"x = input 1x1 [0.125]\nr = relu x",
     {0.125},
     [](const Values& x) { return x[0] > 0 ? x[0] : 0; },
     [](const Values& x) { return Values{x[0] > 0 ? 1.0 : 0.0}; }},
    {"x = input 1x3 [0.5 3.5 -4]\ns = sigmoid x\np = mul x s\nr = sum p all",
     {0.5, 3.5, -4},
     [](const Values& x) {
       double sum = 0;
       for (const double v : x) sum += v / (1 + std::exp(-v));
       return sum;
     },
     [](const Values& x) {
       Values g;
       for (const double v : x) {
         const double s = 1 / (1 + std::exp(-v));
         g.push_back(s + v * s * (1 - s));
       }
       return g;
     }},
    {"x = input 1x1 [12]\nr = tanh x",
     {12},
     [](const Values& x) { return std::tanh(x[0]); },
     [](const Values& x) { return Values{1 / std::cosh(x[0]) / std::cosh(x[0])}; }},
  };
  return all;
}

CheckerAdvice advice(const OneResidual& f) {
  const auto document = parse("gradproof 1\n" + f.graph + "\noutput r\n");
  REQUIRE(document.ok());
  const auto a = advice_on(document->graph, Checker::ceres_checker, Dtype::f64);
  REQUIRE(a);
  return *a;
}

}  // namespace

TEST_CASE("Ceres passes right gradients with the advised numbers, and sees what is said to be seen") {
  int decided = 0, default_passes = 0, default_fails = 0;
  for (const OneResidual& f : functions()) {
    const CheckerAdvice a = advice(f);
    INFO(f.graph);
    for (const Outlook& o : {a.by_default, a.by_half_eps}) {
      default_passes += o.right_gradient == Prospect::passes ? 1 : 0;
      default_fails += o.right_gradient == Prospect::fails ? 1 : 0;
      if (o.right_gradient != Prospect::may_fail)
        CHECK(passes(f, o.setting) == (o.right_gradient == Prospect::passes));
    }
    if (!a.advised) continue;
    INFO("step " << a.advised->setting.eps << " precision " << a.advised->setting.rtol << " seen "
                 << a.advised->detectable.value());
    CHECK(passes(f, a.advised->setting));
    if (!a.decides) continue;
    ++decided;
    const Values g = f.gradient(f.x);
    for (std::size_t i = 0; i < g.size(); ++i)
      for (const double sign : {1.0, -1.0})
        CHECK_FALSE(passes(f, a.advised->setting, i, sign * 2 * a.advised->detectable.value() * g[i]));
  }
  CHECK(decided >= 5);
  CHECK(default_passes >= 2);
  CHECK(default_fails >= 1);
}
