#include "number/ball.hpp"

#include <flint/fmpq.h>
#include <malloc.h>

#include <chrono>
#include <functional>
#include <thread>

#include "gradproof/analysis.hpp"
#include "gradproof/calculus.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/rational.hpp"
#include "gradproof/real.hpp"
#include "gradproof/text.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

Ball ball(double v, Bits p = {128}) { return Ball(Literal(v), p); }

// [low, high], exactly where doubles of few bits are given.
Ball between(double low, double high) { return Ball::hull(ball(low), ball(high)); }

bool is(const Ball& b, double low, double high) {
  arf_t l, h;
  arf_init(l);
  arf_init(h);
  arb_get_lbound_arf(l, b.get(), 200);
  arb_get_ubound_arf(h, b.get(), 200);
  const bool same = arf_cmp_d(l, low) == 0 && arf_cmp_d(h, high) == 0;
  arf_clear(l);
  arf_clear(h);
  return same;
}

// [low, high] or hardly more: a radius has 30 bits, and each of a handful of operations on it rounds up.
bool nearly(const Ball& b, double low, double high) {
  arf_t l, h;
  arf_init(l);
  arf_init(h);
  arb_get_lbound_arf(l, b.get(), 200);
  arb_get_ubound_arf(h, b.get(), 200);
  const double excess = 0x1p-26 * (high - low);
  const bool same = arf_cmp_d(l, low) <= 0 && arf_cmp_d(l, low - excess) >= 0 && arf_cmp_d(h, high) >= 0 &&
                    arf_cmp_d(h, high + excess) <= 0;
  arf_clear(l);
  arf_clear(h);
  return same;
}

bool contains(const Ball& b, const Rational& x) {
  if (!b.is_finite()) return true;
  fmpq_t q;
  fmpq_init(q);
  fmpz_set_mpz(fmpq_numref(q), mpq_numref(x.backend().data()));
  fmpz_set_mpz(fmpq_denref(q), mpq_denref(x.backend().data()));
  const bool inside = arb_contains_fmpq(b.get(), q) != 0;
  fmpq_clear(q);
  return inside;
}

// Whether the ball meets [x - slack, x + slack].
bool meets(const Ball& b, const Real& x, const Real& slack) {
  if (!b.is_finite()) return true;
  const Real low = x - slack, high = x + slack;
  Ball interval(x.precision());
  arb_set_interval_mpfr(interval.get(), low.get(), high.get(), x.precision().count);
  return arb_overlaps(b.get(), interval.get()) != 0;
}

Graph graph_of(std::string_view text) {
  auto d = parse(text);
  if (!d) FAIL(d.error().message());
  return d->graph;
}

// The first output of a graph, at a precision.
Ball value_of(std::string_view text, Bits p = {128}) {
  const Graph g = graph_of(text);
  const Evaluation<Ball> e = evaluate<Ball>(g, p);
  return e[g.outputs()[0].node][0];
}

// What a fault does to a computed ball before it is judged; the honest one does nothing.
using Fault = std::function<void(Ball&)>;
const Fault honest = [](Ball&) {};
const Fault no_radius = [](Ball& b) { mag_zero(arb_radref(b.get())); };
const Fault small_radius = [](Ball& b) { mag_mul_2exp_si(arb_radref(b.get()), arb_radref(b.get()), -12); };

struct Containment {
  std::size_t graphs = 0, entries = 0, missed = 0, unbounded = 0;
};

