// check_gradient on functions of various kinds, right and wrong.
#include "gradproof/check.hpp"
#include "gradproof/text.hpp"

#include <array>
#include <cmath>
#include <stdexcept>

#include "tests/golden.hpp"

using namespace gradproof;

namespace {

// f(x) = sin(x0) x1 + x2^3
const auto f = [](const auto& x) { return sin(x[0]) * x[1] + pow(x[2], 3); };
const std::vector<double> at = {0.5, -2, 1.25};
std::vector<double> right(std::span<const double> x) {
  return {std::cos(x[0]) * x[1], std::sin(x[0]), 3 * x[2] * x[2]};
}
// The right one with some change.
template <class F>
auto changed(F change) {
  return [change](std::span<const double> x) {
    std::vector<double> g = right(x);
    change(g);
    return g;
  };
}
CheckResult check(auto claim, const CheckOptions& options = {}) {
  return check_gradient(f, claim, at, options);
}

bool has(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

}  // namespace

TEST_CASE("check: a right gradient holds, and says what it would have seen") {
  const CheckResult r = check(right);
  INFO(r);
  CHECK(r);
  REQUIRE(r.entries.size() == 3);
  for (const CheckedEntry& e : r.entries) {
    CHECK(e.lower <= e.upper);
    CHECK(std::abs(e.claimed - e.right) <= e.allowed);
    CHECK(e.condition == Approx(1));
    CHECK(*e.power > 0);
    CHECK(*e.power < 1e-14);
  }
  CHECK(r.graph.starts_with("gradproof 1\nx0 = input 1x1 [0.5]\n"));
  const auto document = parse(r.graph);
  REQUIRE(document);
  CHECK(document->graph.inputs().size() == 3);
  CHECK(r.power == std::max({r.entries[0].power, r.entries[1].power, r.entries[2].power}));
}

TEST_CASE("check: what the verdict would have seen, it sees") {
  const CheckResult r = check(right);
  for (std::size_t i = 0; i < 3; ++i) {
    const double power = *r.entries[i].power;
    const auto off_by = [&](double relative) {
      return check(changed([&](std::vector<double>& g) { g[i] *= 1 + relative; }));
    };
    CHECK(off_by(2 * power + 0x1p-51).verdict == Verdict::fails);
    CHECK(off_by(-2 * power - 0x1p-51).verdict == Verdict::fails);
    CHECK(off_by(1e-9).entries[i].verdict == Verdict::fails);
    CHECK(off_by(1e-9).entries[(i + 1) % 3].verdict == Verdict::holds);
  }
}

TEST_CASE("check: each wrong gradient fails, with its likely cause") {
  const auto cause = [](auto claim, const CheckOptions& options = {}) {
    const CheckResult r = check(claim, options);
    INFO(r);
    CHECK(r.verdict == Verdict::fails);
    CHECK((r.cause.empty() || has(to_string(r), "likely cause: " + r.cause)));
    return r.cause;
  };
  using V = std::vector<double>;
  CHECK(cause(changed([](V& g) {
          for (double& v : g) v = -v;
        })) == "the sign is flipped");
  CHECK(cause(changed([](V& g) { g[1] = -g[1]; })) == "the sign is flipped in x[1] alone");
  CHECK(cause(changed([](V& g) { g[0] = 0; })) == "it is 0 in x[0] alone: the contribution is missing");
  CHECK(cause(changed([](V& g) {
          for (double& v : g) v *= 2;
        })) == "a factor 2 too many");
  CHECK(cause(changed([](V& g) { g[2] /= 2; })) == "a factor 2 is missing in x[2] alone");
  CHECK(has(cause(changed([](V& g) {
              for (double& v : g) v /= 3;
            })),
            "gradient of a mean"));
  CHECK(cause(changed([](V& g) { std::swap(g[0], g[1]); })) == "the entries x[0] and x[1] are exchanged");
  CHECK(cause(changed([](V& g) {
          g = {g[2], g[0], g[1]};
        })) == "the entries are right, but shifted by one place");
  CHECK(cause(changed([](V& g) { g[2] = NAN; })) == "NaN in x[2] alone");
  CHECK(has(cause(changed([](V& g) {
              for (double& v : g) v *= 1.375;
            })),
            "1.375 times"));
  CHECK(cause(changed([](V& g) { g[0] += 0.1; })) == "");
  CHECK(cause(right, {.contract = GradientContract::reversal(0.3)}) ==
        "it is the plain derivative: the factor of the contract is missing");
  CHECK(cause(changed([](V& g) {
                for (double& v : g) v *= 0.3;
              }),
              {.contract = GradientContract::reversal(0.3)}) ==
        "the minus sign is missing, or there is one too many");
}

TEST_CASE("check: a transposed gradient is called one") {
  const auto weighted = [](const auto& x) {
    auto sum = 0 * x[0];
    for (int i = 0; i < 6; ++i) sum += (i + 1) * x[static_cast<std::size_t>(i)];
    return sum;
  };
  const std::vector<double> x(6, 0.5);
  CHECK(check_gradient(
    weighted, [](std::span<const double>) { return std::vector<double>{1, 2, 3, 4, 5, 6}; }, x));
  const auto r = check_gradient(
    weighted, [](std::span<const double>) { return std::vector<double>{1, 4, 2, 5, 3, 6}; }, x);
  INFO(r);
  CHECK(r.cause == "it is the transpose, x being a matrix of 2 x 3 entries");
}

TEST_CASE("check: contracts") {
  const auto times = [](double factor) {
    return changed([factor](std::vector<double>& g) {
      for (double& v : g) v *= factor;
    });
  };
  CHECK(check(times(-0.3), {.contract = GradientContract::reversal(0.3)}));
  CHECK_FALSE(check(times(0.3), {.contract = GradientContract::reversal(0.3)}));
  CHECK(check(times(2.5), {.contract = GradientContract::scale(2.5)}));
  CHECK(check(times(0), {.contract = GradientContract::stop()}));
  CHECK(check(right, {.contract = GradientContract::stop()}).verdict == Verdict::fails);
  const auto rounds = [](const auto& x) {
    using std::round;
    return 3 * round(x[0]) + floor(x[1]) * ceil(x[1]);
  };
  const auto gives = [](double a, double b) {
    return [=](std::span<const double>) { return std::array{a, b}; };
  };
  CHECK(check_gradient(rounds, gives(0, 0), {1.3, 2.75}));
  CHECK(check_gradient(rounds, gives(3, 5), {1.3, 2.75}).verdict == Verdict::fails);
  CHECK(check_gradient(rounds, gives(3, 5), {1.3, 2.75}, {.contract = GradientContract::straight_through()}));
  CHECK(check_gradient(rounds, gives(3, 4), {1.3, 2.75}, {.contract = GradientContract::straight_through()})
          .verdict == Verdict::fails);
  // Halfway, where the value jumps, there is no derivative.
  CHECK(check_gradient(rounds, gives(0, 0), {1.5, 2.75}).verdict == Verdict::undecided);
}

TEST_CASE("check: a function may hold reversals") {
  const auto reversed = [](const auto& x) { return reverse(x[0], 0.5) * stop(x[1]); };
  CHECK(check_gradient(reversed,
                       [](std::span<const double> x) {
                         return std::array{-0.5 * x[1], 0.0};
                       },
                       {3, 7}));
  CHECK_FALSE(check_gradient(reversed,
                             [](std::span<const double> x) {
                               return std::array{x[1], x[0]};
                             },
                             {3, 7}));
}

TEST_CASE("check: gradients in float are held to what float can do") {
  const auto narrow = [](std::span<const float> x) {
    return std::vector<float>{std::cos(x[0]) * x[1], std::sin(x[0]), 3 * x[2] * x[2]};
  };
  const CheckResult r = check(narrow, {.dtype = Dtype::f32});
  INFO(r);
  CHECK(r);
  CHECK(*r.power > 1e-8);
  CHECK(check(narrow).verdict == Verdict::fails);
  // The point is rounded for both: 0.1 in float is another number.
  CHECK(check_gradient([](const auto& x) { return x[0] * x[0]; },
                       [](std::span<const float> x) { return std::array{2 * x[0]}; }, {0.1},
                       {.dtype = Dtype::f32}));
  const auto off = [&](std::span<const float> x) {
    auto g = narrow(x);
    g[1] *= 1 + 0x1p-18F;
    return g;
  };
  CHECK(check(off, {.dtype = Dtype::f32}).entries[1].verdict == Verdict::fails);
}

TEST_CASE("check: the ways in which functions and gradients can be written") {
  const auto square = [](double x) { return x * x; };
  CHECK(check_gradient([](auto x) { return x * x; }, [](double x) { return 2 * x; }, 0.7));
  CHECK_FALSE(check_gradient([](auto x) { return x * x; }, [](double x) { return x; }, 0.7));
  CHECK(check_gradient(
    square, [](double x) { return 2 * x; }, 0.7));
  CHECK(check_gradient(
    std::function<double(double)>(square), [](auto x) { return 2 * x; }, 0.7));
  const auto by_vector = []<class S>(const std::vector<S>& x) { return x[0] * x[1]; };
  const auto swapped = [](const std::vector<double>& x) { return std::vector<double>{x[1], x[0]}; };
  CHECK(check_gradient(by_vector, swapped, {3, 4}));
  CHECK(check_gradient(
    by_vector,
    [](std::span<const double> x, std::span<double> out) {
      out[0] = x[1];
      out[1] = x[0];
    },
    std::array{3.0, 4.0}));
  const auto in_plain = [](const std::vector<double>& x) { return x[0] * x[1]; };
  CHECK(check_gradient(in_plain, swapped, std::vector{3.0, 4.0}));
  CHECK(check_gradient(in_plain, swapped, {3, 4}).way != check_gradient(by_vector, swapped, {3, 4}).way);
  CHECK(check_gradient(in_double([](const auto& x) { return x[0] * std::atan(x[1]); }),
                       [](std::span<const double> x) {
                         return std::array{std::atan(x[1]), x[0] / (1 + x[1] * x[1])};
                       },
                       {3, 4}));
}

TEST_CASE("check: kinks") {
  const auto f1 = [](const auto& x) { return abs(x[0]) + relu(x[1]) + x[0] * x[1]; };
  const auto gives = [](double a, double b) {
    return [=](std::span<const double>) { return std::array{a, b}; };
  };
  CHECK(check_gradient(f1, gives(3, 2), {1, 2}));
  // At x0 = 0 each number from -1 to 1, plus x1.
  const auto on_kink = check_gradient(f1, gives(2.5, 1), {0, 2});
  INFO(on_kink);
  CHECK(on_kink.verdict == Verdict::undecided);
  CHECK(has(to_string(on_kink), "kink"));
  CHECK(check_gradient(f1, gives(2.5, 1), {0, 2}, {.kinks = {{0, 0}}}));
  CHECK(check_gradient(f1, gives(3.5, 1), {0, 2}, {.kinks = {{0, 0}}}).verdict == Verdict::fails);
  CHECK(check_gradient(f1, gives(3.5, 1), {0, 2}).verdict == Verdict::fails);
  // Written as branches, too.
  const auto branching = [](const auto& x) { return x[0] > 1 ? x[0] * x[1] : x[1]; };
  CHECK(check_gradient(branching, gives(2, 1.5), {1.5, 2}));
  CHECK(check_gradient(branching, gives(0, 1), {0.5, 2}));
  CHECK(check_gradient(branching, gives(2, 1.5), {0.5, 2}).verdict == Verdict::fails);
  CHECK(check_gradient(branching, gives(0, 1), {1, 2}).verdict == Verdict::undecided);
  // 0.1 * 10 - 1 is not 0, but double says so.
  const auto hidden = [](const auto& x) { return 10 * x[0] - 1 == 0 ? x[0] : x[1]; };
  CHECK(check_gradient(hidden, gives(1, 0), {0.1, 2}).verdict == Verdict::undecided);
}

TEST_CASE("check: a function in double is judged by differences") {
  const auto plain = [](const std::vector<double>& x) {
    return std::exp(x[0]) * std::sin(3 * x[1]) + std::abs(x[0]);
  };
  const auto gradient = [](const std::vector<double>& x) {
    return std::vector<double>{std::exp(x[0]) * std::sin(3 * x[1]) + (x[0] > 0 ? 1 : -1),
                               3 * std::exp(x[0]) * std::cos(3 * x[1])};
  };
  const CheckResult r = check_gradient(plain, gradient, {0.3, 0.4});
  INFO(r);
  CHECK(r);
  CHECK(*r.power < 1e-9);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto off = check_gradient(plain,
                                    [&](const std::vector<double>& x) {
                                      auto g = gradient(x);
                                      g[i] *= 1 + 1e-8;
                                      return g;
                                    },
                                    {0.3, 0.4});
    CHECK(off.entries[i].verdict == Verdict::fails);
    CHECK(off.entries[1 - i].verdict == Verdict::holds);
  }
  // On the kink nothing is told, whether or not it is known.
  CHECK(check_gradient(plain, gradient, {0, 0.4}).entries[0].verdict == Verdict::undecided);
  CHECK(check_gradient(plain, gradient, {0, 0.4}, {.kinks = {{0, 0}}}).entries[0].verdict ==
        Verdict::undecided);
}

