// Jacobians, Hessians, products with a direction, and a check without a gradient.
#include <cmath>

#include "gradproof/check.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

// (x0 x1, sin x1, x0^2 + x1)
const auto f = [](const auto& x) { return std::vector{x[0] * x[1], sin(x[1]), x[0] * x[0] + x[1]}; };
using Matrix = std::vector<std::vector<double>>;
Matrix right(std::span<const double> x) { return {{x[1], x[0]}, {0, std::cos(x[1])}, {2 * x[0], 1}}; }
const std::vector<double> at = {3, 0.5};

// x0^2 x1 + x1^3
const auto cubic = [](const auto& x) { return x[0] * x[0] * x[1] + pow(x[1], 3); };
Matrix second(std::span<const double> x) { return {{2 * x[1], 2 * x[0]}, {2 * x[0], 6 * x[1]}}; }

bool has(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

}  // namespace

TEST_CASE("jacobian: right ones hold, of a generic f and in double") {
  const auto r = check_jacobian(f, right, at);
  INFO(r);
  CHECK(r);
  CHECK(r.entries.size() == 6);
  CHECK(r.entries[5].place == "[2,1]");
  CHECK(check_jacobian(in_double(f), right, at));
}

TEST_CASE("jacobian: each wrong entry fails, and it alone") {
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 2; ++j) {
      const auto wrong = [&](std::span<const double> x) {
        Matrix m = right(x);
        m[i][j] += 1e-6;
        return m;
      };
      for (const auto& r : {check_jacobian(f, wrong, at), check_jacobian(in_double(f), wrong, at)})
        for (std::size_t k = 0; k < 6; ++k)
          CHECK((r.entries[k].verdict == Verdict::fails) == (k == 2 * i + j));
    }
}

TEST_CASE("jacobian: what is stored the other way is said to be so") {
  const auto by_columns = [](std::span<const double> x) {
    return std::vector<double>{x[1], 0, 2 * x[0], x[0], std::cos(x[1]), 1};
  };
  CHECK(check_jacobian(f, by_columns, at).cause == "it is stored column by column");
  const auto square = [](const auto& x) { return std::vector{x[0] * x[1], 3 * x[0]}; };
  const auto transposed = [](std::span<const double> x) { return Matrix{{x[1], 3}, {x[0], 0}}; };
  CHECK(check_jacobian(square, transposed, {5, 7}).cause == "it is the transpose");
}

TEST_CASE("jacobian: one that lacks a row fails") {
  const auto short_one = [](std::span<const double> x) {
    Matrix m = right(x);
    m.pop_back();
    return m;
  };
  CHECK(check_jacobian(f, short_one, at).reason == "it has 4 entries, not 6");
}

TEST_CASE("hessian: right and wrong ones") {
  const auto r = check_hessian(cubic, second, {3, 0.5});
  INFO(r);
  CHECK(r);
  CHECK(r.entries[1].truth == "6");
  for (std::size_t k = 0; k < 4; ++k) {
    const auto wrong = [&](std::span<const double> x) {
      Matrix m = second(x);
      m[k / 2][k % 2] *= 1 + 1e-12;
      return m;
    };
    CHECK(check_hessian(cubic, wrong, {3, 0.5}).entries[k].verdict == Verdict::fails);
  }
  // Of an f in double by way of its gradient.
  const auto gradient = [](const std::vector<double>& x) {
    return std::vector<double>{2 * x[0] * x[1], x[0] * x[0] + 3 * x[1] * x[1]};
  };
  CHECK(check_jacobian(gradient, second, {3, 0.5}));
  CHECK(check_hessian(f, second, {3, 0.5}).verdict == Verdict::undecided);
  const auto cube = [](auto x) { return x * x * x; };
  CHECK(check_hessian(
    cube, [](double x) { return 6 * x; }, 0.7));
  CHECK(check_hessian(
          cube, [](double x) { return 3 * x * x; }, 0.7)
          .verdict == Verdict::fails);
  CHECK(check_gradient(cube, 0.7));
}

TEST_CASE("hessian: each reversal multiplies once more") {
  // Reversed on the way, x^3 has the gradient -x^2 3/2 and the second derivative 6 x/4.
  const auto reversed = [](const auto& x) { return pow(reverse(x[0], 0.5), 3); };
  const auto gives = [](double factor) {
    return [factor](std::span<const double> x) { return std::vector<double>{factor * x[0]}; };
  };
  CHECK(check_hessian(reversed, gives(1.5), {2}));
  CHECK_FALSE(check_hessian(reversed, gives(-3), {2}));
}

