#include "gradproof/differences.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "gradproof/format.hpp"
#include "gradproof/real.hpp"

namespace gradproof::inline v0 {

namespace {

// Where the points stand between 0 and 1: as Chebyshev's do, so that a polynomial through them is tame at 0.
// Digits, because libraries differ in the last bit of a cosine: (1 - cos(j pi/8))/2.
constexpr std::array places = {0.0380602337443566, 0.1464466094067262, 0.3086582838174551, 0.5,
                               0.6913417161825449, 0.8535533905932737, 0.9619397662556434, 1.0};
constexpr std::size_t side = places.size();  // points on each side of x
// Weights and sums carry so many bits that their rounding is far below that of any double.
constexpr Bits working{192};

// One value of f: the offset from x, exactly, and how far the value may be off.
struct Sample {
  Real at;
  Real value;
  Real error;
};

// f, x and the value there, and how often f was asked.
class Probe {
 public:
  Probe(const std::function<double(double)>& f, double x, Accuracy accuracy)
      : f_(f), x_(x), accuracy_(accuracy), centre_(sample(x)) {}

  // Nothing where f is not finite.
  std::optional<Sample> sample(double at) {
    ++evaluations_;
    const double value = f_(at);
    if (!std::isfinite(value)) return {};
    const Real error = Real(accuracy_.ulps, working) * Real(ulp(Dtype::f64, value), working) +
                       Real(accuracy_.absolute, working);
    return Sample{Real(at, working) - Real(x_, working), Real(value, working), error};
  }
  [[nodiscard]] double x() const { return x_; }
  [[nodiscard]] const std::optional<Sample>& centre() const { return centre_; }
  [[nodiscard]] int evaluations() const { return evaluations_; }

 private:
  const std::function<double(double)>& f_;
  double x_;
  Accuracy accuracy_;
  int evaluations_ = 0;
  std::optional<Sample> centre_;
};

// The derivative at x of the polynomial through the centre and some samples, and how much of it the samples'
// errors may be.
struct Estimate {
  Real value{0, working};
  Real noise{0, working};
};

// With p(x) = f_0, p'(x) is the sum of w_j (f_j - f_0), where w_j is 1/d_j times the product over the others
// of d_i / (d_i - d_j).
Estimate derivative(const Sample& centre, std::span<const Sample> samples) {
  Estimate e;
  Real sum(0, working);
  for (const Sample& sample : samples) {
    Real weight = 1 / sample.at;
    for (const Sample& other : samples)
      if (&other != &sample) weight = weight * (other.at / (other.at - sample.at));
    e.value = e.value + weight * (sample.value - centre.value);
    e.noise = e.noise + abs(weight) * sample.error;
    sum = sum + weight;
  }
  e.noise = e.noise + abs(sum) * centre.error;
  return e;
}

// What the points within h of x say: the derivative is within `error` of `value`.
struct Window {
  Real value;
  Real error;
  // The three polynomials differ by no more than noise explains.
  bool noisy;
  // They tell one slope all the same: they differ by less than a quarter of the slope in sight.
  bool resolved;
};

std::optional<Window> look(Probe& probe, double h) {
  std::vector<Sample> samples;
  Real range(0, working);
  for (const double sign : {-1.0, 1.0})
    for (const double t : places) {
      auto sample = probe.sample(probe.x() + sign * h * t);
      if (!sample) return {};
      const Real rise = abs(sample->value - probe.centre()->value);
      if (range < rise) range = rise;
      samples.push_back(*std::move(sample));
    }
  const Sample& centre = *probe.centre();
  const std::span<const Sample> points(samples);
  const Estimate all = derivative(centre, points);
  const Estimate left = derivative(centre, points.first(side));
  const Estimate right = derivative(centre, points.last(side));
  const Real to_left = abs(all.value - left.value), to_right = abs(all.value - right.value);
  const Real apart = to_left < to_right ? to_right : to_left;
  const Real explained = all.noise + (left.noise < right.noise ? right.noise : left.noise);
  const bool noisy = apart <= explained;
  const bool resolved = noisy || 4 * (apart - explained) < range / Real(h, working);
  return Window{all.value, all.noise + 2 * apart, noisy, resolved};
}

// The widest and the narrowest window worth a look. f may bend on the scale of |x| or on that of 1; around 0
// nothing is known, and 2^-200 is as good a guess as any. A window has to hold some hundred doubles.
struct Scales {
  double narrowest, widest;
};
Scales scales(double x) {
  const double size = std::abs(x);
  const double smaller = size == 0 ? 0x1p-160 : std::min(size, 1.0);
  return {std::max({smaller * 0x1p-40, size * 0x1p-40, 0x1p-1060}), 4 * std::max(size, 1.0)};
}

// A double at least as large as a positive number.
double above(const Real& x) { return mpfr_get_d(x.get(), MPFR_RNDU); }

}  // namespace

Result<Slope, NoSlope> slope(const std::function<double(double)>& f, double x, Accuracy accuracy) {
  if (!std::isfinite(x)) return NoSlope{"the point is not finite"};
  Probe probe(f, x, accuracy);
  if (!probe.centre()) return NoSlope{"the function is not finite at the point"};
  // From narrow to wide: a narrow window sees f at x and little else, through much noise, and wider ones bring
  // the noise down. Where the polynomials begin to differ by more than noise explains, truncation shows, or a
  // kink or an oscillation; a wider window sees more of that, and if it should look better, that is chance.
  std::optional<Window> best;
  double step = 0;
  const auto [narrowest, widest] = scales(x);
  for (double h = narrowest; h <= widest; h *= 4) {
    const auto window = look(probe, h);
    if (!window || !window->resolved) break;
    if (!best || window->error < best->error) {
      best = window;
      step = h;
    }
    if (!window->noisy) break;
  }
  if (!best)
    return NoSlope{
      "beside the point the function is not finite, or is noisier than stated, or stands on a kink, "
      "or bends on a scale that is too small to see"};
  const double value = best->value.to_double();
  const Real error = best->error + abs(best->value - Real(value, working));
  return Slope{value, above(error), step, probe.evaluations()};
}

}  // namespace gradproof::inline v0
