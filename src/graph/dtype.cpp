#include "gradproof/dtype.hpp"

#include <cassert>
#include <cmath>
#include <limits>

#include "gradproof/ops.hpp"
#include "gradproof/real.hpp"

namespace gradproof {

const Format& format(Dtype dtype) {
  static constexpr std::array<Format, 4> formats = {{{"f16", "float16", 11, -14, 15, 2},
                                                     {"bf16", "bfloat16", 8, -126, 127, 2},
                                                     {"f32", "float32", 24, -126, 127, 4},
                                                     {"f64", "float64", 53, -1022, 1023, 8}}};
  return formats[static_cast<std::size_t>(dtype)];
}

std::optional<Dtype> find_dtype(std::string_view name) {
  for (const Dtype d : all_dtypes)
    if (format(d).name == name || format(d).words == name) return d;
  return {};
}

double unit_roundoff(Dtype dtype) { return std::ldexp(1, -format(dtype).precision); }

double ulp(Dtype dtype, double x) {
  const Format& f = format(dtype);
  const int exponent = x == 0 || !std::isfinite(x) ? f.min_exponent : std::max(f.min_exponent, std::ilogb(x));
  return std::ldexp(1, exponent - f.precision + 1);
}

double rounded(Dtype dtype, const Real& x) {
  if (mpfr_regular_p(x.get()) == 0) return x.to_double();
  const Format& f = format(dtype);
  // A subnormal keeps the bits above 2^(min_exponent - precision + 1): rounding to just those rounds once.
  const std::int64_t exponent = mpfr_get_exp(x.get()) - 1;
  const std::int64_t kept =
    exponent >= f.min_exponent ? f.precision : f.precision - (f.min_exponent - exponent);
  if (kept < 1) {
    // Below the least subnormal: above its half lies it, at or below lies zero, to which a tie goes as the
    // even neighbour.
    const bool up = mpfr_cmpabs(x.get(), Real::power_of_two(f.min_exponent - f.precision, Bits{2}).get()) > 0;
    return std::copysign(up ? std::ldexp(1, f.min_exponent - f.precision + 1) : 0.0, numeric<Real>::sign(x));
  }
  Real r(Bits{kept});
  mpfr_set(r.get(), x.get(), MPFR_RNDN);
  if (mpfr_get_exp(r.get()) - 1 > f.max_exponent) return std::copysign(INFINITY, numeric<Real>::sign(x));
  return r.to_double();
}

double rounded(Dtype dtype, double x) {
  return dtype == Dtype::f64 || !std::isfinite(x) ? x : rounded(dtype, Real(x, Bits{53}));
}

Graph quantized(const Graph& graph, Dtype dtype) {
  Draft draft = graph.draft();
  const auto quantize = [&](Literal& l) {
    if (dtype == Dtype::f32) l = Literal(static_cast<double>(l.nearest_float()));
    else l = Literal(rounded(dtype, Real(l, Bits{2000})));
  };
  std::vector<bool> lambda(draft.nodes.size(), false);
  for (const Node& node : draft.nodes)
    if (node.op == id_of<Reverse>()) lambda[node.operand[1].index] = true;
  for (std::size_t i = 0; i < draft.nodes.size(); ++i) {
    const Node& node = draft.nodes[i];
    if (info(node.op).kind != Kind::leaf || lambda[i]) continue;
    for (std::uint32_t k = 0; k < node.value_count; ++k) quantize(draft.values[node.first_value + k]);
  }
  for (Output& output : draft.outputs)
    for (Literal& l : output.cotangent) quantize(l);
  auto result = Graph::make(std::move(draft));
  assert(result.ok());
  return *std::move(result);
}

}  // namespace gradproof
