#include "number/product.hpp"

#include "tests/catch.hpp"
#include "tests/unit/dot_error.hpp"

using namespace gradproof;

namespace {

// The rounding, and what is cut off.
constexpr double most = 0.5 + 1.0 / (1 << cut_bits);

// The worst error over all entries of random products, each by one kernel, in ulps of the absolute sums; and
// how many entries the kernel packed.
struct Outcome {
  double worst = 0;
  std::size_t packed = 0, entries = 0;
};

Outcome products(std::uint64_t seed, std::uint32_t spread, PackedRange range, PackedKernel kernel) {
  Outcome outcome;
  for (std::uint64_t index = 0; index < 60; ++index) {
    DotMaker make(seed, index);
    const Bits precision{40 + make.below(400)};
    const Extents e{1 + make.below(9), 1 + make.below(40), 1 + make.below(18)};
    const Real zero(0, precision);
    Slab<Real> a(e.rows * e.inner, zero), b(e.inner * e.cols, zero), y(e.rows * e.cols, zero);
    make.fill(a, e.rows * e.inner, precision, spread);
    make.fill(b, e.inner * e.cols, precision, make.below(spread + 1));
    outcome.packed += packed_product(a.data(), b.data(), e, y.data(), range, kernel);
    outcome.entries += e.rows * e.cols;
    for (std::size_t i = 0; i < e.rows; ++i)
      for (std::size_t j = 0; j < e.cols; ++j)
        outcome.worst = std::max(outcome.worst, dot_error({a.data() + i * e.inner, 1}, {b.data() + j, e.cols},
                                                          e.inner, y.data()[i * e.cols + j]));
  }
  return outcome;
}

}  // namespace

TEST_CASE("dot: exact alignment is within an ulp of the absolute sum, at any spread and under cancellation") {
  double worst = 0;
  for (std::uint64_t index = 0; index < 5000; ++index) {
    DotMaker make(3, index);
    const Bits precision{2 + make.below(700)};
    const std::size_t count = make.below(60);
    Slab<Real> a(count, Real(0, precision)), b(count, Real(0, precision));
    const std::uint32_t spread = make.below(601);
    make.fill(a, count, precision, spread);
    make.fill(b, count, precision, spread);
    if (make.below(3) == 0) make.cancel(a, b, count);
    Real y(precision);
    exact_dot({a.data(), 1}, {b.data(), 1}, count, y);
    worst = std::max(worst, dot_error({a.data(), 1}, {b.data(), 1}, count, y));
  }
  CHECK(worst > 0.45);  // the rounding itself: an error of 0 would say that nothing was compared
  CHECK(worst <= most);
}

TEST_CASE("product: both packed kernels are within an ulp of the absolute sum wherever they are used") {
  for (const std::uint32_t spread : {0U, 20U, 60U, 600U}) {
    const Outcome portable = products(5, spread, PackedRange::proven, PackedKernel::portable);
    const Outcome vector = products(5, spread, PackedRange::proven, PackedKernel::vector);
    CAPTURE(spread, portable.packed, portable.entries);
    CHECK(portable.worst <= most);
    CHECK(vector.worst <= most);
    CHECK(portable.packed == vector.packed);
    if (spread <= 20) CHECK(portable.packed == portable.entries);
    if (spread == 600) CHECK(portable.packed < portable.entries);
  }
}

TEST_CASE("product: packing what is not proven to fit gives wrong numbers") {
  CHECK(products(5, 600, PackedRange::unchecked, PackedKernel::portable).worst > 1e6);
  CHECK(products(5, 600, PackedRange::unchecked, PackedKernel::vector).worst > 1e6);
}

TEST_CASE("product: the kernels agree bit for bit, from one digit string to hundreds") {
  for (const std::int64_t bits : {2, 53, 127, 191, 383, 1023, 3327, 12000}) {
    const Extents e{5, 7, 11};
    const Real zero(0, Bits{bits});
    DotMaker make(9, static_cast<std::uint64_t>(bits));
    Slab<Real> a(35, zero), b(77, zero), one(55, zero), other(55, zero);
    make.fill(a, 35, Bits{bits}, 10);
    make.fill(b, 77, Bits{bits}, 10);
    CHECK(packed_product(a.data(), b.data(), e, one.data(), PackedRange::proven, PackedKernel::portable) ==
          55);
    CHECK(packed_product(a.data(), b.data(), e, other.data(), PackedRange::proven, fastest_kernel()) == 55);
    for (std::size_t i = 0; i < 55; ++i) CHECK(one.data()[i] == other.data()[i]);
  }
}