TEST_CASE("check: a function in double is called in its domain alone, and on x's side of a kink") {
  double least = 1;
  const auto root = [&](double x) {
    least = std::min(least, x);
    return std::sqrt(x) * x;
  };
  const auto slope = [](double x) { return 1.5 * std::sqrt(x); };
  CHECK(check_gradient(root, slope, 0.25, {.domain = {{0.125, 1}}}));
  CHECK(least >= 0.125);
  CHECK(check_gradient(root, slope, 0.25, {.domain = {{0.5, 1}}}).verdict == Verdict::undecided);
  double most = 0;
  const auto stepped = [&](double x) {
    most = std::max(most, x);
    return std::sin(x) + (x > 1.0001 ? 5 : 0);
  };
  const auto cosine = [](double x) { return std::cos(x); };
  CHECK(check_gradient(stepped, cosine, 1, {.kinks = {{0, 1.0001}}}));
  CHECK(most <= 1.0001);
  CHECK(check_gradient(stepped, cosine, 1));
  CHECK(most > 1.0001);
}

TEST_CASE("check: an entry that f does not depend on") {
  const auto first = [](const std::vector<double>& x) { return x[0] * x[0]; };
  const auto gives = [](double b) {
    return [=](const std::vector<double>& x) { return std::vector<double>{2 * x[0], b}; };
  };
  CHECK(check_gradient(first, gives(0), {3, 4}));
  CHECK(check_gradient(first, gives(1e-6), {3, 4}).verdict == Verdict::fails);
  const auto generic = [](const auto& x) { return x[0] * x[0]; };
  CHECK(check_gradient(generic, gives(0), {3, 4}));
  CHECK(check_gradient(generic, gives(1e-300), {3, 4}).verdict == Verdict::fails);
}