namespace {

// x^2 y + y^3 + sin(x z): by hand, its Hessian times v and the derivative of that.
const auto wavy = [](const auto& x) { return x[0] * x[0] * x[1] + pow(x[1], 3) + sin(x[0] * x[2]); };
Matrix wavy_hessian(std::span<const double> x) {
  const double s = std::sin(x[0] * x[2]), c = std::cos(x[0] * x[2]), mixed = c - x[0] * x[2] * s;
  return {
    {2 * x[1] - x[2] * x[2] * s, 2 * x[0], mixed}, {2 * x[0], 6 * x[1], 0}, {mixed, 0, -x[0] * x[0] * s}};
}
// The entries of the third derivative, symmetric in all three indices.
double wavy_third(std::span<const double> x, std::array<std::size_t, 3> i) {
  const double p = x[0] * x[2], s = std::sin(p), c = std::cos(p);
  std::ranges::sort(i);
  if (i == std::array<std::size_t, 3>{0, 0, 0}) return -x[2] * x[2] * x[2] * c;
  if (i == std::array<std::size_t, 3>{0, 0, 1}) return 2;
  if (i == std::array<std::size_t, 3>{1, 1, 1}) return 6;
  if (i == std::array<std::size_t, 3>{0, 0, 2}) return -2 * x[2] * s - x[2] * p * c;
  if (i == std::array<std::size_t, 3>{0, 2, 2}) return -2 * x[0] * s - x[0] * p * c;
  if (i == std::array<std::size_t, 3>{2, 2, 2}) return -x[0] * x[0] * x[0] * c;
  return 0;
}
Matrix third_along_by_hand(std::span<const double> x, std::span<const double> v) {
  Matrix m(3, std::vector<double>(3));
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      for (std::size_t k = 0; k < 3; ++k) m[i][j] += wavy_third(x, {i, j, k}) * v[k];
  return m;
}

}  // namespace

TEST_CASE("hvp: the Hessian times a direction, right and wrong") {
  const auto hvp = [](std::span<const double> x, std::span<const double> v) {
    const Matrix h = wavy_hessian(x);
    std::vector<double> result(3);
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j) result[i] += h[i][j] * v[j];
    return result;
  };
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const auto r = check_hvp(wavy, hvp, {0.75, -1.5, 2}, {.seed = seed});
    INFO(r);
    CHECK(r);
    CHECK(r.entries.size() == 3);
    for (std::size_t k = 0; k < 3; ++k) {
      const auto wrong = [&](std::span<const double> x, std::span<const double> v) {
        auto result = hvp(x, v);
        result[k] *= 1 + 1e-12;
        return result;
      };
      CHECK(check_hvp(wavy, wrong, {0.75, -1.5, 2}, {.seed = seed}).entries[k].verdict == Verdict::fails);
    }
  }
  // One that forgets the direction.
  const auto by_ones = [&](std::span<const double> x, std::span<const double>) {
    return hvp(x, std::vector<double>(3, 1));
  };
  CHECK(check_hvp(wavy, by_ones, {0.75, -1.5, 2}).verdict == Verdict::fails);
}

TEST_CASE("third order: the derivative of Hessian-vector products, right and wrong") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const auto r = check_third_order(wavy, third_along_by_hand, {0.75, -1.5, 2}, {.seed = seed});
    INFO(r);
    CHECK(r);
    CHECK(r.entries.size() == 9);
    CHECK(r.entries[5].place == "[1,2]");
    for (std::size_t k = 0; k < 9; ++k) {
      if (r.entries[k].right == 0) continue;
      const auto wrong = [&](std::span<const double> x, std::span<const double> v) {
        Matrix m = third_along_by_hand(x, v);
        m[k / 3][k % 3] *= 1 + 1e-11;
        return m;
      };
      const auto w = check_third_order(wavy, wrong, {0.75, -1.5, 2}, {.seed = seed});
      INFO(w);
      CHECK(w.entries[k].verdict == Verdict::fails);
    }
  }
  // A mixed derivative that was forgotten, and a Hessian in the place of its derivative.
  const auto forgotten = [](std::span<const double> x, std::span<const double> v) {
    Matrix m = third_along_by_hand(x, v);
    m[0][1] = 0;
    return m;
  };
  CHECK(check_third_order(wavy, forgotten, {0.75, -1.5, 2}).entries[1].verdict == Verdict::fails);
  const auto hessian = [](std::span<const double> x, std::span<const double>) { return wavy_hessian(x); };
  CHECK(check_third_order(wavy, hessian, {0.75, -1.5, 2}).verdict == Verdict::fails);
  const auto too_short = [](std::span<const double>, std::span<const double>) {
    return std::vector<double>(3);
  };
  CHECK(check_third_order(wavy, too_short, {0.75, -1.5, 2}).reason == "it has 3 entries, not 9");
  const auto two = [](const auto& x) { return std::vector{x[0], x[1]}; };
  CHECK(check_third_order(two, third_along_by_hand, {1, 2}).verdict == Verdict::undecided);
}

