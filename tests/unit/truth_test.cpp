#include "gradproof/truth.hpp"

#include <chrono>
#include <cmath>

#include "gradproof/analysis.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/oracle.hpp"
#include "gradproof/text.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

Graph graph_of(std::string_view text) {
  auto d = parse(text);
  if (!d) FAIL(d.error().message());
  return d->graph;
}

Enclosure between(double low, double high) { return {Real(low, Bits{64}), Real(high, Bits{64})}; }
Real number(double v) { return {v, Bits{64}}; }

// The doubt that truth ends with.
Unproven unproven(std::string_view text, Bits wanted = {100}, Bits limit = {4096}) {
  const auto t = truth(graph_of(text), wanted, limit);
  INFO(text);
  REQUIRE(!t.ok());
  return t.error();
}

std::string in_words(const Enclosure& e) { return "[" + e.lower.text(20) + ", " + e.upper.text(20) + "]"; }

// What a fault does to a proven interval before it is judged.
Enclosure honest(const Enclosure& e) { return e; }
Enclosure without_width(const Enclosure& e) { return {e.lower, e.lower}; }

struct Tally {
  std::size_t graphs = 0, entries = 0, missed = 0, wide = 0, undecided = 0;
};

// Truth of the smooth family, against MPFR at four times the precision, whose own error has a derived bound.
Tally smooth_truth(std::uint64_t graphs, Enclosure (*fault)(const Enclosure&)) {
  Tally tally;
  for (std::uint64_t i = 0; i < graphs; ++i) {
    const Graph f = random_graph(8, i), g = gradient(f);
    if (!well_defined(g)) continue;
    const Bits wanted{20 + static_cast<std::int64_t>(i * 29 % 150)}, fine{4 * wanted.count + 512};
    const auto t = truth(f, wanted, Bits{2048});
    ++tally.graphs;
    tally.undecided += t ? 0 : 1;
    const Enclosures& all = t ? *t : t.error().enclosures;
    const Bounds bounds = rounding_bounds(g, Dtype::f64);
    const Evaluation<Real> reference = evaluate<Real>(g, fine);
    for (std::size_t o = 0; o < g.outputs().size(); ++o) {
      const std::size_t values = f.outputs().size();
      const auto& enclosures = o < values ? all.values[o] : all.gradient[o - values];
      for (std::size_t k = 0; k < enclosures.size(); ++k) {
        const Real& x = reference[g.outputs()[o].node][k];
        if (!std::isfinite(bounds.outputs[o][k].error)) continue;
        // The bound is for u = 2^-53, to first order; twice it covers the higher ones.
        const Real slack =
          Real(2 * bounds.outputs[o][k].error, Bits{64}) * Real::power_of_two(53 - fine.count, Bits{64});
        ++tally.entries;
        tally.missed += contains(widened(fault(enclosures[k]), slack), x) ? 0 : 1;
        tally.wide += t && width(enclosures[k]) > abs(x) * Real::power_of_two(1 - wanted.count, fine) ? 1 : 0;
      }
    }
  }
  return tally;
}

// A network of two hidden layers, tanh, one reversal, a batch of 32: 264,192 multiply-adds and 4,096 tanh in
// the value, 10,433 entries of gradient.
Graph network() {
  Draw draw(2, 5);
  Builder b;
  const auto leaf = [&](Shape shape, double scale) {
    std::vector<Literal> values;
    for (std::size_t i = 0; i < shape.size(); ++i)
      values.emplace_back(scale * draw.between(-1000000, 1000000) / 1e6);
    return b.input(shape, values);
  };
  const auto dense = [&](const Expr& x, std::uint32_t out) {
    const Expr y = matmul(x, leaf({x.shape().cols, out}, 0.25));
    return y + broadcast(leaf({1, out}, 0.25), y.shape());
  };
  Expr x = leaf({32, 64}, 1);
  x = tanh(dense(x, 64));
  x = reverse(tanh(dense(x, 64)), Literal(0.3));
  b.output(sum(square(dense(x, 1)), Axis::all));
  return std::move(b).finish_or_die();
}

}  // namespace

