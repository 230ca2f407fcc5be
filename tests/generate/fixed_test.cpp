#include "number/fixed.hpp"

#include <functional>

#include "gradproof/generate.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

static_assert(AnalyticNumber<Fixed>);
static_assert(Fixed::from_double(0.75) == Fixed::ratio(3, 4));

namespace {

// The largest error of a function over an even grid, against the double one.
double worst_error(Fixed (*f)(Fixed), double (*truth)(double), double from, double to) {
  double worst = 0;
  for (int i = 0; i <= 20000; ++i) {
    const Fixed x = Fixed::from_double(from + (to - from) * i / 20000);
    worst = std::max(worst, std::abs(f(x).to_double() - truth(x.to_double())));
  }
  return worst;
}

}  // namespace

TEST_CASE("fixed: functions are good to a few billionths") {
  CHECK(worst_error([](Fixed x) { return exp(x); }, [](double x) { return std::exp(x); }, -24, 0) < 2e-9);
  CHECK(worst_error([](Fixed x) { return exp(x) / 3000; }, [](double x) { return std::exp(x) / 3000; }, 0,
                    8) < 2e-9);
  CHECK(worst_error([](Fixed x) { return log(x); }, [](double x) { return std::log(x); }, 0x1p-4, 4096) <
        2e-9);
  CHECK(worst_error([](Fixed x) { return log1p(x); }, [](double x) { return std::log1p(x); }, -0.5, 8) <
        2e-9);
  CHECK(worst_error([](Fixed x) { return sin(x); }, [](double x) { return std::sin(x); }, -50, 50) < 2e-9);
  CHECK(worst_error([](Fixed x) { return cos(x); }, [](double x) { return std::cos(x); }, -50, 50) < 2e-9);
  CHECK(worst_error([](Fixed x) { return tanh(x); }, [](double x) { return std::tanh(x); }, -30, 30) < 2e-9);
  CHECK(worst_error([](Fixed x) { return sqrt(x); }, [](double x) { return std::sqrt(x); }, 0, 100) < 1e-8);
  CHECK(worst_error([](Fixed x) { return sqrt(x); }, [](double x) { return std::sqrt(x); }, 1e9, 2e9) < 2e-4);
}

TEST_CASE("fixed: arithmetic is exact where the result has a place, and saturates elsewhere") {
  CHECK(Fixed(3) * Fixed(-7) == Fixed(-21));
  CHECK(Fixed(3) / Fixed(-4) == Fixed::from_double(-0.75));
  CHECK(1 / Fixed(8) == Fixed::from_double(0.125));
  CHECK(sqrt(Fixed(81)) == Fixed(9));
  CHECK(sqrt(Fixed::from_double(0.25)) == Fixed::from_double(0.5));
  const Fixed top = Fixed::from_raw(Fixed::largest);
  CHECK(Fixed(1 << 20) * Fixed(1 << 20) == top);
  CHECK(-(Fixed(1 << 20) * Fixed(1 << 20)) == Fixed(1 << 20) * Fixed(-(1 << 20)));
  CHECK(top + top == top);
  CHECK(-top - top == -top);
  CHECK(Fixed(5) / Fixed() == top);
  CHECK(Fixed(-5) / Fixed() == -top);
  CHECK(exp(Fixed(100)) == top);
  CHECK(exp(Fixed(-100)) == Fixed());
  CHECK(log(Fixed()) == -top);
  CHECK(Fixed::from_double(INFINITY) == top);
  CHECK(Fixed::from_double(-1e300) == -top);
  CHECK(Fixed::from_double(NAN) == Fixed());
}

TEST_CASE("fixed: rounding to an integer takes ties to even") {
  for (const double x : {-2.5, -1.5, -1.25, -0.5, 0.0, 0.5, 0.75, 1.5, 2.5, 1000000.5})
    CHECK(numeric<Fixed>::round_even(Fixed::from_double(x)).to_double() == std::nearbyint(x));
}

TEST_CASE("draw: a stream of its own for each seed and index, the same everywhere") {
  Draw a(1, 0), b(1, 0), other_index(1, 1), other_seed(2, 0);
  const std::uint64_t first = a.next();
  CHECK(first == b.next());
  CHECK(first != other_index.next());
  CHECK(first != other_seed.next());
  CHECK(first == 0x3bac8a7b2585b47a);
  std::array<int, 6> count{};
  for (int i = 0; i < 60000; ++i) ++count[a.below(6)];
  for (const int n : count) CHECK(std::abs(n - 10000) < 400);
  for (int i = 0; i < 1000; ++i) {
    const int n = a.between(-3, 2);
    CHECK((n >= -3 && n <= 2));
  }
}
