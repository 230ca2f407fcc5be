#include <boost/multiprecision/cpp_bin_float.hpp>

#include "gradproof/complex.hpp"
#include "gradproof/dual.hpp"
#include "gradproof/number.hpp"
#include "gradproof/rational.hpp"
#include "gradproof/real.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

static_assert(AnalyticNumber<float> && AnalyticNumber<double> && AnalyticNumber<Real>);
static_assert(Number<Rational> && !AnalyticNumber<Rational>);
static_assert(AnalyticNumber<Complex<Real>> && AnalyticNumber<Dual<Real>> && Number<Dual<Rational>>);
static_assert(AnalyticNumber<Dual<double>> && AnalyticNumber<Complex<Real>>);

TEST_CASE("literal: what is read is what was written") {
  CHECK(Literal::parse("0.5")->nearest() == 0.5);
  CHECK(Literal::parse("0.5")->is_double());
  CHECK_FALSE(Literal::parse("0.1")->is_double());
  CHECK(Literal::parse("0.1")->text() == "1/10");
  CHECK(Literal::parse("2/4")->nearest() == 0.5);
  CHECK(Literal::parse("0x1.8p-3")->nearest() == 0.1875);
  CHECK(Literal::parse("-1e3")->text() == "-1000");
  CHECK(std::signbit(Literal::parse("-0")->nearest()));
  CHECK(Literal::parse("0x1p-1074")->nearest() == 0x1p-1074);
  CHECK(Literal::parse("-inf")->nearest() == -INFINITY);
  for (const char* bad :
       {"", "-", "1/0", "abc", "1e99999", "0x", "1.2.3", "1/2/3", "--1", "e5", "0x1p", "1_0", "."})
    CHECK_FALSE(Literal::parse(bad).has_value());
}

TEST_CASE("literal: text reads back bit for bit") {
  std::uint64_t state = 7;
  for (int i = 0; i < 20000; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const double v = std::bit_cast<double>(state);
    if (std::isnan(v)) continue;
    REQUIRE(*Literal::parse(Literal(v).text()) == Literal(v));
  }
  for (const double v : {0.0, -0.0, 1.0, -1.5, 1e22, 9007199254740993.0, 0.1, 1e-310, 5e-324,
                         1.7976931348623157e308, 123456.99609375})
    CHECK(*Literal::parse(Literal(v).text()) == Literal(v));
}

TEST_CASE("literal: a ratio becomes the nearest float, once rounded") {
  // 1 + 2^-24 + 2^-60 rounds up to 1 + 2^-23 in float; by way of double it would meet the tie and round down.
  const auto l = Literal::parse("1152921573326323713/1152921504606846976");
  REQUIRE(l.has_value());
  CHECK_FALSE(l->is_double());
  CHECK(l->nearest_float() == 1.0f + 0x1p-23f);
}

TEST_CASE("precision: just under a limb boundary, and never less than asked") {
  CHECK(digits(50).count == 191);
  CHECK(digits(100).count == 383);
  CHECK(digits(1000).count == 3327);
  for (int d = 1; d < 3000; ++d) {
    CHECK(static_cast<double>(digits(d).count) >= d * 3.3219280948873626);
    CHECK(digits(d).count % 64 == 63);
  }
}

TEST_CASE("real: the precision is the operands', whatever the thread's default") {
  mpfr_set_default_prec(24);
  const Real a(Literal::parse("1/3").value(), Bits{191});
  const Real b(1, Bits{63});
  CHECK((a + b).precision() == Bits{191});
  CHECK((b * a).precision() == Bits{191});
  CHECK((1 / a).precision() == Bits{191});
  CHECK(exp(a).precision() == Bits{191});
  Real copy = a;
  const Real moved = std::move(copy);
  CHECK(moved == a);
  CHECK((1 / a - 3).to_double() == Approx(0).margin(1e-55));
}

TEST_CASE("real: agrees with an implementation that shares no code with MPFR") {
  using Other = boost::multiprecision::cpp_bin_float_100;
  for (const char* text : {"0.001", "0.7", "1.25", "3.75", "11.5"}) {
    const Real x(*Literal::parse(text), digits(80));
    const Other y(text);
    const auto near = [&](const Real& mine, const Other& theirs) {
      const Other back(mine.text(90));
      const Other e = boost::multiprecision::abs(Other(back - theirs)) /
                      (boost::multiprecision::abs(theirs) + Other("1e-50"));
      return e < Other("1e-75");
    };
    CHECK(near(exp(x), boost::multiprecision::exp(y)));
    CHECK(near(log(x), boost::multiprecision::log(y)));
    CHECK(near(sin(x), boost::multiprecision::sin(y)));
    CHECK(near(tanh(x), boost::multiprecision::tanh(y)));
    CHECK(near(sqrt(x), boost::multiprecision::sqrt(y)));
  }
}

TEST_CASE("rational: ties round to even") {
  CHECK(round_even(Rational(1, 2)) == 0);
  CHECK(round_even(Rational(3, 2)) == 2);
  CHECK(round_even(Rational(-1, 2)) == 0);
  CHECK(round_even(Rational(-5, 2)) == -2);
  CHECK(round_even(Rational(7, 3)) == 2);
  CHECK(round_even(Rational(-8, 3)) == -3);
  CHECK(nearest_double(Rational(1, 3)).value == 1.0 / 3);
  CHECK_FALSE(nearest_double(Rational(1, 3)).exact);
}