TEST_CASE("enclosure: answers are yes, no or unknown") {
  const Enclosure a = between(1, 2), b = between(2, 3), c = between(2.5, 4), point = between(2, 2);
  CHECK(less(a, c) == Decision::yes);
  CHECK(less(c, a) == Decision::no);
  CHECK(less(b, a) == Decision::no);
  CHECK(less(a, b) == Decision::unknown);
  CHECK(less(point, point) == Decision::no);
  CHECK(equal(a, c) == Decision::no);
  CHECK(equal(a, b) == Decision::unknown);
  CHECK(equal(point, point) == Decision::yes);
  CHECK(equal(point, b) == Decision::unknown);
  CHECK(outside(a, c) == Decision::yes);
  CHECK(outside(point, a) == Decision::no);
  CHECK(outside(a, point) == Decision::unknown);
  CHECK(outside(between(-INFINITY, INFINITY), a) == Decision::unknown);
  CHECK(equal(between(-INFINITY, INFINITY), between(-INFINITY, INFINITY)) == Decision::unknown);
}

TEST_CASE("enclosure: membership, width, middle and words") {
  const Enclosure e = between(1, 2);
  CHECK(contains(e, number(1)));
  CHECK(contains(e, number(2)));
  CHECK(!contains(e, number(2.5)));
  CHECK(!contains(e, number(NAN)));
  CHECK(!contains(between(-INFINITY, INFINITY), number(NAN)));
  CHECK(width(e) == number(1));
  CHECK(middle(e) == number(1.5));
  CHECK(middle(between(-INFINITY, INFINITY)) == number(0));
  CHECK(width(between(-INFINITY, INFINITY)) == number(INFINITY));
  // Outward: 1 - 2^-100 is no number of 64 bits.
  const Enclosure w = widened(e, Real::power_of_two(-100, Bits{64}));
  CHECK(w.lower < number(1));
  CHECK(w.upper > number(2));
  CHECK(text(between(0.5, 0.5), 4) == "5.000e-01");
  CHECK(text(between(0.5, std::nextafter(0.5, 1)), 10) == "5.000000000e-01");
  CHECK(text(e, 4) == "[1.000e+00, 2.000e+00]");
  CHECK(text(between(1.0 / 3, 2.0 / 3), 20) == "[3.33333e-01, 6.66667e-01]");
  CHECK(text(between(-INFINITY, INFINITY), 4) == "[-inf, inf]");
  CHECK(text(between(0, 0), 3) == "0.00e+00");
}

TEST_CASE("truth: as narrow as asked, with more precision where that takes more") {
  const Graph easy =
    graph_of("x = input 1x2 [0.5 -1/3]\ny = tanh x\nr = reverse y 3\ns = sum r all\noutput s\n");
  const auto t = truth(easy, Bits{300});
  REQUIRE(t.ok());
  const auto fine = reverse_mode(easy, Bits{1000});
  for (std::size_t k = 0; k < 2; ++k) {
    CHECK(contains(t->gradient[0][k], fine->value[k]));
    CHECK(width(t->gradient[0][k]) <= abs(fine->value[k]) * Real::power_of_two(-299, Bits{64}));
  }
  // exp(x) - 1 - x at 2^-600 loses 1200 bits, its derivative exp(x) - 1 600.
  const Graph hard = graph_of("x = input 1x1 [0x1p-600]\ne = exp x\na = sub e 1\nb = sub a x\noutput b\n");
  const auto u = truth(hard, Bits{100});
  REQUIRE(u.ok());
  CHECK(u->precision > Bits{1200});
  CHECK(width(u->values[0][0]) <= u->values[0][0].lower * Real::power_of_two(-99, Bits{64}));
  CHECK(u->values[0][0].lower > Real::power_of_two(-1202, Bits{64}));
  CHECK(u->gradient[0][0].upper < Real::power_of_two(-599, Bits{64}));
}

TEST_CASE("truth: zeros that are exactly zero count as known") {
  const auto t = truth(graph_of("x = input 1x1 [0]\ny = input 1x1 [4]\nz = mul x y\noutput z\n"), Bits{100});
  REQUIRE(t.ok());
  CHECK(equal(t->gradient[1][0], between(0, 0)) == Decision::yes);
  CHECK(equal(t->gradient[0][0], between(4, 4)) == Decision::yes);
}

TEST_CASE("truth: a precision that makes no sense is one clear sentence") {
  const char* const graph = "x = input 1x1 [1]\noutput x\n";
  for (const std::int64_t bits :
       {std::int64_t{0}, std::int64_t{-7}, std::int64_t{4097}, std::int64_t{1} << 60}) {
    const Unproven u = unproven(graph, Bits{bits});
    CHECK(u.doubt.why == Obstacle::bad_precision);
    CHECK(u.doubt.message == "the precision is " + std::to_string(bits) + " bits; ask for 1 to 4096");
    CHECK(u.enclosures.values.empty());
  }
  CHECK(unproven(graph, Bits{1}, Bits{0}).doubt.why == Obstacle::bad_precision);
  CHECK(unproven(graph, Bits{1}, Bits{std::int64_t{1} << 40}).doubt.why == Obstacle::bad_precision);
  CHECK(enclose(graph_of(graph), Bits{-1}).doubt->why == Obstacle::bad_precision);
  CHECK(!enclose(graph_of(graph), Bits{1}).doubt);
  CHECK(truth(graph_of(graph), Bits{1}, Bits{1}).ok());
}

