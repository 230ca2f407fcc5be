// The dot kernels against exactly rounded references: `dot_sweep 1000000` is the long form.
#include <fmt/format.h>

#include <cstdlib>

#include "tests/unit/dot_error.hpp"

using namespace gradproof;

namespace {

// Half an ulp is the rounding, and this much the kernels may cut off.
constexpr double most = 0.5 + 1.0 / (1 << cut_bits);

double one_dot(std::uint64_t seed, std::uint64_t index) {
  DotMaker make(seed, index);
  const Bits precision = index % 2 == 0 ? Bits{191} : Bits{2 + make.below(400)};
  const std::size_t count = 1 + make.below(24);
  Slab<Real> a(count, Real(0, precision)), b(count, Real(0, precision));
  const std::uint32_t spread = make.below(601);
  make.fill(a, count, precision, spread);
  make.fill(b, count, precision, spread);
  if (make.below(3) == 0) make.cancel(a, b, count);
  Real y(precision);
  exact_dot({a.data(), 1}, {b.data(), 1}, count, y);
  return dot_error({a.data(), 1}, {b.data(), 1}, count, y);
}

struct Packed {
  double worst = 0;
  std::uint64_t entries = 0, packed = 0, differ = 0;
};

void one_product(std::uint64_t seed, std::uint64_t index, Packed& p) {
  DotMaker make(seed + 1, index);
  const Bits precision = index % 2 == 0 ? Bits{191} : Bits{2 + make.below(400)};
  const Extents e{8, 1 + make.below(24), 8};
  const Real zero(0, precision);
  Slab<Real> a(8 * e.inner, zero), b(e.inner * 8, zero), y(64, zero), z(64, zero);
  make.fill(a, 8 * e.inner, precision, make.below(601));
  make.fill(b, e.inner * 8, precision, make.below(80));
  p.packed += packed_product(a.data(), b.data(), e, y.data(), PackedRange::proven, fastest_kernel());
  packed_product(a.data(), b.data(), e, z.data(), PackedRange::proven, PackedKernel::portable);
  for (std::size_t i = 0; i < 64; ++i, ++p.entries) {
    p.worst = std::max(
      p.worst, dot_error({a.data() + i / 8 * e.inner, 1}, {b.data() + i % 8, 8}, e.inner, y.data()[i]));
    if (!(y.data()[i] == z.data()[i])) ++p.differ;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t dots = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20000;
  const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  double worst = 0;
  for (std::uint64_t i = 0; i < dots; ++i) worst = std::max(worst, one_dot(seed, i));
  Packed p;
  for (std::uint64_t i = 0; i < dots / 64; ++i) one_product(seed, i, p);
  fmt::print(
    "seed {}; errors in ulps of the absolute sum, exponent spreads up to 2^600, a third with cancellation\n",
    seed);
  fmt::print("exact alignment: {} dots, worst {:.4f}\n", dots, worst);
  fmt::print(
    "products: {} entries, {} of them packed, worst {:.4f}; vector and portable kernel differ on {}\n",
    p.entries, p.packed, p.worst, p.differ);
  const bool vacuous = dots == 0 || p.packed * 8 < p.entries || p.packed == p.entries;
  if (vacuous) fmt::print("one of the two kernels was hardly used\n");
  return worst > most || p.worst > most || p.differ > 0 || vacuous ? 1 : 0;
}
