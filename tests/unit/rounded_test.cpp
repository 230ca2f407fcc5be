// The formats: conversions, correctly rounded arithmetic, and distances in ulps, against definitions and
// implementations that share no code with them.
#include "gradproof/rounded.hpp"

#include <bit>
#include <cmath>
#include <limits>

#include "gradproof/calculus.hpp"
#include "gradproof/dtype.hpp"
#include "gradproof/rational.hpp"
#include "gradproof/real.hpp"
#include "gradproof/text.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr std::array narrow = {Dtype::f16, Dtype::bf16};

static_assert(AnalyticNumber<Rounded<Dtype::f16>> && AnalyticNumber<Rounded<Dtype::f64>>);

bool same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

// A linear congruential generator (Knuth's constants), whose upper bits are good enough here.
struct Draws {
  std::uint64_t state = 1;
  std::uint64_t next() {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return state >> 32 | state << 32;
  }
  // Any pattern of the format, so that every binade, subnormals, infinities and NaNs come up.
  double member(Dtype d) { return decoded(d, next() >> (64 - 8 * format(d).bytes)); }
  // A member of moderate size, so that operations on two of them stay finite and inexact.
  double moderate(Dtype d) {
    const double mantissa = static_cast<double>(next() >> 11) * 0x1p-53 + 1;
    const int exponent = static_cast<int>(next() % 9) - 4;
    return rounded(d, std::ldexp((next() & 1) != 0 ? mantissa : -mantissa, exponent));
  }
};

std::uint16_t infinity_pattern(Dtype d) { return static_cast<std::uint16_t>(encoded(d, inf)); }

// For each pair of neighbours from 0 to the first number beyond the format: check(lower, upper, the pattern
// of the lower).
template <class F>
void for_each_gap(Dtype d, F check) {
  for (std::uint16_t bits = 0; bits < infinity_pattern(d); ++bits) {
    const double lower = decoded(d, bits);
    const bool last = bits + 1 == infinity_pattern(d);
    const double upper = last ? std::ldexp(2, format(d).max_exponent) : decoded(d, bits + 1U);
    check(lower, upper, bits);
  }
}

// How many values at and next to midpoints a conversion from double gets wrong, by definition: the nearer
// neighbour, and at the midpoint the one whose pattern is even.
template <class Conversion>
std::size_t wrong_at_midpoints(Dtype d, Conversion convert) {
  std::size_t wrong = 0;
  for_each_gap(d, [&](double lower, double upper, std::uint16_t bits) {
    const double middle = lower + (upper - lower) / 2;
    const double above = upper > std::ldexp(2 - 2 * unit_roundoff(d), format(d).max_exponent) ? inf : upper;
    const auto expect = [&](double x, double expected) {
      wrong += same(convert(x), expected) ? 0U : 1U;
      wrong += same(convert(-x), -expected) ? 0U : 1U;
    };
    expect(middle, bits % 2 == 0 ? lower : above);
    expect(std::nextafter(middle, 0), lower);
    expect(std::nextafter(middle, inf), above);
    expect(lower, lower);
  });
  return wrong;
}

}  // namespace

// --- Conversions
// -----------------------------------------------------------------------------------------------------------

TEST_CASE("formats: every 16-bit pattern survives a round trip, NaNs and signed zeros included") {
  for (const Dtype d : narrow)
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
      const double value = decoded(d, bits);
      REQUIRE(encoded(d, value) == bits);
      REQUIRE(same(rounded(d, value), value));
    }
  CHECK(std::signbit(decoded(Dtype::f16, 0x8000)));
  CHECK(std::isnan(decoded(Dtype::bf16, 0x7F81)));
  // A payload that the format has no room for leaves a NaN all the same.
  CHECK(encoded(Dtype::f16, std::bit_cast<double>(0x7FF0000000000001U)) == 0x7E00);
  CHECK(encoded(Dtype::bf16, std::bit_cast<double>(0xFFF0000000000001U)) == 0xFFC0);
}