TEST_CASE("truth: leaves that are not finite") {
  for (const std::string value : {"inf", "-inf", "nan"}) {
    const Unproven u = unproven("a = input 1x2 [1 " + value + "]\ny = tanh a\ns = sum y all\noutput s\n");
    CHECK(u.doubt.why == Obstacle::not_finite);
    CHECK(u.doubt.message == "a leaf is not finite: a [0,1] is " + value);
    CHECK(u.doubt.entry == 1);
  }
  CHECK(unproven("a = input 1x1 [1]\noutput a cotangent [inf]\n").doubt.why == Obstacle::not_finite);
}

TEST_CASE("truth: outside the domain for certain") {
  for (const char* line : {"log x", "sqrt x", "div c x", "pow x -2"}) {
    const Unproven u =
      unproven("x = input 1x2 [3 0]\nc = const 1x2 [1 2]\nd = mul x c\nq = " + std::string(line) +
               "\ne = add q d\ns = sum e all\noutput s\n");
    CHECK(u.doubt.why == Obstacle::outside_domain);
    CHECK(u.doubt.message == "q [0,1] is given an operand outside the domain of " +
                               std::string(line, std::string(line).find(' ')));
    CHECK(u.doubt.node == NodeId{3});
    CHECK(u.doubt.entry == 1);
  }
  // A ball without a positive number, which is not a single point.
  CHECK(unproven("x = input 1x1 [-1/3]\ny = log x\noutput y\n").doubt.why == Obstacle::outside_domain);
  // Never NaN: what is not known is the whole line.
  const Enclosures all = unproven("x = input 1x1 [-1]\ny = sqrt x\noutput y\n").enclosures;
  CHECK(in_words(all.values[0][0]) == in_words(between(-INFINITY, INFINITY)));
}

TEST_CASE("truth: maybe outside the domain, at every precision") {
  // sin^2 + cos^2 - 1 is 0, and no ball can say so.
  const std::string zero =
    "x = input 1x1 [1]\ns = sin x\nc = cos x\na = square s\nb = square c\nd = add a b\nz = sub d 1\n";
  for (const char* line : {"log z", "sqrt z", "div 1 z", "pow z -2"}) {
    const Unproven u = unproven(zero + "q = " + line + "\noutput q\n");
    CHECK(u.doubt.why == Obstacle::undecided);
    CHECK(u.doubt.message.find("at 4096 bits: q [0,0] may be given an operand outside the domain of") !=
          std::string::npos);
  }
  // With the sign certain a higher precision decides.
  CHECK(truth(graph_of(zero + "p = stop z\ne = add p 0x1p-900\nq = log e\noutput q\n"), Bits{100}).ok());
}

TEST_CASE("truth: what stays around 0 is undecided at the limit, and its interval still proven") {
  const std::string text =
    "x = input 1x1 [1]\ns = sin x\nc = cos x\na = square s\nb = square c\nd = add a b\nz = sub d 1\noutput "
    "z\n";
  const Unproven u = unproven(text);
  CHECK(u.doubt.why == Obstacle::undecided);
  CHECK(u.doubt.message.starts_with("the value of z [0,0] is in ["));
  CHECK(u.doubt.message.ends_with("it may be exactly 0"));
  CHECK(u.enclosures.precision == Bits{4096});
  for (const Enclosure& e : {u.enclosures.values[0][0], u.enclosures.gradient[0][0]}) {
    CHECK(contains(e, number(0)));
    CHECK(width(e) < Real::power_of_two(-4090, Bits{64}));
  }
}