TEST_CASE("check: a constant has the gradient 0, and a long sum of many entries is no burden") {
  const auto constant = [](const auto& x) { return std::remove_cvref_t<decltype(x[0])>(3); };
  const auto gives = [](double b) {
    return [=](std::span<const double> x) { return std::vector<double>(x.size(), b); };
  };
  CHECK(check_gradient(constant, gives(0), {1, 2}));
  CHECK(check_gradient(constant, gives(1e-9), {1, 2}).verdict == Verdict::fails);
  const auto squares = [](const auto& x) {
    auto sum = 0 * x[0];
    for (const auto& v : x) sum += v * v;
    return sum;
  };
  const std::vector<double> many(2000, 0.3);
  const auto twice = [](double off) {
    return [=](std::span<const double> x) {
      std::vector<double> g;
      for (const double v : x) g.push_back(2 * v);
      g[1234] += off;
      return g;
    };
  };
  CHECK(check_gradient(squares, twice(0), many));
  // One wrong entry of 2000 is found, and stands first.
  const auto r = check_gradient(squares, twice(1e-15), many);
  CHECK(r.verdict == Verdict::fails);
  CHECK(r.entries[1234].verdict == Verdict::fails);
  CHECK(to_string(r).find("x[1234]") < to_string(r).find("x[0]"));
  CHECK(has(to_string(r), "... and 1988 more"));
}