TEST_CASE("formats: patterns of 32 and 64 bits are the machine's own") {
  Draws draws;
  for (int i = 0; i < 100000; ++i) {
    const std::uint64_t bits = draws.next();
    const auto low = static_cast<std::uint32_t>(bits);
    const double value = std::bit_cast<double>(bits);
    REQUIRE(encoded(Dtype::f64, value) == bits);
    REQUIRE(std::bit_cast<std::uint64_t>(decoded(Dtype::f64, bits)) == bits);
    REQUIRE(encoded(Dtype::f32, decoded(Dtype::f32, low)) == low);
    const auto f = std::bit_cast<float>(low);
    REQUIRE(same(decoded(Dtype::f32, low), f));
    if (!std::isnan(value)) REQUIRE(encoded(Dtype::f32, value) == std::bit_cast<std::uint32_t>(float(value)));
  }
}

TEST_CASE("formats: conversion from double rounds once, and one that rounds twice is caught") {
  for (const Dtype d : narrow) {
    CHECK(wrong_at_midpoints(d, [&](double x) { return rounded(d, x); }) == 0);
    CHECK(wrong_at_midpoints(d, [&](double x) { return decoded(d, encoded(d, x)); }) == 0);
    // By way of float a hair beside a midpoint becomes the midpoint, and the tie may go the wrong way: for
    // both signs, above the midpoint where the lower neighbour is even, and below it where it is odd.
    const std::size_t gaps = infinity_pattern(d);
    const auto twice = [&](double x) { return rounded(d, static_cast<double>(static_cast<float>(x))); };
    CHECK(wrong_at_midpoints(d, twice) >= 2 * gaps - 4);
  }
}

#ifdef __FLT16_MANT_DIG__
__extension__ using Float16 = _Float16;
TEST_CASE("formats: float16 is the compiler's") {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto theirs = std::bit_cast<Float16>(static_cast<std::uint16_t>(bits));
    REQUIRE(same(decoded(Dtype::f16, bits), static_cast<double>(theirs)));
  }
  CHECK(wrong_at_midpoints(Dtype::f16, [](double x) { return double(Float16(x)); }) == 0);
  Draws draws;
  for (int i = 0; i < 100000; ++i) {
    const double x = std::ldexp(draws.moderate(Dtype::f64), static_cast<int>(draws.next() % 44) - 26);
    REQUIRE(same(rounded(Dtype::f16, x), static_cast<double>(static_cast<Float16>(x))));
  }
}
#endif

TEST_CASE("formats: bfloat16 is the upper half of a float") {
  Draws draws;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits)
    REQUIRE(same(decoded(Dtype::bf16, bits), std::bit_cast<float>(bits << 16)));
  for (int i = 0; i < 200000; ++i) {
    const auto bits = static_cast<std::uint32_t>(draws.next());
    const auto x = std::bit_cast<float>(bits);
    if (std::isnan(x)) continue;
    // Half of the unit that is kept, less one where that leaves a tie at an even pattern.
    const std::uint32_t nearest = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
    REQUIRE(encoded(Dtype::bf16, x) == nearest);
  }
}

TEST_CASE("formats: conversion from Real and from literals rounds once, however near the midpoint") {
  const Real hair = Real::power_of_two(-900, Bits{2});
  for (const Dtype d : narrow)
    for_each_gap(d, [&](double lower, double upper, std::uint16_t bits) {
      if (bits % 13 != 0 && bits > 64 && bits + 64 < infinity_pattern(d)) return;
      const double above = bits + 1 == infinity_pattern(d) ? inf : upper;
      const Real middle(lower + (upper - lower) / 2, Bits{1100});
      REQUIRE(same(rounded(d, middle), bits % 2 == 0 ? lower : above));
      REQUIRE(same(rounded(d, middle + hair), above));
      REQUIRE(same(rounded(d, -(middle - hair)), -lower));
    });
  // 1 + 2^-11 + 10^-400 and its like below: no double is near enough to tell them from the tie.
  const std::string scale = "1" + std::string(400, '0');
  const Rational middle = Rational(1) + Rational(1, 2048), little = Rational(1) / Rational(scale);
  CHECK(rounded(Dtype::f16, to_literal(middle + little)) == 1 + 0x1p-10);
  CHECK(rounded(Dtype::f16, to_literal(middle - little)) == 1);
  CHECK(rounded(Dtype::bf16, *Literal::parse("1/3")) == 0x1.56p-2);
  CHECK(rounded(Dtype::f64, *Literal::parse("0.1")) == 0.1);
  // Among the subnormals, where 24 bits first and fewer later would round twice.
  const Rational least = to_rational(Literal(0x1p-149));
  CHECK(to_literal(least * 5 / 2 + little).nearest_float() == 3 * 0x1p-149F);
  CHECK(to_literal(least * 5 / 2 - little).nearest_float() == 2 * 0x1p-149F);
  CHECK(same(rounded(Dtype::f32, Real(-0.0, Bits{53})), -0.0));
  CHECK(std::isnan(rounded(Dtype::f32, Literal(std::nan("")))));
}