TEST_CASE("truth: kinks are named, give the subgradient interval, and are found early") {
  struct Kink {
    const char* text;
    std::size_t input;
    Enclosure interval;
    const char* place;
  };
  for (const Kink& k :
       {Kink{"x = input 1x2 [1 0]\nq = relu x\ns = sum q all\noutput s\n", 0, between(0, 1), "q [0,1]"},
        Kink{"x = input 1x2 [1 0]\nq = abs x\ns = sum q all\noutput s\n", 0, between(-1, 1), "q [0,1]"},
        Kink{"a = input 1x1 [1/4]\nx = input 1x2 [1 0.25]\nm = broadcast a 1x2\nq = max x m\ns = sum q "
             "all\noutput s\n",
             1, between(0, 1), "q [0,1]"},
        Kink{"x = input 1x2 [1 3]\nc = const 1x2 [3]\nq = min x c\ns = sum q all\noutput s\n", 0,
             between(0, 1), "q [0,1]"},
        Kink{"x = input 1x2 [7 0]\nt = tanh x\nr = reverse t -2\nq = relu r\ns = sum q all\noutput s\n", 0,
             between(0, 2), "q [0,1]"}}) {
    const Unproven u = unproven(k.text, Bits{100}, usual_limit);
    INFO(k.text << u.doubt.message);
    CHECK(u.doubt.why == Obstacle::on_kink);
    CHECK(u.doubt.message.starts_with(std::string(k.place) + " stands on the kink of "));
    CHECK(u.enclosures.precision < Bits{1000});
    const Enclosure& e = u.enclosures.gradient[k.input][1];
    INFO(in_words(e));
    // The radius of a ball has 30 bits, so the interval may be that much wider.
    CHECK(outside(k.interval, e) == Decision::no);
    CHECK(outside(e, widened(k.interval, number(0x1p-24))) == Decision::no);
  }
}

TEST_CASE("truth: a kink that does not matter is no obstacle") {
  CHECK(truth(graph_of("x = input 1x1 [0]\nq = relu x\nz = mul q 0\noutput z\n"), Bits{100}).ok());
  CHECK(truth(graph_of("x = input 1x1 [0.5]\nq = round x\noutput q\n"), Bits{100}).ok());
  CHECK(truth(graph_of("x = input 1x1 [0]\nq = stop x\nz = relu q\noutput z\n"), Bits{100}).ok());
}

TEST_CASE("truth: an operand that may be on a kink is named at the limit") {
  const Unproven u = unproven("x = input 1x1 [1/3]\na = mul x 3\nb = sub a 1\nq = relu b\noutput q\n");
  CHECK(u.doubt.why == Obstacle::undecided);
  CHECK(u.doubt.message.ends_with("q [0,0] may stand on the kink of relu"));
  // Beside the kink by less than the first precision sees.
  CHECK(truth(graph_of(
                "x = input 1x1 [1/3]\na = mul x 3\nb = sub a 1\nc = add b 0x1p-900\nq = relu c\noutput q\n"),
              Bits{100})
          .ok());
}

TEST_CASE("truth: beyond the range, upwards and downwards") {
  const auto start = std::chrono::steady_clock::now();
  const Unproven tower = unproven(
    "x = input 1x1 [1000]\na = exp x\nb = exp a\nc = exp b\ns = sin c\noutput s\n", Bits{100}, usual_limit);
  CHECK(tower.doubt.why == Obstacle::out_of_range);
  CHECK(tower.doubt.message == "b [0,0] is beyond 2^(2^29), the largest number that is computed with");
  const Unproven square =
    unproven("x = input 1x1 [-1e5000]\na = pow x 64\nb = pow a 64\nc = pow b 64\noutput c\n");
  CHECK(square.doubt.why == Obstacle::out_of_range);
  // exp(-1e300) is no number that we can hold, and not 0.
  const Unproven small = unproven("x = input 1x1 [-1e300]\ny = exp x\noutput y\n", Bits{100}, usual_limit);
  CHECK(small.doubt.why == Obstacle::out_of_range);
  CHECK(small.doubt.message ==
        "the value of y [0,0] is 0 or below 1/2^(2^29), the least number that is computed with");
  CHECK(contains(small.enclosures.values[0][0], number(0)));
  CHECK(small.enclosures.precision < Bits{1000});
  // Only the gradient leaves the range.
  const Unproven partial =
    unproven("x = input 1x1 [0x1p-5000]\na = pow x 63\nb = pow a 63\nc = pow b 16\ny = div 1 c\noutput y\n");
  CHECK(partial.doubt.why == Obstacle::out_of_range);
  CHECK(partial.doubt.message.starts_with("operation "));
  CHECK(partial.doubt.message.find(" of the gradient is beyond 2^(2^29)") != std::string::npos);
  CHECK(partial.enclosures.values[0][0].lower > Real::power_of_two(300000000, Bits{64}));
  // Large arguments that are exact numbers take large precisions, and no more.
  CHECK(truth(graph_of("x = input 1x1 [1e4000]\ny = sin x\noutput y\n"), Bits{100}).ok());
  CHECK(truth(graph_of("x = input 1x1 [1e8]\ny = exp x\nz = log y\noutput z\n"), Bits{100}).ok());
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  CHECK(taken.count() < 60);
}