// Every node of the gradient graphs of the exact family, against fractions.
Containment exact_containment(std::uint64_t graphs, const Fault& fault) {
  Containment c;
  for (std::uint64_t i = 0; i < graphs; ++i) {
    // Divisions by three put values between the balls' own grid points.
    const Graph g = gradient(random_graph(3, i, {.family = Family::exact, .max_nodes = 12}));
    const Bits p{53 + static_cast<std::int64_t>(i * 37 % 148)};
    Evaluation<Rational> truth(g);
    Evaluation<Ball> balls(g, p);
    for (const NodeId input : g.inputs())
      for (std::size_t k = 0; k < truth.leaf(input).size(); ++k) {
        truth.leaf(input)[k] /= 3;
        balls.leaf(input)[k] = balls.leaf(input)[k] / 3;
      }
    truth.run();
    balls.run();
    if (truth.undefined()) continue;
    ++c.graphs;
    for (std::uint32_t n = 0; n < g.size(); ++n)
      for (std::size_t k = 0; k < truth[NodeId{n}].size(); ++k) {
        Ball b = balls[NodeId{n}][k];
        fault(b);
        ++c.entries;
        c.unbounded += b.is_finite() ? 0 : 1;
        c.missed += contains(b, truth[NodeId{n}][k]) ? 0 : 1;
      }
  }
  return c;
}

// Values and gradients of the smooth family, against MPFR at four times the precision, whose own error has a
// derived bound.
Containment smooth_containment(std::uint64_t graphs, const Fault& fault) {
  Containment c;
  for (std::uint64_t i = 0; i < graphs; ++i) {
    const Graph g = gradient(random_graph(5, i));
    if (!well_defined(g)) continue;
    const Bits p{53 + static_cast<std::int64_t>(i * 37 % 148)}, fine{4 * p.count};
    const Bounds bounds = rounding_bounds(g, Dtype::f64);
    const Evaluation<Real> truth = evaluate<Real>(g, fine);
    const Evaluation<Ball> balls = evaluate<Ball>(g, p);
    ++c.graphs;
    for (std::size_t o = 0; o < g.outputs().size(); ++o) {
      const NodeId node = g.outputs()[o].node;
      for (std::size_t k = 0; k < truth[node].size(); ++k) {
        const double error = bounds.outputs[o][k].error;
        if (!std::isfinite(error)) continue;
        // The bound is for u = 2^-53, to first order; twice it covers the higher ones.
        const Real slack = Real(2 * error, Bits{64}) * Real::power_of_two(53 - fine.count, Bits{64});
        Ball b = balls[node][k];
        fault(b);
        ++c.entries;
        c.unbounded += b.is_finite() ? 0 : 1;
        c.missed += meets(b, truth[node][k], slack) ? 0 : 1;
      }
    }
  }
  return c;
}

}  // namespace

TEST_CASE("ball: literals are enclosed") {
  const auto third = Literal::parse("1/3");
  REQUIRE(third);
  const Ball b(*third, Bits{60});
  CHECK(!b.is_exact());
  CHECK(contains(b, Rational(1, 3)));
  CHECK(arb_rel_accuracy_bits(b.get()) >= 58);
  CHECK(b.precision() == Bits{60});
  CHECK(is(ball(0.1, Bits{2}), 0.1, 0.1));
  CHECK(!ball(INFINITY).is_finite());
  CHECK(!ball(INFINITY).is_undefined());
  CHECK(ball(NAN).is_undefined());
}

TEST_CASE("ball: copies share nothing, and moved balls can be used again") {
  const auto third = Literal::parse("1/3");
  Ball a(*third, Bits{500});
  const Ball copy = a;
  a = a + 1;
  CHECK(contains(copy, Rational(1, 3)));
  CHECK(contains(a, Rational(4, 3)));
  Ball b = std::move(a);
  a = copy;
  CHECK(contains(a, Rational(1, 3)));
  const Ball& same = a;
  a = same;
  CHECK(contains(a, Rational(1, 3)));
  std::vector<Ball> many(3, b);
  many.resize(100, copy);
  CHECK(contains(many[2], Rational(4, 3)));
  CHECK(contains(many[99], Rational(1, 3)));
  // The larger precision wins, whichever side it is on.
  CHECK((ball(1, Bits{64}) + copy).precision() == Bits{500});
  CHECK((copy + ball(1, Bits{64})).precision() == Bits{500});
}

TEST_CASE("ball: ints on either side") {
  const Ball x = ball(3);
  CHECK(is(x - 5, -2, -2));
  CHECK(is(5 - x, 2, 2));
  CHECK(is(-4 * x, -12, -12));
  CHECK(contains(-1 / x, Rational(-1, 3)));
  CHECK(contains(x / -7, Rational(-3, 7)));
  CHECK(!(1 / between(-1, 1)).is_finite());
}