// --- Arithmetic
// -----------------------------------------------------------------------------------------------------------

namespace {

// The four operations on a and b in the format, and with b as an int.
template <Dtype D>
std::array<double, 4> ours(double a, double b) {
  const Rounded<D> x(a), y(b);
  return {(x + y).value(), (x - y).value(), (x * y).value(), (x / y).value()};
}
template <Dtype D>
std::array<double, 6> ours_with_int(double a, int n) {
  const Rounded<D> x(a);
  return {(x + n).value(), (x - n).value(), (n - x).value(),
          (x * n).value(), (x / n).value(), (n / x).value()};
}

// The same in 512 bits, then rounded: sums and products are exact there, from 2^31 down to 2^-298; and a
// quotient that is no midpoint differs from each by more than 2^-60 of itself.
constexpr Bits plenty{512};
std::array<double, 4> exact(Dtype d, double a, double b) {
  const Real x(a, plenty), y(b, plenty);
  return {rounded(d, x + y), rounded(d, x - y), rounded(d, x * y), rounded(d, x / y)};
}
std::array<double, 6> exact_with_int(Dtype d, double a, int n) {
  const Real x(a, plenty);
  return {rounded(d, x + n), rounded(d, x - n), rounded(d, n - x),
          rounded(d, x * n), rounded(d, x / n), rounded(d, n / x)};
}

template <std::size_t N>
bool all_same(const std::array<double, N>& a, const std::array<double, N>& b) {
  for (std::size_t i = 0; i < N; ++i)
    if (!same(a[i], b[i])) return false;
  return true;
}

template <Dtype D>
void check_arithmetic() {
  Draws draws;
  for (int i = 0; i < 30000; ++i) {
    const double a = i % 2 == 0 ? draws.member(D) : draws.moderate(D);
    const double b = i % 3 == 0 ? draws.member(D) : draws.moderate(D);
    const int shift = static_cast<int>(draws.next() % 31);
    const int n = static_cast<int>(static_cast<std::int64_t>(draws.next()) >> 32) >> shift;
    CAPTURE(a, b, n);
    REQUIRE(all_same(ours<D>(a, b), exact(D, a, b)));
    REQUIRE(same(sqrt(Rounded<D>(a)).value(), rounded(D, sqrt(Real(a, plenty)))));
    // MPFR's 0 as an int has no sign, ours neither; x * 0 and 0 / x have one, by x.
    if (n != 0) REQUIRE(all_same(ours_with_int<D>(a, n), exact_with_int(D, a, n)));
  }
}

}  // namespace

TEST_CASE("rounded: + - * / sqrt and ints round once, in every binade") {
  check_arithmetic<Dtype::f16>();
  check_arithmetic<Dtype::bf16>();
  check_arithmetic<Dtype::f32>();
}

TEST_CASE("rounded: sums of a number and a far smaller one, quotients among the subnormals") {
  for (const double tie : {257.0, 259.0, 65537.0}) {
    // bfloat16 has 8 bits: 257 is a midpoint, and the least subnormal beside it decides.
    const Rounded<Dtype::bf16> tiny(0x1p-133);
    const auto n = static_cast<int>(tie);
    CHECK(same((n + tiny).value(), rounded(Dtype::bf16, Real(0x1p-133, plenty) + n)));
    CHECK(same((n - tiny).value(), rounded(Dtype::bf16, n - Real(0x1p-133, plenty))));
  }
  // Every subnormal of float16 over some numbers of two binades: each quotient is subnormal or nearly so.
  for (std::uint32_t a = 1; a < 1024; ++a)
    for (std::uint32_t b = 1024 * 15; b < 1024 * 17; b += 61) {
      const double x = decoded(Dtype::f16, a), y = decoded(Dtype::f16, b);
      const Rounded<Dtype::f16> q = Rounded<Dtype::f16>(x) / Rounded<Dtype::f16>(y);
      REQUIRE(ulp_distance(Dtype::f16, q.value(), Real(x, plenty) / Real(y, plenty)) <= 0.5);
    }
}