TEST_CASE("product: what is exact comes out exactly, and what is not finite as MPFR has it") {
  const Bits p{191};
  const Real zero(0, p);
  Slab<Real> a(64, zero), b(64, zero), y(64, zero);
  for (int i = 0; i < 64; ++i) {
    a.data()[i] = Real(i % 8 % 2 == 0 ? i - 30 : 30 - i + 1, p);
    b.data()[i] = Real(i / 8 % 2 == 0 ? 1 : i % 8 < 4 ? 1 : -1, p);
  }
  packed_product(a.data(), b.data(), {8, 8, 8}, y.data(), PackedRange::proven, fastest_kernel());
  for (std::size_t i = 0; i < 8; ++i)
    for (std::size_t j = 0; j < 8; ++j) {
      double sum = 0;
      for (std::size_t l = 0; l < 8; ++l)
        sum += a.data()[i * 8 + l].to_double() * b.data()[l * 8 + j].to_double();
      CHECK(y.data()[i * 8 + j].to_double() == sum);
    }
  // The least number there is: its products underflow, as MPFR says.
  Slab<Real> least(64, zero);
  mpfr_nextabove(least.data()[0].get());
  Product<Real>::multiply(least.data(), least.data(), 8, 8, 8, y.data(), zero);
  for (std::size_t i = 0; i < 64; ++i) CHECK(mpfr_zero_p(y.data()[i].get()) != 0);
  exact_dot({least.data(), 1}, {least.data(), 1}, 8, y.data()[0]);
  CHECK(mpfr_zero_p(y.data()[0].get()) != 0);
  b.data()[3] = Real(INFINITY, p);
  a.data()[9] = Real(NAN, p);
  Product<Real>::multiply(a.data(), b.data(), 8, 8, 8, y.data(), zero);
  CHECK(mpfr_nan_p(y.data()[8].get()) != 0);
  CHECK(mpfr_inf_p(y.data()[3].get()) != 0);
  CHECK(mpfr_number_p(y.data()[63].get()) != 0);
}

TEST_CASE(
  "product: the spread that is allowed grows with the digits, and none is allowed where digits do not "
  "suffice") {
  CHECK(spread_allowed(3, 64, Bits{191}) < 0);
  CHECK(spread_allowed(5, 64, Bits{191}) == 5 * 52 - 191 - noise_bits(5, 64) - cut_bits - 1);
  CHECK((std::int64_t{1} << (noise_bits(5, 64) - 1)) > 64 * 11 + 2);
}

TEST_CASE("product: in double and float the bits are those of the plain loop") {
  const auto check = [](auto like, std::size_t rows, std::size_t inner, std::size_t cols) {
    using S = decltype(like);
    Draw draw(4, rows * 1000 + cols);
    std::vector<S> a(rows * inner), b(inner * cols), y(rows * cols, S(7));
    for (S& v : a) v = static_cast<S>(draw.between(-100000, 100000)) / 7777;
    for (S& v : b) v = static_cast<S>(draw.between(-100000, 100000)) / 333;
    Product<S>::multiply(a.data(), b.data(), rows, inner, cols, y.data(), S(0));
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < cols; ++j)
        CHECK(y[i * cols + j] == Reduce<S>::dot(a.data() + i * inner, 1, b.data() + j, cols, inner, S(0)));
  };
  for (const std::size_t rows : {1, 3, 4, 9})
    for (const std::size_t cols : {1, 7, 8, 16, 37}) {
      check(1.0, rows, 13, cols);
      check(1.0F, rows, 13, cols);
    }
  check(1.0, 2, 0, 3);
}

TEST_CASE("slab: numbers keep the slab's limbs, and take what does not fit into limbs of their own") {
  const Bits p{191};
  Slab<Real> slab(3, Real(0, p));
  const mp_limb_t* first = slab.data()[0].get()->_mpfr_d;
  slab.data()[0] = Real(Literal::parse("1/3").value(), p);
  CHECK(slab.data()[0].get()->_mpfr_d == first);
  CHECK(slab.data()[1].get()->_mpfr_d == first + 3);
  const Real taken = std::move(slab.data()[0]);
  CHECK(taken == slab.data()[0]);
  slab.data()[0] = Real(1, Bits{500});
  CHECK(slab.data()[0].precision() == Bits{500});
  slab.data()[0] = taken;
  CHECK(slab.data()[0].precision() == p);
  Slab<Real> moved = std::move(slab);
  CHECK(moved.data()[0] == taken);
  std::swap(moved.data()[1], moved.data()[0]);
  CHECK(moved.data()[1] == taken);
}

TEST_CASE("functions: correctly rounded, whoever computes them") {
  DotMaker make(11, 0);
  const auto check = [&](auto ours, auto mpfr) {
    for (int i = 0; i < 300; ++i) {
      const Bits p{2 + make.below(300)};
      const Real x = make.number(p, make.below(2) == 0 ? 4 : 60) * Real::power_of_two(-30, p);
      Real expected(p);
      mpfr(expected.get(), x.get(), MPFR_RNDN);
      const Real got = ours(x);
      const bool same = mpfr_nan_p(expected.get()) != 0 ? mpfr_nan_p(got.get()) != 0 : got == expected;
      CHECK(same);
    }
  };
  check([](const Real& x) { return exp(x); }, mpfr_exp);
  check([](const Real& x) { return log(x); }, mpfr_log);
  check([](const Real& x) { return expm1(x); }, mpfr_expm1);
  check([](const Real& x) { return log1p(x); }, mpfr_log1p);
  check([](const Real& x) { return sin(x); }, mpfr_sin);
  check([](const Real& x) { return cos(x); }, mpfr_cos);
  check([](const Real& x) { return tanh(x); }, mpfr_tanh);
}