TEST_CASE("truth: an overflow that a higher precision takes back is none") {
  // (1e30 + a) - 1e30 is a, but at the first precision with an error of 2^40.
  const auto t =
    truth(graph_of(
            "x = input 1x1 [1/3]\nb = mul x 0x1p400\nc = sub b 0x1p400\nd = add c b\ne = add d b\nf = exp e\n"
            "output f\n"),
          Bits{32}, Bits{64 * 64});
  // 3 b - 2^400 is 0: the exponential of a ball around it is wide, then 1.
  REQUIRE(t.ok());
  CHECK(contains(t->values[0][0], number(1)));
}

TEST_CASE("enclose: one pass, with the obstacle named") {
  const Enclosed fine = enclose(graph_of("x = input 1x1 [1/3]\ny = tanh x\noutput y\n"), Bits{100});
  CHECK(!fine.doubt);
  CHECK(fine.enclosures.precision == Bits{100});
  CHECK(width(fine.enclosures.values[0][0]) < Real::power_of_two(-95, Bits{64}));
  CHECK(enclose(graph_of("x = input 1x1 [0]\ny = relu x\noutput y\n"), Bits{100}).doubt->why ==
        Obstacle::on_kink);
  CHECK(enclose(graph_of("x = input 1x1 [0]\ny = log x\noutput y\n"), Bits{100}).doubt->why ==
        Obstacle::outside_domain);
  CHECK(enclose(graph_of("x = input 1x1 [1/3]\na = mul x 3\nb = sub a 1\ny = log b\noutput y\n"), Bits{100})
          .doubt->why == Obstacle::undecided);
}

TEST_CASE("truth: random graphs of the smooth family, and the test can fail") {
  const Tally t = smooth_truth(1500, honest);
  INFO(t.graphs << " graphs, " << t.entries << " entries, " << t.missed << " missed, " << t.wide
                << " too wide, " << t.undecided << " undecided");
  CHECK(t.missed == 0);
  CHECK(t.wide == 0);
  CHECK(t.graphs > 1400);
  CHECK(t.entries > 15000);
  // Some graphs hold an exact 0 that no ball can prove.
  CHECK(t.undecided * 20 < t.graphs);
  CHECK(smooth_truth(100, without_width).missed > 200);
}

TEST_CASE("truth: graphs of the exact family have no width at all") {
  std::size_t entries = 0;
  for (std::uint64_t i = 0; i < 1500; ++i) {
    const Graph f = random_graph(9, i, {.family = Family::exact});
    const auto t = truth(f, Bits{53}, Bits{4096});
    const auto reverse = reverse_mode_exact(f);
    REQUIRE(reverse.ok());
    if (!t) {
      // Only at a kink, which exact graphs may stand on where no cotangent comes.
      INFO(t.error().doubt.message);
      CHECK(t.error().doubt.why == Obstacle::on_kink);
      continue;
    }
    std::size_t at = 0;
    for (const auto& input : t->gradient)
      for (const Enclosure& e : input) {
        ++entries;
        const Real exact(to_literal(reverse->value[at++]), e.lower.precision());
        REQUIRE(equal(e, {exact, exact}) == Decision::yes);
      }
  }
  CHECK(entries > 5000);
}

TEST_CASE("truth: a network's 10,433 gradient entries enclose the truth, and lose at most 9 digits") {
  const Graph f = network();
  const Enclosed e = enclose(f, digits(50));
  REQUIRE(!e.doubt);
  const auto reference = reverse_mode(f, digits(200));
  REQUIRE(reference.ok());
  std::size_t at = 0, missed = 0;
  double worst = 0;
  for (const auto& input : e.enclosures.gradient)
    for (const Enclosure& x : input) {
      const Real& exact = reference->value[at++];
      missed += contains(x, exact) ? 0 : 1;
      worst = std::max(worst, (width(x) / abs(exact)).to_double());
    }
  CHECK(at == 10433);
  CHECK(missed == 0);
  const double working = static_cast<double>(digits(50).count) * std::log10(2.0);
  INFO("digits lost: " << working + std::log10(worst));
  CHECK(working + std::log10(worst) <= 9);
  const auto t = truth(f, digits(50));
  REQUIRE(t.ok());
  CHECK(t->precision < Bits{320});
}