TEST_CASE("rounded: quotients by an int that miss a midpoint by 2^-55 of themselves") {
  // m has 25 bits: a midpoint of float32. With n the inverse of m modulo 2^32, or its negative, m n = a 2^32
  // +- 1, and a/n is m 2^-32 but for one part in m n.
  Draws draws;
  for (int i = 0; i < 3000; ++i) {
    const auto m = static_cast<std::uint32_t>(draws.next() >> 40 | 1U << 24 | 1U);
    std::uint32_t inverse = 1;
    for (int k = 0; k < 5; ++k) inverse *= 2 - m * inverse;
    const std::uint32_t positive = inverse >> 31 != 0 ? 0U - inverse : inverse;
    const std::uint64_t product = std::uint64_t{m} * positive;
    const auto a = static_cast<double>((product + (inverse == positive ? 0U : 1U)) >> 32);
    const int n = static_cast<int>(positive);
    REQUIRE(rounded(Dtype::f32, a) == a);
    REQUIRE(same(ours_with_int<Dtype::f32>(a, n)[4], exact_with_int(Dtype::f32, a, n)[4]));
    REQUIRE(same(ours_with_int<Dtype::f32>(a, -n)[4], exact_with_int(Dtype::f32, a, -n)[4]));
  }
}

TEST_CASE("rounded: sqrt of every 16-bit number") {
  for (std::uint32_t bits = 0; bits < 0x8000; ++bits) {
    const double x = decoded(Dtype::f16, bits), y = decoded(Dtype::bf16, bits);
    REQUIRE(same(sqrt(Rounded<Dtype::f16>(x)).value(), rounded(Dtype::f16, sqrt(Real(x, Bits{100})))));
    REQUIRE(same(sqrt(Rounded<Dtype::bf16>(y)).value(), rounded(Dtype::bf16, sqrt(Real(y, Bits{100})))));
  }
}

TEST_CASE("rounded: float32 and float64 are the hardware's, bit for bit") {
  Draws draws;
  for (int i = 0; i < 200000; ++i) {
    const double a = i % 2 == 0 ? draws.member(Dtype::f64) : draws.moderate(Dtype::f64);
    const double b = i % 3 == 0 ? draws.member(Dtype::f64) : draws.moderate(Dtype::f64);
    REQUIRE(all_same(ours<Dtype::f64>(a, b), {a + b, a - b, a * b, a / b}));
    REQUIRE(same(sqrt(Rounded<Dtype::f64>(a)).value(), std::sqrt(a)));
    const auto x = static_cast<float>(i % 2 == 0 ? draws.member(Dtype::f32) : draws.moderate(Dtype::f32));
    const auto y = static_cast<float>(i % 3 == 0 ? draws.member(Dtype::f32) : draws.moderate(Dtype::f32));
    REQUIRE(all_same(ours<Dtype::f32>(x, y), {x + y, x - y, x * y, x / y}));
    REQUIRE(same(sqrt(Rounded<Dtype::f32>(x)).value(), std::sqrt(x)));
    const int n = static_cast<int>(draws.next() % 2000001) - 1000000;
    if (n != 0)
      REQUIRE(all_same(ours_with_int<Dtype::f64>(a, n), {a + n, a - n, n - a, a * n, a / n, n / a}));
  }
}

// --- Functions
// -----------------------------------------------------------------------------------------------------------

