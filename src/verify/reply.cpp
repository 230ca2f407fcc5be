#include "verify/reply.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "gradproof/ops.hpp"

namespace gradproof::inline v0 {

namespace {

// A binary16 or bfloat16 as a double: sign, exponent and fraction by their widths.
double widened(std::uint16_t bits, int exponent_bits, int fraction_bits) {
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const int exponent = bits >> fraction_bits & ((1 << exponent_bits) - 1);
  const int fraction = bits & ((1 << fraction_bits) - 1);
  double v = 0;
  if (exponent == (1 << exponent_bits) - 1) v = fraction == 0 ? INFINITY : NAN;
  else if (exponent == 0) v = std::ldexp(fraction, 1 - bias - fraction_bits);
  else v = std::ldexp((1 << fraction_bits) + fraction, exponent - bias - fraction_bits);
  return (bits >> 15) != 0 ? -v : v;
}

template <class T>
T read(const std::byte* at) {
  std::array<unsigned char, sizeof(T)> bytes{};
  std::memcpy(bytes.data(), at, sizeof(T));
  if constexpr (std::endian::native == std::endian::big) std::ranges::reverse(bytes);
  return std::bit_cast<T>(bytes);
}

Tensor tensor_of(const protocol::WireTensor& wire) {
  Tensor t{wire.dtype, wire.shape, {}};
  const auto dtype = find_dtype(wire.dtype);
  if (!dtype) return t;  // a dtype that nobody asked for: the comparison says so
  const auto size = static_cast<std::size_t>(format(*dtype).bytes);
  for (std::size_t at = 0; at + size <= wire.bytes.size(); at += size) {
    const std::byte* p = wire.bytes.data() + at;
    switch (*dtype) {
      case Dtype::f16: t.values.push_back(widened(read<std::uint16_t>(p), 5, 10)); break;
      case Dtype::bf16: t.values.push_back(widened(read<std::uint16_t>(p), 8, 7)); break;
      case Dtype::f32: t.values.push_back(static_cast<double>(read<float>(p))); break;
      case Dtype::f64: t.values.push_back(read<double>(p)); break;
    }
  }
  return t;
}

}  // namespace

Reply reply_of(const protocol::CaseResult& result) {
  if (const auto* error = std::get_if<protocol::CaseError>(&result)) {
    const Refusal refusal = error->kind == "unsupported" ? Refusal::unsupported
                            : error->kind == "not_tried" ? Refusal::not_tried
                                                         : Refusal::failed;
    return NoAnswer{refusal, error->kind, error->message, error->traceback};
  }
  const auto& reply = std::get<protocol::CaseReply>(result);
  Answer a;
  for (const auto& t : reply.outputs) a.outputs.push_back(tensor_of(t));
  for (const auto& t : reply.gradients) {
    if (t) a.gradients.emplace_back(tensor_of(*t));
    else a.gradients.emplace_back();
  }
  a.damage = reply.damage;
  return a;
}

bool only_has(const Graph& g, double lambda) {
  for (const Node& node : g.nodes()) {
    if (node.op != id_of<Reverse>()) continue;
    const auto values = g.values(node.operand[1]);
    if (values.size() != 1 || values[0].nearest() != lambda) return false;
  }
  return true;
}

bool only_makes(const std::vector<Act>& steps, double lambda) {
  return std::ranges::all_of(steps, [&](const Act& s) {
    const bool gives = s.what == Act::Do::make || s.what == Act::Do::set;
    return (!gives || (s.numbers.empty() && s.number == lambda)) &&
           std::ranges::all_of(s.threads, [&](const auto& thread) { return only_makes(thread, lambda); });
  });
}

NoAnswer other_lambda() {
  return {Refusal::unsupported, "unsupported", "the layer has another λ, which is fixed", ""};
}

}  // namespace gradproof::inline v0