TEST_CASE("ball: a selection whose sign is not certain is the hull of its pieces") {
  const auto zero = ball(0), around = between(-1, 2), right = between(1, 2), left = between(-2, -1);
  CHECK(is(step(zero), 0, 1));
  CHECK(is(step(around), 0, 1));
  CHECK(is(step(between(0, 2)), 0, 1));
  CHECK(is(step(right), 1, 1));
  CHECK(is(step(left), 0, 0));
  CHECK(is(Relu::forward(zero), 0, 0));
  CHECK(is(Relu::forward(around), -1, 2));
  CHECK(is(Relu::forward(right), 1, 2));
  CHECK(is(Relu::forward(left), 0, 0));
  CHECK(is(Abs::forward(left), 1, 2));
  CHECK(is(Abs::forward(around), -2, 2));
  CHECK(is(Max::forward(right, left), 1, 2));
  CHECK(is(Max::forward(around, zero), -1, 2));
  CHECK(is(Min::forward(right, left), -2, -1));
  CHECK(is(Max::forward(right, right), 1, 2));
}

TEST_CASE("ball: the subgradient interval at a kink") {
  const auto gradient_at = [](std::string_view text, std::size_t input) {
    const Graph g = graph_of(text), d = gradient(g);
    const Evaluation<Ball> e = evaluate<Ball>(d, Bits{128});
    return e[d.outputs()[g.outputs().size() + input].node][0];
  };
  CHECK(nearly(gradient_at("x = input 1x1 [0]\ny = relu x\noutput y\n", 0), 0, 1));
  CHECK(nearly(gradient_at("x = input 1x1 [0]\ny = abs x\noutput y\n", 0), -1, 1));
  CHECK(nearly(gradient_at("x = input 1x1 [2]\ny = input 1x1 [2]\nz = max x y\noutput z\n", 0), 0, 1));
  CHECK(nearly(gradient_at("x = input 1x1 [2]\ny = input 1x1 [2]\nz = max x y\noutput z\n", 1), 0, 1));
  CHECK(nearly(gradient_at("x = input 1x1 [0]\nr = reverse x 3\ny = relu r\noutput y\n", 0), -3, 0));
  CHECK(nearly(gradient_at("x = input 1x1 [0x1p-40]\ny = relu x\noutput y\n", 0), 1, 1));
}

TEST_CASE("ball: rounding to even takes the hull of the ends") {
  const auto rounded = [](const Ball& b) { return numeric<Ball>::round_even(b); };
  for (const auto& [x, y] : {std::pair{0.5, 0.0},
                             {1.5, 2.0},
                             {2.5, 2.0},
                             {-0.5, 0.0},
                             {-1.5, -2.0},
                             {-2.5, -2.0},
                             {0.75, 1.0},
                             {-0.75, -1.0},
                             {3.0, 3.0},
                             {0.0, 0.0},
                             {0x1p-400, 0.0},
                             {1e300, 1e300}}) {
    INFO(x);
    CHECK(is(rounded(ball(x)), y, y));
  }
  CHECK(is(rounded(between(0.25, 0.75)), 0, 1));
  CHECK(is(rounded(between(-3.5, 2.5)), -4, 2));
  CHECK(!rounded(ball(INFINITY)).is_finite());
  CHECK(rounded(ball(NAN)).is_undefined());
}

