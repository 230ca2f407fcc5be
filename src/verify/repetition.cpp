#include "verify/repetition.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "gradproof/format.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr int calls = 32;

// The gradients of equal calls of one layer, or of a new one for each.
std::vector<double> repeated(Subject& subject, Dtype dtype, double lambda, bool anew) {
  Scenario s{dtype, {}};
  for (int i = 0; i < calls; ++i) {
    const std::string n = std::to_string(i), layer = anew ? "a" + n : "a";
    if (anew || i == 0) s.steps.push_back({.what = Act::Do::make, .name = layer, .number = lambda});
    s.steps.push_back({.what = Act::Do::leaf, .name = "x" + n, .shape = {1, 1}, .values = {3}});
    s.steps.push_back({.what = Act::Do::forward, .name = "y" + n, .of = layer, .input = "x" + n});
    s.steps.push_back(
      {.what = Act::Do::backward, .of = "y" + n, .input = "x" + n, .shape = {1, 1}, .values = {1}});
  }
  subject.refresh();
  const auto reply = subject.live(s);
  std::vector<double> gradients;
  if (!reply) return gradients;
  for (const auto& g : reply->gradients) gradients.push_back(g && g->values.size() == 1 ? g->values[0] : 0);
  return gradients;
}

// A NaN is another answer than a number, and none than a NaN.
bool differ(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? std::isnan(a) != std::isnan(b) : a != b;
}

// Whether each step is the same part of the one before, and they lead to something other than zero.
bool approaches(const std::vector<double>& g, double rounding) {
  const double ratio = (g[2] - g[1]) / (g[1] - g[0]), limit = g[0] + (g[1] - g[0]) / (1 - ratio);
  // Steps that hardly shrink over all calls are those of a ramp, whose ratio is 1 up to rounding.
  const bool shrinks = std::pow(ratio, static_cast<double>(g.size())) < 0.5;
  if (!(ratio > 0 && shrinks) || std::abs(limit) < 0x1p-8 * std::abs(g[0])) return false;
  for (std::size_t i = 2; i < g.size(); ++i)
    if (std::abs(g[i] - g[i - 1] - ratio * (g[i - 1] - g[i - 2])) > rounding * std::abs(g[i])) return false;
  return true;
}

const char* pattern(const std::vector<double>& g, double lambda, Dtype dtype) {
  // Up to `calls` roundings stand behind a prediction, and what is predicted below 2^-14, where half precision turns
  // subnormal, may have come out as anything smaller.
  const double rounding = 2 * calls * unit_roundoff(dtype), smallest = 0x1p-14;
  const auto all = [&](auto predicted) {
    for (std::size_t i = 0; i < g.size(); ++i) {
      const double p = predicted(i), larger = std::max(std::abs(p), std::abs(g[i]));
      if (std::isnan(p) || std::isnan(g[i])) return false;
      if (larger > smallest && std::abs(p - g[i]) > rounding * larger) return false;
    }
    return true;
  };
  if (all([&](std::size_t i) { return g[0] * std::pow(-lambda, static_cast<double>(i)); }))
    return "each call is reversed once more than the one before (hooks pile up)";
  if (g[0] == -lambda && all([&](std::size_t i) { return g[0] * static_cast<double>(i + 1); }))
    return "the gradients of earlier passes are added to each later one";
  if (approaches(g, rounding))
    return "earlier passes are blended into each later one (momentum, a moving average)";
  if (std::all_of(g.begin() + 1, g.end(), [&](double v) { return v == g[1]; }))
    return g[0] == -lambda ? "it is right the first time only"
                           : "the first call is another one than the later ones";
  if (all([&](std::size_t i) { return g[i % 2]; })) return "every second call is another one";
  for (std::size_t period = 3; period <= 8; ++period)
    if (all([&](std::size_t i) { return g[i % period]; }))
      return "the answers come round again after a few calls: the layer counts its calls";
  if (std::ranges::is_sorted(g) || std::ranges::is_sorted(g, std::greater()))
    return "the factor moves from call to call: the layer counts its calls (a warm-up or schedule of its "
           "own)";
  return "the answers vary without order: the layer draws random numbers";
}

}  // namespace

std::optional<Named> named_by_repetition(Subject& subject, Dtype dtype, std::optional<double> fixed_lambda) {
  const std::string first = "two equal calls differ: ",
                    mend =
                      "keep no state between calls, and leave chance and schedules to the caller; a schedule "
                      "that is meant is "
                      "judged with --contract schedule";
  const double lambda = fixed_lambda.value_or(0.5);
  for (const bool anew : {false, true}) {
    const std::vector<double> g = repeated(subject, dtype, lambda, anew);
    if (g.size() == calls && std::ranges::any_of(g, [&](double v) { return differ(v, g[0]); }))
      return Named{first + pattern(g, lambda, dtype), mend};
  }
  return {};
}

}  // namespace gradproof::inline v0