namespace {

constexpr Bits many{160};

struct Pair {
  Function function;
  Real (*reference)(Real);
  bool odd;  // or even: negative arguments tell nothing new
};
const std::array<Pair, 7> functions = {{{Function::exp, [](Real x) { return exp(std::move(x)); }, false},
                                        {Function::log, [](Real x) { return log(std::move(x)); }, true},
                                        {Function::expm1, [](Real x) { return expm1(std::move(x)); }, false},
                                        {Function::log1p, [](Real x) { return log1p(std::move(x)); }, false},
                                        {Function::sin, [](Real x) { return sin(std::move(x)); }, true},
                                        {Function::cos, [](Real x) { return cos(std::move(x)); }, true},
                                        {Function::tanh, [](Real x) { return tanh(std::move(x)); }, true}}};

void check_functions(Dtype d, double x) {
  for (const Pair& f : functions) {
    if (f.odd && x < 0) continue;
    CAPTURE(static_cast<int>(f.function), x);
    REQUIRE(ulp_distance(d, rounded(d, f.function, x), f.reference(Real(x, many))) <= 0.5);
  }
}

}  // namespace

TEST_CASE("rounded: functions of 16-bit numbers are the nearest") {
  for (std::uint32_t bits = 0; bits < 0x10000; bits += 3)
    check_functions(Dtype::f16, decoded(Dtype::f16, bits));
  for (std::uint32_t bits = 0; bits < 0x10000; bits += 7)
    check_functions(Dtype::bf16, decoded(Dtype::bf16, bits));
}

TEST_CASE("rounded: functions of float32 and float64 are the nearest, near the thresholds too") {
  Draws draws;
  for (int i = 0; i < 4000; ++i) {
    check_functions(Dtype::f32, draws.member(Dtype::f32));
    check_functions(Dtype::f64, draws.moderate(Dtype::f64));
  }
  for (const double x : {-745.2, -745.1, -744.4, -708.4, 709.7, 709.8, 0x1p-1074, 1e308})
    check_functions(Dtype::f64, x);
  for (const double x : {-103.98, -103.97, -87.4, 88.7, 88.8})
    check_functions(Dtype::f32, rounded(Dtype::f32, x));
  CHECK(same(rounded(Dtype::f16, Function::exp, -INFINITY), 0.0));
  CHECK(rounded(Dtype::f16, Function::exp, 12.0) == inf);
  CHECK(std::isnan(rounded(Dtype::f32, Function::log, -1.0)));
  CHECK(same(rounded(Dtype::f32, Function::sin, -0.0), -0.0));
}

// --- Graphs
// -----------------------------------------------------------------------------------------------------------

namespace {

template <Number S>
S output_of(const Graph& g) {
  const auto e = evaluate<S>(g);
  return e[g.outputs()[0].node][0];
}

const Graph& arithmetic_graph() {
  static const Graph g = parse(
                           "x = input 2x3 [0.1 2.7 -3.3; 1e-3 7 1/3]\n"
                           "w = const 3x1 [1.1; -0.7; 3]\n"
                           "h = matmul x w\n"
                           "q = square h\n"
                           "p = sum q all\n"
                           "r = sqrt p\n"
                           "d = div r 7\n"
                           "y = max d 0.3\n"
                           "output y\n")
                           ->graph;
  return g;
}

}  // namespace

TEST_CASE("rounded: a graph in float32 and float64 is the hardware's") {
  const Graph g = gradient(arithmetic_graph());
  const auto a = evaluate<Rounded<Dtype::f32>>(g);
  const auto b = evaluate<float>(g);
  const auto c = evaluate<Rounded<Dtype::f64>>(g);
  const auto e = evaluate<double>(g);
  for (std::uint32_t i = 0; i < g.size(); ++i)
    for (std::size_t k = 0; k < g[NodeId{i}].shape.size(); ++k) {
      REQUIRE(same(a[NodeId{i}][k].value(), b[NodeId{i}][k]));
      REQUIRE(same(c[NodeId{i}][k].value(), e[NodeId{i}][k]));
    }
}

TEST_CASE("rounded: a composite operation rounds at each step of its formula") {
  constexpr Dtype d = Dtype::f16;
  for (const double x : {0.3, 1.7, 5.1, 9.9}) {
    const double leaf = rounded(d, x);
    Builder b;
    const Literal literal(leaf);
    b.output(sigmoid(b.input({1, 1}, std::span(&literal, 1))));
    const Graph g = *std::move(b).finish();
    const double e = rounded(d, std::exp(-leaf));
    CHECK(output_of<Rounded<d>>(g).value() == rounded(d, 1 / rounded(d, 1 + e)));
  }
}

