// The strengths of reversals. Each class makes a kind of fault visible: 0 and negative values a clamp, a
// value that is no float32 a truncation, tiny and huge ones an underflow or a squared λ.
#include <array>
#include <cmath>
#include <string>

#include "gradproof/generate.hpp"

namespace gradproof::inline v0 {

namespace {

Literal signed_literal(Draw& draw, double magnitude) {
  return draw.chance(1, 2) ? Literal(magnitude) : Literal(-magnitude);
}

// p/q in lowest terms with an odd prime q, so that no binary format holds it.
Literal random_ratio(Draw& draw) {
  constexpr std::array primes = {3, 7, 11, 13};
  const int q = primes[draw.below(primes.size())];
  int p = draw.between(1, 2 * q - 2);
  if (p >= q) ++p;
  if (draw.chance(1, 2)) p = -p;
  return Literal::from_ratio(static_cast<double>(p) / q, std::to_string(p) + "/" + std::to_string(q));
}

// A double in (1/2, 1) whose last bit is set.
double all_bits(Draw& draw) {
  return static_cast<double>((draw.next() >> 12 | std::uint64_t{1} << 52) | 1) * 0x1p-53;
}

// 2^30 to 2^100: float32 holds them, and the least of them is far beyond every other number of the graph.
double power_of_two(Draw& draw, int sign) { return std::ldexp(1.0, sign * draw.between(30, 100)); }

// Zero is rarer than the others, because it hides whatever else goes wrong behind it.
Literal exact_lambda(Draw& draw) {
  constexpr std::array<double, 20> values = {0,  1,  1,  1,   -1,  -1,   -1,   2,     2, 2,
                                             -2, -2, -2, 0.5, 0.5, -0.5, 0.25, -0.25, 4, -4};
  return values[draw.below(values.size())];
}

Literal ordinary_lambda(Draw& draw) {
  switch (draw.below(20)) {
    case 0: return 0;
    case 1: return 1;
    case 2: return -1;
    case 3: return 2;
    case 4: return 0.5;
    case 5: return -0.5;
    case 6: return -3;
    case 7:
    case 8:
    case 9: return signed_literal(draw, draw.between(1, 64) / 16.0);
    // A decimal fraction, as people write it: 0.1 and 0.7 are no float32.
    case 10:
    case 11:
    case 12: return signed_literal(draw, std::array{0.1, 0.3, 0.7, 0.9}[draw.below(4)]);
    case 13:
    case 14:
    case 15: return signed_literal(draw, all_bits(draw));
    default: return random_ratio(draw);
  }
}

}  // namespace

Literal random_lambda(Draw& draw, const Recipe& recipe) {
  if (recipe.family == Family::exact) return exact_lambda(draw);
  if (!recipe.extreme_lambda || !draw.chance(1, 7)) return ordinary_lambda(draw);
  const int sign = draw.chance(1, 2) ? 1 : -1;
  return signed_literal(draw, power_of_two(draw, sign));
}

}  // namespace gradproof::inline v0
