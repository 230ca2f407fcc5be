#include <gmp.h>
#include <mpfr.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "gradproof/format.hpp"
#include "gradproof/rational.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr long largest_exponent =
  5000;  // 1e5000 is a 2 KB integer; a billion would be a way to exhaust our memory.

// Of a fraction, or of an integer without an exponent: so is printed what was read, and that must be read again. A mantissa of
// 5000 digits with an exponent of 5000 has 10000 of them at most, and one of hexadecimal digits has fewer.
constexpr std::size_t most_digits = 4 * largest_exponent;

bool digits_only(std::string_view s) {
  for (const char c : s)
    if (c < '0' || c > '9') return false;
  return !s.empty();
}

std::optional<long> parse_exponent(std::string_view s) {
  if (!s.empty() && s.front() == '+') s.remove_prefix(1);
  long e = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), e);
  if (error != std::errc{} || end != s.data() + s.size() || e > largest_exponent || e < -largest_exponent)
    return {};
  return e;
}

// mantissa * base^exponent as a rational; `mantissa` is digits with at most one point, `per_digit` the base
// of its digits.
std::optional<Rational> scaled(std::string_view mantissa, int digit_base, int exponent_base, int per_digit,
                               long exponent) {
  std::string digits;
  long after_point = 0;
  bool point = false;
  for (const char c : mantissa) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    const bool decimal = c >= '0' && c <= '9';
    const bool hex = digit_base == 16 && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'));
    if (!decimal && !hex) return {};
    digits.push_back(c);
    if (point) ++after_point;
  }
  if (digits.empty() || digits.size() > static_cast<std::size_t>(largest_exponent)) return {};
  mpq_t q;
  mpq_init(q);
  mpz_set_str(mpq_numref(q), digits.c_str(), digit_base);
  const long power = exponent - after_point * per_digit;
  mpz_t scale;
  mpz_init(scale);
  mpz_ui_pow_ui(scale, static_cast<unsigned long>(exponent_base),
                static_cast<unsigned long>(power < 0 ? -power : power));
  if (power < 0) mpz_set(mpq_denref(q), scale);
  else mpz_mul(mpq_numref(q), mpq_numref(q), scale);
  mpq_canonicalize(q);
  Rational r(q);
  mpz_clear(scale);
  mpq_clear(q);
  return r;
}

std::optional<Rational> parse_magnitude(std::string_view s) {
  if (s.starts_with("0x") || s.starts_with("0X")) {
    s.remove_prefix(2);
    const auto p = s.find_first_of("pP");
    const auto exponent = p == s.npos ? std::optional<long>(0) : parse_exponent(s.substr(p + 1));
    if (!exponent) return {};
    return scaled(s.substr(0, p), 16, 2, 4, *exponent);
  }
  if (const auto slash = s.find('/'); slash != s.npos) {
    const auto p = s.substr(0, slash), q = s.substr(slash + 1);
    if (!digits_only(p) || !digits_only(q) || p.size() + q.size() > most_digits) return {};
    const Rational numerator{std::string(p)}, denominator{std::string(q)};
    if (denominator.is_zero()) return {};
    return Rational(numerator / denominator);
  }
  if (digits_only(s)) return s.size() > most_digits ? std::nullopt : std::optional(Rational{std::string(s)});
  const auto e = s.find_first_of("eE");
  const auto exponent = e == s.npos ? std::optional<long>(0) : parse_exponent(s.substr(e + 1));
  if (!exponent) return {};
  return scaled(s.substr(0, e), 10, 10, 1, *exponent);
}

}  // namespace

Bits digits(std::int64_t decimal) {
  const std::int64_t needed = decimal * 3322 / 1000 + 1;
  return {(needed / 64 + 1) * 64 - 1};
}

std::optional<Literal> Literal::parse(std::string_view text) {
  const bool negative = text.starts_with('-');
  std::string_view magnitude = text;
  if (negative || text.starts_with('+')) magnitude.remove_prefix(1);
  if (magnitude == "inf") return Literal(negative ? -INFINITY : INFINITY);
  if (magnitude == "nan") return Literal(std::numeric_limits<double>::quiet_NaN());
  auto value = parse_magnitude(magnitude);
  if (!value) return {};
  if (value->is_zero()) return Literal(negative ? -0.0 : 0.0);
  if (negative) *value = -*value;
  return to_literal(*value);
}

float Literal::nearest_float() const { return static_cast<float>(rounded(Dtype::f32, *this)); }

std::string Literal::text() const {
  if (!is_double()) return *ratio_;
  const double v = nearest_;
  if (std::isnan(v)) return "nan";
  if (std::isinf(v)) return v < 0 ? "-inf" : "inf";
  if (v == 0) return std::signbit(v) ? "-0" : "0";
  std::array<char, 64> buffer{};
  // A value with at most 8 fractional bits below 10^6 has at most 15 significant decimal digits, and two
  // decimals of 15 digits never share a double: the shortest decimal that reads back is the value itself.
  // Integers below 2^53 are exact likewise.
  const bool short_decimal = std::abs(v) < 1e6 && std::nearbyint(v * 256) == v * 256;
  if (short_decimal || (std::abs(v) < 0x1p53 && std::nearbyint(v) == v)) {
    const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), v, std::chars_format::fixed);
    return {buffer.data(), end};
  }
  const auto [end, error] =
    std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(v), std::chars_format::hex);
  return (v < 0 ? "-0x" : "0x") + std::string(buffer.data(), end);
}

bool operator==(const Literal& a, const Literal& b) {
  if (!a.is_double() || !b.is_double()) return !a.is_double() && !b.is_double() && a.ratio() == b.ratio();
  if (std::isnan(a.nearest_) || std::isnan(b.nearest_))
    return std::isnan(a.nearest_) && std::isnan(b.nearest_);
  return a.nearest_ == b.nearest_ && std::signbit(a.nearest_) == std::signbit(b.nearest_);
}

Rational to_rational(const Literal& literal) {
  if (literal.is_double()) return Rational(literal.nearest());
  return Rational(literal.ratio());
}

Rational round_even(const Rational& x) {
  namespace mp = boost::multiprecision;
  // floor(x + 1/2), less one when x + 1/2 is an odd integer.
  const Rational shifted = x + Rational(1, 2);
  mp::mpz_int floor;
  mpz_fdiv_q(floor.backend().data(), mpq_numref(shifted.backend().data()),
             mpq_denref(shifted.backend().data()));
  if (Rational(floor) == shifted && mpz_odd_p(floor.backend().data()) != 0) --floor;
  return Rational(floor);
}

NearestDouble nearest_double(const Rational& x) {
  // Rounding to 53 bits and then to a subnormal would round twice; MPFR's subnormalize undoes that with the
  // ternary value.
  mpfr_t r;
  mpfr_init2(r, 53);
  const auto emin = mpfr_get_emin(), emax = mpfr_get_emax();
  mpfr_set_emin(-1073);
  mpfr_set_emax(1024);
  int ternary = mpfr_set_q(r, x.backend().data(), MPFR_RNDN);
  ternary = mpfr_subnormalize(r, ternary, MPFR_RNDN);
  const double value = mpfr_get_d(r, MPFR_RNDN);
  mpfr_set_emin(emin);
  mpfr_set_emax(emax);
  mpfr_clear(r);
  return {value, ternary == 0};
}

Literal to_literal(const Rational& x) {
  const auto near = nearest_double(x);
  return near.exact ? Literal(near.value) : Literal::from_ratio(near.value, x.str());
}

}  // namespace gradproof::inline v0