// --- Distances
// -----------------------------------------------------------------------------------------------------------

TEST_CASE("ulp distance: what the definition says at its edges") {
  constexpr Dtype d = Dtype::f16;
  const auto at = [](double observed, double truth) {
    return ulp_distance(d, observed, Real(truth, Bits{53}));
  };
  CHECK(at(1, 1) == 0);
  CHECK(at(1 + 0x1p-10, 1) == 1);
  CHECK(at(1 - 0x1p-11, 1) == 0.5);          // the ulp above 1 counts at 1
  CHECK(at(1, 1 - 0x1p-11) == 1);            // and the one below 1 below it
  CHECK(at(1 + 0x1p-10, 1 - 0x1p-11) == 3);  // two of which make one above
  CHECK(at(0x1p-24, 0) == 1);                // the least subnormal
  CHECK(at(-0.0, 0.0) == 0);
  CHECK(at(0, 0x1p-25) == 0.5);
  CHECK(at(0, 1e-300) > 0);
  CHECK(at(-0x1p-24, 0x1p-24) == 2);
  CHECK(at(65504, 65520) == 0.5);  // the tie between the largest and 2^16
  CHECK(at(inf, 65520) == 0.5);    // which an infinity stands for
  CHECK(at(inf, 65504) == 1);
  CHECK(at(inf, 1e9) == 0);
  CHECK(at(-inf, 1e9) == (1e9 + 65536) / 32);
  CHECK(at(65504, 1e9) == (1e9 - 65504) / 32);
  CHECK(at(inf, inf) == 0);
  CHECK(at(65504, inf) == inf);
  CHECK(at(-inf, inf) == inf);
  CHECK(at(std::nan(""), 1) == inf);
  CHECK(at(1, std::nan("")) == inf);
  CHECK(at(std::nan(""), std::nan("")) == 0);
  CHECK(ulp_distance(Dtype::f64, 1, Real(0, Bits{53})) == inf);  // 2^1074 ulps are more than a double holds
  // A hair more than half an ulp shows as more.
  const Real hair = Real::power_of_two(-300, Bits{2});
  CHECK(ulp_distance(d, 1, Real(1 + 0x1p-11, Bits{400}) + hair) > 0.5);
  CHECK(ulp_distance(d, 1, Real(1 + 0x1p-11, Bits{400}) - hair) <= 0.5);
}

TEST_CASE("ulp distance: the nearest is within a half, its neighbours between a half and three halves") {
  Draws draws;
  for (const Dtype d : all_dtypes)
    for (int i = 0; i < 10000; ++i) {
      const double base = draws.member(d);
      if (!std::isfinite(base) || base == 0) continue;
      // A truth beside `base` that no format holds.
      const Real truth = Real(base, Bits{300}) +
                         Real(ulp(d, base), Bits{300}) * Real(draws.moderate(Dtype::f64) / 64, Bits{300});
      const double nearest = rounded(d, truth);
      const std::uint64_t bits = encoded(d, nearest);
      CAPTURE(format(d).name, base, nearest);
      REQUIRE(ulp_distance(d, nearest, truth) <= 0.5);
      if (nearest == 0 || std::isinf(nearest)) continue;
      // Where the truth rounds up to a power of two, the neighbour above that is two of the truth's ulps on.
      const bool edge = mpfr_cmpabs(truth.get(), Real(nearest, Bits{53}).get()) < 0 &&
                        std::abs(std::frexp(nearest, std::array<int, 1>{}.data())) == 0.5;
      const double away = ulp_distance(d, decoded(d, bits + 1), truth);
      REQUIRE(away >= 0.5);
      REQUIRE(away <= (edge ? 2.5 : 1.5));
      const double towards = ulp_distance(d, decoded(d, bits - 1), truth);
      REQUIRE(towards >= (edge ? 0.5 : 0.25));
      REQUIRE(towards <= 1.5);
    }
}
