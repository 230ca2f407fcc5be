// Slopes of functions that are known in double only: where the bar has to hold, and where there must be none.
#include "gradproof/differences.hpp"

#include <cmath>
#include <limits>

#include "gradproof/dual.hpp"
#include "gradproof/real.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

constexpr Bits plenty{200};
using Jet = Dual<Real>;

Jet constant(double v) { return {Real(v, plenty), Real(0, plenty)}; }
Jet positive_part(const Jet& x) { return numeric<Jet>::sign(x) < 0 ? constant(0) : x; }

// One draw of a function: a scale a, a place b, and where it is looked at.
struct Draw {
  double x, a, b;
};

// A linear congruential generator (Knuth's constants).
class Draws {
 public:
  Draw next(int round) {
    // Points of all sizes; scales from 1/10^4 to 10^4; places as near to x as 10^-12 of 1.
    const double size = std::pow(10.0, signed_unit() * (round % 3 == 0 ? 6 : 1));
    const double x = round % 31 == 0 ? 0 : signed_unit() * size;
    const double a = std::pow(10.0, signed_unit() * (round % 2 == 0 ? 1 : 4));
    return {x, a, x + signed_unit() * std::pow(10.0, -12 * unit())};
  }

 private:
  double unit() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<double>(state_ >> 11) * 0x1p-53;
  }
  double signed_unit() { return 2 * unit() - 1; }
  std::uint64_t state_ = 1;
};

// How often the bar misses the derivative, over draws of one family; f's doubles are correctly rounded.
template <class Family>
int misses(Family family, int draws_wanted, int& answers) {
  Draws draws;
  int missed = 0;
  for (int round = 0; round < draws_wanted; ++round) {
    const Draw d = draws.next(round);
    const auto at = [&](double x) { return family(Jet{Real(x, plenty), Real(1, plenty)}, d); };
    const Jet truth = at(d.x);
    if (!std::isfinite(truth.value.to_double()) || !std::isfinite(truth.slope.to_double())) continue;
    const auto s = slope([&](double x) { return at(x).value.to_double(); }, d.x, {0.5, 0});
    if (!s) continue;
    ++answers;
    if (!(abs(Real(s->value, plenty) - truth.slope) <= Real(s->error, plenty))) ++missed;
  }
  return missed;
}

}  // namespace

TEST_CASE("slope: the bar covers the derivative of smooth, oscillating and broken functions") {
  int answers = 0;
  const auto check = [&](auto family) { CHECK(misses(family, 20, answers) == 0); };
  check([](const Jet& x, const Draw& d) { return sin(constant(d.a) * x + constant(d.b)); });
  check([](const Jet& x, const Draw& d) { return tanh(constant(d.a) * (x - constant(d.b))); });
  check([](const Jet& x, const Draw& d) { return log(x * x + constant(d.a * d.a)); });
  check([](const Jet& x, const Draw& d) { return 1 / (1 + constant(d.a * d.a) * x * x); });
  check(
    [](const Jet& x, const Draw& d) { return sin(x) + constant(d.a) * positive_part(x - constant(d.b)); });
  check([](const Jet& x, const Draw& d) {
    return x * positive_part(positive_part(x - constant(d.b)) - constant(d.a));
  });
  // A slight kink close by, whose effect the truncation of wide windows may cancel.
  check([](const Jet& x, const Draw& d) {
    return sin(x) + constant(1e-4 * d.a) * positive_part(x - constant(d.b));
  });
  // An oscillation that steps of powers of two would meet at its zeros, and a bump that wide steps jump over.
  check([](const Jet& x, const Draw&) {
    return x + constant(1e-6) * sin(constant(6.283185307179586 * 0x1p20) * x);
  });
  check([](const Jet& x, const Draw& d) {
    const Jet u = (x - constant(d.b)) / constant(d.a);
    return x + exp(-(u * u));
  });
  CHECK(answers > 150);
}

TEST_CASE("slope: plain functions of a library come out with a dozen digits") {
  const auto near = [](const auto& f, double x, double truth, Accuracy accuracy = {}) {
    const auto s = slope(f, x, accuracy);
    REQUIRE(s.ok());
    CHECK(std::abs(s->value - truth) <= s->error);
    CHECK(s->error <= 1e-11 * std::abs(truth));
  };
  near([](double x) { return std::exp(x); }, 1, std::exp(1.0));
  near([](double x) { return std::sin(x); }, -2, std::cos(2.0));
  near([](double x) { return x * x; }, 1e150, 2e150);
  near([](double x) { return std::sqrt(x); }, 1e-310, 0.5 / std::sqrt(1e-310));
  near([](double x) { return std::sin(1e300 * x); }, 1e-300, 1e300 * std::cos(1.0), {4, 0x1p-50});
  near([](double x) { return 3 * x + 1; }, 0, 3);
}

TEST_CASE("slope: both sides count alike") {
  const auto there = slope([](double x) { return std::exp(x); }, 1);
  const auto mirrored = slope([](double x) { return std::exp(-x); }, -1);
  REQUIRE((there.ok() && mirrored.ok()));
  CHECK(there->value == -mirrored->value);
  CHECK(there->error == mirrored->error);
}

TEST_CASE("slope: a true derivative of zero is found, with a bar as small as the noise") {
  const auto s = slope([](double x) { return std::cos(x); }, 0);
  REQUIRE(s.ok());
  CHECK(std::abs(s->value) <= s->error);
  CHECK(s->error < 1e-12);
  const auto constant_slope = slope([](double) { return 1.0; }, 2);
  REQUIRE(constant_slope.ok());
  CHECK(constant_slope->value == 0);
}

TEST_CASE("slope: no answer where there is none") {
  const auto reason = [](const auto& f, double x) {
    const auto s = slope(f, x);
    return s.ok() ? "value " + std::to_string(s->value) : s.error().reason;
  };
  const std::string beside =
    "beside the point the function is not finite, or is noisier than stated, or stands on a kink, or bends "
    "on a "
    "scale that is too small to see";
  CHECK(reason([](double x) { return std::abs(x); }, 0) == beside);
  CHECK(reason([](double x) { return std::abs(x - 1); }, 1) == beside);
  CHECK(reason([](double x) { return std::sqrt(x); }, 0) == beside);
  CHECK(reason([](double x) { return std::tanh(1e100 * x); }, 0) == beside);
  CHECK(reason([](double x) { return x + 1e-9 * std::sin(1e15 * x); }, 1) == beside);
  CHECK(reason([](double x) { return 1 / x; }, 0) == "the function is not finite at the point");
  CHECK(reason([](double x) { return x; }, std::numeric_limits<double>::infinity()) ==
        "the point is not finite");
  CHECK(reason([](double) { return std::nan(""); }, 1) == "the function is not finite at the point");
}

TEST_CASE("slope: at a kink beside other terms the bar holds both one-sided slopes") {
  const auto s = slope([](double x) { return (x > 1 ? x - 1 : 0.0) + 2 * x; }, 1);
  REQUIRE(s.ok());
  CHECK(s->value - s->error <= 2);
  CHECK(s->value + s->error >= 3);
}

TEST_CASE("slope: a function that is worse than stated is the caller's to state") {
  // (10^8 + x) - 10^8 is a multiple of 2^-26, so it is off by up to half of that, whatever its own ulp is.
  const auto f = [](double x) { return (1e8 + x) - 1e8; };
  const auto s = slope(f, 1, {0, 0x1p-27});
  REQUIRE(s.ok());
  CHECK(std::abs(s->value - 1) <= s->error);
  CHECK(s->error > 1e-9);
}
