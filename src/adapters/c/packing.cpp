#include "adapters/c/packing.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace gradproof::inline v0::plugin {
namespace {

static_assert(std::endian::native == std::endian::little, "the protocol's bytes are those of this machine");

// Both 16-bit formats are a sign, an exponent with the bias max_exponent, and precision - 1 bits of mantissa.
// x is a value of the format.
std::uint16_t bits_of(const Format& f, double x) {
  const int mantissa_bits = f.precision - 1;
  const auto infinity = static_cast<std::uint32_t>(2 * f.max_exponent + 1) << mantissa_bits;
  const std::uint32_t sign = std::signbit(x) ? 0x8000 : 0;
  if (std::isnan(x)) return static_cast<std::uint16_t>(sign | infinity | 1U << (mantissa_bits - 1));
  if (std::isinf(x)) return static_cast<std::uint16_t>(sign | infinity);
  if (x == 0) return static_cast<std::uint16_t>(sign);
  // Counted in units of the last place, a normal number is 2^mantissa_bits or more. That leading one is not
  // stored: it adds itself to the exponent field, which therefore starts one lower.
  const int exponent = std::max(f.min_exponent, std::ilogb(x));
  const double units = std::ldexp(std::fabs(x), mantissa_bits - exponent);
  assert(units == std::floor(units) && units < std::ldexp(1, f.precision) && exponent <= f.max_exponent);
  return static_cast<std::uint16_t>(
    sign | ((static_cast<std::uint32_t>(exponent - f.min_exponent) << mantissa_bits) +
            static_cast<std::uint32_t>(units)));
}

double value_of(const Format& f, std::uint16_t bits) {
  const int mantissa_bits = f.precision - 1;
  const int field = (bits & 0x7FFF) >> mantissa_bits;
  const int mantissa = bits & ((1 << mantissa_bits) - 1);
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  if (field == 2 * f.max_exponent + 1)
    return std::copysign(mantissa == 0 ? INFINITY : std::numeric_limits<double>::quiet_NaN(), sign);
  if (field == 0) return sign * std::ldexp(mantissa, f.min_exponent - mantissa_bits);
  return sign * std::ldexp(mantissa + (1 << mantissa_bits), field - f.max_exponent - mantissa_bits);
}

}  // namespace

std::vector<std::byte> packed([[maybe_unused]] Dtype dtype, std::span<const float> values) {
  assert(dtype == Dtype::f32);
  const auto bytes = std::as_bytes(values);
  return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> packed(Dtype dtype, std::span<const double> values) {
  if (dtype == Dtype::f64) {
    const auto bytes = std::as_bytes(values);
    return {bytes.begin(), bytes.end()};
  }
  std::vector<std::byte> entries(2 * values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint16_t bits = bits_of(format(dtype), rounded(dtype, values[i]));
    std::memcpy(entries.data() + 2 * i, &bits, 2);
  }
  return entries;
}

void unpack([[maybe_unused]] Dtype dtype, std::span<const std::byte> entries, std::span<float> values) {
  assert(dtype == Dtype::f32 && entries.size() == 4 * values.size());
  if (!values.empty()) std::memcpy(values.data(), entries.data(), entries.size());
}

void unpack(Dtype dtype, std::span<const std::byte> entries, std::span<double> values) {
  assert(entries.size() == static_cast<std::size_t>(format(dtype).bytes) * values.size());
  if (dtype == Dtype::f64) {
    if (!values.empty()) std::memcpy(values.data(), entries.data(), entries.size());
    return;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, entries.data() + 2 * i, 2);
    values[i] = value_of(format(dtype), bits);
  }
}

}  // namespace gradproof::inline v0::plugin