TEST_CASE("check: what cancels is undecided, unless the claim is the number itself") {
  // 1 - tanh(20)^2 is 1.7e-17, and double sees 0.
  const auto saturated = [](auto x) { return tanh(x); };
  const auto formula = [](double x) { return 1 - std::tanh(x) * std::tanh(x); };
  const auto blunt = check_gradient(saturated, formula, 20.0);
  INFO(blunt);
  CHECK(blunt.verdict == Verdict::undecided);
  CHECK(check_gradient(saturated, [](double x) { return 1 / (std::cosh(x) * std::cosh(x)); }, 20.0,
                       {.promise = Accuracy{8, 0}}));
  CHECK(check_gradient(saturated, formula, 20.0, {.promise = Accuracy{8, 0}}).verdict == Verdict::fails);
  // A resolution of everything takes what rounding explains.
  CHECK(check_gradient(saturated, formula, 20.0, {.resolution = 1e9}));
}

TEST_CASE("check: what can't be judged is said") {
  const auto one = [](std::span<const double> x) { return std::vector<double>(x.size(), 1); };
  const auto says = [](const CheckResult& r, Verdict v, const std::string& what) {
    INFO(r);
    CHECK(r.verdict == v);
    CHECK(has(to_string(r), what));
  };
  const auto sum = [](const auto& x) { return x[0] + x[1]; };
  says(check_gradient(sum, [](std::span<const double>) { return std::vector<double>{1}; }, {1, 2}),
       Verdict::fails, "it has 1 entries, not 2");
  says(check_gradient(
         sum, [](std::span<const double>) -> std::vector<double> { throw std::runtime_error("no"); }, {1, 2}),
       Verdict::fails, "threw an exception: no");
  says(check_gradient([](std::span<const double>) -> double { throw std::runtime_error("no"); }, one, {1, 2}),
       Verdict::undecided, "f threw an exception: no");
  says(check_gradient([](const auto& x) { return log(x[0]); }, one, {-1}), Verdict::undecided,
       "outside the domain");
  says(check_gradient([](const auto& x) { return 1 / x[0]; }, one, {0}), Verdict::undecided,
       "outside the domain");
  says(check_gradient(sum, one, std::vector<double>{}), Verdict::undecided, "nothing to check");
  says(check_gradient(sum, one, {1, INFINITY}), Verdict::undecided, "x[1] is not finite");
  says(check_gradient(
         [](const auto& x) {
           return std::vector{x[0], x[1]};
         },
         one, {1, 2}),
       Verdict::undecided, "2 results");
  says(check_gradient([](std::span<const double>) { return NAN; }, one, {1, 2}), Verdict::undecided,
       "not finite");
  static Traced kept;
  const auto keeps = [](const auto& x) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(x[0])>, Traced>) {
      if (kept.is_constant()) kept = x[0];
      return kept * x[1];
    } else return x[0] * x[1];
  };
  (void)check_gradient(keeps, one, {1, 2});
  says(check_gradient(keeps, one, {1, 2}), Verdict::undecided, "kept and used in another");
}