TEST_CASE("ball: what a precision holds is exact, so that an exact 0 is seen as one") {
  for (const std::int64_t p : {53, 64, 100, 128, 192, 256, 1000}) {
    INFO("at " << p << " bits");
    std::vector<Ball> x, y;
    for (int i = 0; i < 40; ++i) {
      x.push_back(ball((i * 7 % 11) - 5, Bits{p}));
      y.push_back(ball(std::ldexp((i * 5 % 13) - 6, i % 9 - 4), Bits{p}));
    }
    double dot = 0, sum = 0;
    for (int i = 0; i < 40; ++i) {
      dot += ((i * 7 % 11) - 5) * std::ldexp((i * 5 % 13) - 6, i % 9 - 4);
      sum += std::ldexp((i * 5 % 13) - 6, i % 9 - 4);
    }
    CHECK(is(Reduce<Ball>::dot(x.data(), 1, y.data(), 1, 40, Ball(Bits{p})), dot, dot));
    CHECK(is(Reduce<Ball>::sum(y.data(), 1, 40, Ball(Bits{p})), sum, sum));
    CHECK(is(Reduce<Ball>::sum(y.data(), 2, 1, Ball(Bits{p})), y[0].is_exact() ? std::ldexp(-6, -4) : NAN,
             std::ldexp(-6, -4)));
    std::vector<Ball> cancelling = {x[1], y[3], -x[1], -y[3]};
    CHECK(is(Reduce<Ball>::sum(cancelling.data(), 1, 4, Ball(Bits{p})), 0, 0));
  }
}

TEST_CASE("ball: products by blocks and by dots hold the product of fractions") {
  Draw draw(11, 0);
  for (const auto& [rows, inner, cols, spread] : {std::tuple{3, 4, 5, 0},
                                                  {32, 32, 32, 0},
                                                  {40, 33, 35, 0},
                                                  {36, 40, 34, 600},
                                                  {64, 32, 40, 3},
                                                  {1, 50, 1, 600}}) {
    const auto m = static_cast<std::size_t>(rows), n = static_cast<std::size_t>(inner),
               q = static_cast<std::size_t>(cols);
    std::vector<Ball> a, b, y(m * q);
    std::vector<Rational> ra, rb;
    const auto fill = [&draw, most = spread](std::vector<Ball>& balls, std::vector<Rational>& fractions,
                                             std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) {
        const double v = std::ldexp(draw.between(-1000, 1000), most == 0 ? 0 : draw.between(-most, most));
        balls.push_back(ball(v, Bits{150}) / 7);
        fractions.push_back(Rational(v) / 7);
      }
    };
    fill(a, ra, m * n);
    fill(b, rb, n * q);
    Product<Ball>::multiply(a.data(), b.data(), m, n, q, y.data(), Ball(Bits{150}));
    std::size_t missed = 0, loose = 0;
    for (std::size_t i = 0; i < m; ++i)
      for (std::size_t j = 0; j < q; ++j) {
        Rational truth = 0;
        for (std::size_t k = 0; k < n; ++k) truth += ra[i * n + k] * rb[k * q + j];
        missed += contains(y[i * q + j], truth) ? 0 : 1;
        loose += spread == 0 && arb_rel_accuracy_bits(y[i * q + j].get()) < 100 ? 1 : 0;
      }
    INFO(rows << "x" << inner << "x" << cols << " spread 2^" << spread);
    CHECK(missed == 0);
    CHECK(loose == 0);
    // The operands are lent to the product and still whole.
    CHECK(contains(a.back(), ra.back()));
    CHECK(contains(b.front(), rb.front()));
  }
}

TEST_CASE("ball: a product with entries that are not finite says so where they matter") {
  std::vector<Ball> a(40 * 40, ball(1)), b(40 * 40, ball(2)), y(40 * 40);
  a[3 * 40 + 5] = ball(INFINITY);
  b[7 * 40 + 9] = ball(NAN);
  Product<Ball>::multiply(a.data(), b.data(), 40, 40, 40, y.data(), Ball(Bits{128}));
  CHECK(!y[3 * 40].is_finite());
  CHECK(!y[9].is_finite());
  CHECK(is(y[0], 80, 80));
}