TEST_CASE("third order: of one number, and through a reversal") {
  const auto fifth = [](auto x) { return pow(x, 5); };
  const auto r = check_third_order(
    fifth, [](double x) { return 60 * x * x; }, 0.75);
  INFO(r);
  CHECK(r);
  CHECK(check_third_order(
          fifth, [](double x) { return 20 * x * x * x; }, 0.75)
          .verdict == Verdict::fails);
  // Each derivative through a reversal of strength 1/2 brings one more factor of -1/2.
  const auto reversed = [](auto x) { return pow(reverse(x, 0.5), 5); };
  CHECK(check_third_order(
    reversed, [](double x) { return -60.0 / 8 * x * x; }, 0.75));
  CHECK_FALSE(check_third_order(
    reversed, [](double x) { return 60 * x * x; }, 0.75));
  CHECK_FALSE(check_third_order(
    reversed, [](double x) { return -60.0 / 2 * x * x; }, 0.75));
}

TEST_CASE("products: vjp and jvp, right and wrong") {
  const auto vjp = [](std::span<const double> x, std::span<const double> w) {
    const Matrix m = right(x);
    std::vector<double> result(2);
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 2; ++j) result[j] += w[i] * m[i][j];
    return result;
  };
  const auto jvp = [](const std::vector<double>& x, const std::vector<double>& v) {
    const Matrix m = right(x);
    std::vector<double> result;
    for (const auto& row : m) result.push_back(row[0] * v[0] + row[1] * v[1]);
    return result;
  };
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CHECK(check_vjp(f, vjp, at, {.seed = seed}));
    CHECK(check_jvp(f, jvp, at, {.seed = seed}));
    CHECK(check_vjp(in_double(f), vjp, at, {.seed = seed}));
    CHECK(check_jvp(in_double(f), jvp, at, {.seed = seed}));
    // One that is seeded by ones, whatever the direction, and one that goes the other way.
    const auto by_ones = [&](std::span<const double> x, std::span<const double> w) {
      return vjp(x, std::vector<double>(w.size(), 1));
    };
    CHECK(check_vjp(f, by_ones, at, {.seed = seed}).verdict == Verdict::fails);
    const auto turned = [&](const std::vector<double>& x, const std::vector<double>& v) {
      return jvp(x, {v[1], v[0]});
    };
    CHECK(check_jvp(f, turned, at, {.seed = seed}).verdict == Verdict::fails);
  }
  const auto r = check_jvp(f, jvp, at);
  CHECK(r.entries.size() == 3);
  CHECK(r.entries[2].place == "y[2]");
}

TEST_CASE("products: a pair that belongs to one Jacobian, and pairs that don't") {
  const auto vjp = [](std::span<const double> x, std::span<const double> w) {
    const Matrix m = right(x);
    std::vector<double> result(2);
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 2; ++j) result[j] += w[i] * m[i][j];
    return result;
  };
  const auto jvp = [](double off) {
    return [off](std::span<const double> x, std::span<const double> v) {
      Matrix m = right(x);
      m[1][0] += off;
      std::vector<double> result;
      for (const auto& row : m) result.push_back(row[0] * v[0] + row[1] * v[1]);
      return result;
    };
  };
  const auto r = check_adjoint(jvp(0), vjp, at, 3);
  INFO(r);
  CHECK(r);
  CHECK(r.entries.size() == 8);
  CHECK(check_adjoint(jvp(1e-12), vjp, at, 3).verdict == Verdict::fails);
  CHECK(check_adjoint(jvp(0), vjp, at, 2).reason == "jvp: it has 3 entries, not 2");
  // With sums that cancel: 10^6 comes and goes, and takes ten digits along.
  const auto lossy = [&](std::span<const double> x, std::span<const double> w) {
    auto result = vjp(x, w);
    for (double& g : result) g = (g + 1e6) - 1e6;
    return result;
  };
  CHECK(check_adjoint(jvp(0), lossy, at, 3).verdict != Verdict::fails);
  CHECK(check_adjoint(jvp(1e-6), lossy, at, 3).verdict == Verdict::fails);
}

TEST_CASE("check: without a gradient, the oracles agree") {
  const auto smooth = [](const auto& x) { return exp(x[0]) * tanh(x[1]) / x[2]; };
  const auto r = check_gradient(smooth, {0.5, -1, 3});
  INFO(r);
  CHECK(r);
  CHECK(r.oracles.size() >= 3);
  CHECK(has(to_string(r), "oracle: "));
  CHECK(has(to_string(r), "complex"));
  CHECK(check_gradient(smooth, {0.5, -1, 3}, {.dtype = Dtype::f16}));
  CHECK(check_gradient(smooth, {0.5, -1, 0}).verdict == Verdict::undecided);
}