TEST_CASE("check: constants are what they are in exact numbers") {
  // 1/3 is a third, and not the double beside it; the gradient of x/3 summed thrice is exactly 1.
  const auto thirds = []<class S>(std::span<const S> x) {
    return S(1) / S(3) * x[0] * S(3) + sqrt(S(2)) * sqrt(S(2));
  };
  const auto r = check_gradient(thirds, [](std::span<const double>) { return std::array{1.0}; }, {0.1});
  INFO(r);
  CHECK(r);
  CHECK(r.entries[0].truth == "1");
}

// What docs/how-to/check-in-catch2.md shows.
TEST_CASE("check: tables as the how-to shows them") {
  // Polynomials, so that the claims are the same in every library.
  const auto product = [](const auto& x) { return pow(x[0], 3) * x[1] - x[2] * x[0]; };
  const auto flipped_one = [](std::span<const double> x) {
    return std::vector<double>{3 * x[0] * x[0] * x[1] - x[2], -x[0] * x[0] * x[0], -x[0]};
  };
  check_golden("tests/user/shown/flipped.txt",
               to_string(check_gradient(product, flipped_one, {1.5, 2.0, 8.0})));
  const auto slope = [](double x) { return 1 - std::tanh(x) * std::tanh(x); };
  check_golden("tests/user/shown/saturated.txt",
               to_string(check_gradient([](auto x) { return tanh(x); }, slope, 20.0)));
}