TEST_CASE("ball: containment on random graphs, which a ball without a radius does not pass") {
  const Containment exact = exact_containment(2000, honest), smooth = smooth_containment(2000, honest);
  INFO("exact: " << exact.graphs << " graphs, " << exact.entries << " entries, " << exact.unbounded
                 << " unbounded; smooth: " << smooth.graphs << " graphs, " << smooth.entries << " entries, "
                 << smooth.unbounded << " unbounded");
  CHECK(exact.missed == 0);
  CHECK(smooth.missed == 0);
  CHECK(exact.graphs > 1800);
  CHECK(exact.entries > 100000);
  CHECK(smooth.graphs > 1800);
  CHECK(smooth.entries > 20000);
  // A ball that is the whole line holds everything; few may be.
  CHECK(exact.unbounded * 1000 < exact.entries);
  CHECK(smooth.unbounded * 1000 < smooth.entries);
  // The test can fail: wrong rounding shows on many entries.
  for (const Fault& fault : {no_radius, small_radius}) {
    CHECK(exact_containment(100, fault).missed > 500);
    CHECK(smooth_containment(100, fault).missed > 500);
  }
}

TEST_CASE("ball: towers, huge arguments and squarings end at once, and keep exponents small") {
  const auto start = std::chrono::steady_clock::now();
  std::string tower = "x = input 1x1 [1000]\n";
  for (int i = 0; i < 12; ++i)
    tower += "e" + std::to_string(i) + " = exp " + (i == 0 ? "x" : "e" + std::to_string(i - 1)) + "\n";
  for (const char* f : {"exp", "expm1", "log1p", "sin", "cos", "tanh", "sigmoid", "softplus", "log", "sqrt",
                        "square", "abs", "round", "relu"})
    for (int depth : {0, 1, 2, 11})
      for (const char* sign : {"", "neg "})
        for (const std::int64_t p : {64, 4096}) {
          const std::string top = "e" + std::to_string(depth);
          const Graph g =
            gradient(graph_of(tower + "s = " + (*sign != 0 ? "neg " + top : "add " + top + " 0") +
                              "\nt = " + f + " s\nu = div 1 t\noutput u\n"));
          const Evaluation<Ball> e = evaluate<Ball>(g, Bits{p});
          for (std::uint32_t n = 0; n < g.size(); ++n)
            for (const Ball& b : e[NodeId{n}]) {
              const fmpz m = ARF_EXP(arb_midref(b.get())), r = MAG_EXP(arb_radref(b.get()));
              REQUIRE(!COEFF_IS_MPZ(m));
              REQUIRE(!COEFF_IS_MPZ(r));
            }
        }
  for (const char* base : {"2", "0.5", "-3", "1e300", "1e-300"}) {
    std::string text = std::string("x = input 1x1 [") + base + "]\n";
    for (int i = 0; i < 300; ++i)
      text += "q" + std::to_string(i) + " = square " + (i == 0 ? "x" : "q" + std::to_string(i - 1)) + "\n";
    const Ball b = value_of(text + "output q299\n");
    const bool small = std::abs(std::stod(base)) < 1;
    CHECK(b.is_finite() == small);
    if (small) CHECK(arb_contains_zero(b.get()) != 0);
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  // It takes a second or so; a bignum exponent of the second floor of a tower alone would take hours.
  CHECK(taken.count() < 60);
}

TEST_CASE("ball: threads start and end, their balls outlive them, and their caches do not") {
  // Each of these keeps constants or tables for its thread: 300 KB at this precision.
  const Graph g = gradient(
    graph_of("x = input 1x1 [0.7]\na = exp x\nb = sin a\nc = log x\nd = tanh c\ne = add b d\noutput e\n"));
  const Bits precision{40000};
  const Evaluation<Ball> here = evaluate<Ball>(g, precision);
  std::vector<Ball> kept;
  const auto in_threads = [&](int count) {
    for (int t = 0; t < count; ++t)
      std::thread([&] {
        const Evaluation<Ball> there = evaluate<Ball>(g, precision);
        kept.clear();
        for (const Output& o : g.outputs())
          kept.insert(kept.end(), there[o.node].begin(), there[o.node].end());
      }).join();
  };
  in_threads(4);
  const std::size_t before = mallinfo2().uordblks;
  in_threads(40);
  CHECK(mallinfo2().uordblks < before + 1000000);
  std::size_t k = 0;
  for (const Output& o : g.outputs())
    for (const Ball& b : here[o.node]) CHECK(arb_equal(b.get(), kept[k++].get()) != 0);
}
