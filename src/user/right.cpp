#include "user/right.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradproof/calculus.hpp"
#include "gradproof/ops.hpp"
#include "number/tracked.hpp"
#include "user/noise.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
// Twice what a double holds; and a limit at which a graph of some thousand nodes still takes moments.
constexpr Bits wanted{128}, limit{4096};
// Reals that come from doubles lose nothing.
constexpr Bits whole{64};

Real real(double x) { return {x, whole}; }
double down(const Real& x) { return mpfr_get_d(x.get(), MPFR_RNDD); }
double up(const Real& x) { return mpfr_get_d(x.get(), MPFR_RNDU); }

// --- A graph -------------------------------------------------------------------------------------------------

// The gradient graph in numbers that carry their rounding errors. The point is exact; a constant is rounded
// where the format does not hold it.
Evaluation<Tracked> tracked(const Graph& gradient_graph, Dtype dtype) {
  Evaluation<Tracked> e(gradient_graph, Bits{format(dtype).precision});
  for (std::uint32_t i = 0; i < gradient_graph.size(); ++i) {
    if (info(gradient_graph[NodeId{i}].op).kind != Kind::leaf) continue;
    const auto literals = gradient_graph.values(NodeId{i});
    const auto leaf = e.leaf(NodeId{i});
    for (std::size_t k = 0; k < leaf.size(); ++k) {
      const Literal& l = literals[literals.size() == 1 ? 0 : k];
      if (l.is_double() && rounded(dtype, l.nearest()) == l.nearest()) leaf[k].error = 0;
    }
  }
  e.run();
  return e;
}

// Why nothing can be said of what rounding does; empty when all is well.
std::string unbounded(const Graph& graph, const Evaluation<Tracked>& values, Dtype dtype) {
  const double u = unit_roundoff(dtype), largest = std::ldexp(2 - 2 * u, format(dtype).max_exponent);
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    for (const Tracked& t : values[NodeId{i}])
      if (!(t.bulk + t.error * u <= largest)) return "a value on the way may overflow the format";
    const Node& node = graph[NodeId{i}];
    const bool near = with_op(node.op, [&]<class O>(std::type_identity<O>) {
      const auto hidden = [&](const Tracked& kink) {
        return kink.error > 0 && std::abs(kink.value) <= kink.error * u;
      };
      if constexpr (requires(Tracked t) { O::kink(t); }) {
        return std::ranges::any_of(values[node.operand[0]],
                                   [&](const Tracked& x) { return hidden(O::kink(x)); });
      } else if constexpr (requires(Tracked t) { O::kink(t, t); }) {
        const auto a = values[node.operand[0]], b = values[node.operand[1]];
        for (std::size_t k = 0; k < a.size(); ++k)
          if (hidden(O::kink(a[k], b[k]))) return true;
      }
      return false;
    });
    if (near) return "the point is nearer to a kink than rounding lets one see";
  }
  return {};
}

}  // namespace

std::vector<Right> gradient_of(const Graph& graph, Dtype dtype) {
  const auto found = truth(graph, wanted, limit);
  const Enclosures& proven = found ? *found : found.error().enclosures;
  const Graph g = gradient(graph);
  const Evaluation<Tracked> values = tracked(g, dtype);
  const std::string why_unbounded = unbounded(g, values, dtype);
  // A formula may have a value where the function has none.
  const Obstacle why = found ? Obstacle::undecided : found.error().doubt.why;
  const bool nowhere = why == Obstacle::outside_domain || why == Obstacle::not_finite;
  const double u = unit_roundoff(dtype);
  std::vector<Right> all;
  for (std::size_t i = 0; i < proven.gradient.size(); ++i) {
    const auto bounds = values[g.outputs()[graph.outputs().size() + i].node];
    for (std::size_t k = 0; k < proven.gradient[i].size(); ++k) {
      Right& r = all.emplace_back();
      const Enclosure& e = proven.gradient[i][k];
      if (!nowhere && isfinite(e.lower) && isfinite(e.upper)) r.truth = e;
      if (!found && (!r.truth || e.lower < e.upper)) {
        r.doubt = found.error().doubt.message;
        r.on_kink = r.truth && why == Obstacle::on_kink;
      }
      // Twice the bound of first order: for terms of higher order, and for other ways to associate products.
      const double error = 2 * bounds[k].error * u;
      if (why_unbounded.empty() && std::isfinite(error)) r.allowed = error;
      else if (r.doubt.empty()) r.doubt = why_unbounded;
      if (std::isfinite(bounds[k].bulk)) r.bulk = bounds[k].bulk;
    }
  }
  return all;
}

// --- A function in double ------------------------------------------------------------------------------------

namespace {

// An accuracy that nobody stated is measured: four ulps, as ever, and twice what rounding is seen to change, the
// least step that f takes, and four times its jitter. Where f is noisier than that, further away, it is as if it had no value.
Result<Slope, NoSlope> slope_of(const std::function<double(double)>& f, double x,
                                const std::optional<Accuracy>& stated) {
  if (stated) return slope(f, x, *stated);
  Accuracy measured;
  measured.absolute = std::max({2 * rounding_noise(f, x), 2 * least_step(f, x), 4 * jitter(f, x)});
  if (!std::isfinite(measured.absolute)) return NoSlope{"beside the point the function is not finite"};
  const auto no_noisier = [&](double t) {
    const double value = f(t), granted = measured.ulps * ulp(Dtype::f64, value) + measured.absolute;
    return rounding_spread(f, t) <= granted ? value : std::numeric_limits<double>::quiet_NaN();
  };
  return slope(no_noisier, x, measured);
}

}  // namespace

std::vector<Right> slopes_of(const Component& f, const std::vector<double>& x, const CheckOptions& options) {
  std::vector<Right> all;
  for (std::size_t i = 0; i < x.size(); ++i) {
    Segment where = options.domain.empty() ? Segment{} : options.domain[options.domain.size() == 1 ? 0 : i];
    bool on_kink = false;
    for (const Kink& kink : options.kinks) {
      if (kink.entry != i) continue;
      if (kink.at < x[i]) where.low = std::max(where.low, kink.at);
      else if (kink.at > x[i]) where.high = std::min(where.high, kink.at);
      else on_kink = true;
    }
    // Outside of the segment f is not asked: there it has no value, and no window reaches there.
    std::vector<double> at = x;
    const std::function<double(double)> along = [&](double t) {
      if (!(where.low <= t && t <= where.high)) return std::numeric_limits<double>::quiet_NaN();
      at[i] = t;
      return f(at);
    };
    Right& r = all.emplace_back();
    if (on_kink) {
      r.doubt = "the point is on a kink, and an f in double does not tell the slopes on its sides";
      continue;
    }
    const auto found = slope_of(along, x[i], options.accuracy);
    if (!found) {
      r.doubt = found.error().reason;
      continue;
    }
    const Enclosure bar = widened({real(found->value), real(found->value)}, real(found->error));
    r.truth = scaled(bar, options.contract.factor);
  }
  return all;
}

// --- The verdict ---------------------------------------------------------------------------------------------

Enclosure scaled(const Enclosure& e, double factor) {
  const auto product = [&](const Real& x, mpfr_rnd_t rounding) {
    Real r(std::max(x.precision(), whole));
    mpfr_mul_d(r.get(), x.get(), factor, rounding);
    return r;
  };
  if (factor >= 0) return {product(e.lower, MPFR_RNDD), product(e.upper, MPFR_RNDU)};
  return {product(e.upper, MPFR_RNDD), product(e.lower, MPFR_RNDU)};
}

bool agrees(const Right& right, double factor, double claimed, double allowed) {
  if (!right.truth || !std::isfinite(claimed) || !std::isfinite(allowed)) return false;
  return contains(widened(scaled(*right.truth, factor), real(std::abs(factor) * allowed)), real(claimed));
}

namespace {

// The largest and the least of |x| over an interval.
double largest(const Enclosure& e) { return std::max(std::abs(up(e.upper)), std::abs(down(e.lower))); }
double least(const Enclosure& e) {
  if (numeric<Real>::sign(e.lower) > 0) return down(e.lower);
  return numeric<Real>::sign(e.upper) < 0 ? -up(e.upper) : 0;
}

std::string digits_of(const Enclosure& e, bool on_kink) {
  if (on_kink) return "[" + e.lower.text(6) + ", " + e.upper.text(6) + "]";
  // As many digits as the interval knows, up to those that distinguish doubles.
  const double relative = up(width(e)) / std::max(largest(e), std::numeric_limits<double>::min());
  const int known = relative > 0 ? static_cast<int>(-std::log10(relative)) : 17;
  const int digits = std::clamp(known, 2, 17);
  const double nearest = middle(e).to_double();
  return std::isnormal(nearest) || mpfr_zero_p(middle(e).get()) != 0 ? fmt::format("{:.{}g}", nearest, digits)
                                                                     : middle(e).text(digits);
}

// What is allowed beyond the interval: as promised, or by rounding.
double allowance(const Right& right, double truth, const CheckOptions& options) {
  const auto promised = [&](const Accuracy& a) { return a.ulps * ulp(options.dtype, truth) + a.absolute; };
  if (options.promise) return promised(*options.promise);
  if (right.allowed) return *right.allowed;
  // An f in double says nothing of how its gradient is computed: four ulps, as f itself is granted.
  return right.bulk ? infinity : promised({});
}

}  // namespace

CheckedEntry judged(const Right& right, double claimed, double scale, bool kink_is_known,
                    const CheckOptions& options) {
  CheckedEntry entry;
  entry.claimed = claimed;
  entry.lower = -infinity, entry.upper = infinity, entry.allowed = infinity, entry.ulps = infinity;
  if (!right.truth) {
    entry.truth = "?";
    entry.reason = right.doubt;
    return entry;
  }
  const Enclosure& truth = *right.truth;
  const Real best = middle(truth);
  entry.lower = down(truth.lower), entry.upper = up(truth.upper), entry.right = best.to_double();
  entry.truth = digits_of(truth, right.on_kink);
  entry.allowed = allowance(right, entry.right, options);
  entry.ulps = ulp_distance(options.dtype, claimed, best);
  const double size = least(truth);
  if (right.bulk && size > 0) entry.condition = *right.bulk / size;
  // What overflows the format is infinite, rightly.
  const double beyond = std::ldexp(1, format(options.dtype).max_exponent);
  if (std::isinf(claimed) && std::abs(entry.right) >= beyond && claimed * entry.right > 0) {
    entry.verdict = Verdict::holds;
    return entry;
  }
  const auto inside = [&](double by) { return contains(widened(truth, real(by)), real(claimed)); };
  if (!std::isfinite(claimed) || (std::isfinite(entry.allowed) && !inside(entry.allowed))) {
    entry.verdict = Verdict::fails;
    return entry;
  }
  if (right.on_kink && kink_is_known) {
    entry.verdict = Verdict::holds;
    return entry;
  }
  // It agrees. Could it have disagreed?
  const double blunt = entry.allowed + up(width(truth));
  const double against = size > 0 ? size : right.bulk ? *right.bulk : scale;
  // Differences reach half of the digits only where nothing cancels and no kink is near.
  const int digits = format(options.dtype).precision / (right.bulk ? 2 : 3);
  const double resolution = options.resolution.value_or(std::ldexp(1, -digits));
  if (size > 0) entry.power = blunt / size;
  if (blunt <= resolution * against || blunt == 0) {
    entry.verdict = Verdict::holds;
    return entry;
  }
  // One of the two numbers of the format beside the truth is right whatever is allowed.
  const double faithful = ulp(options.dtype, entry.right);
  if (wrong(truth, real(claimed), real(faithful)) == Decision::no) {
    entry.verdict = Verdict::holds;
    if (size > 0) entry.power = faithful / size;
    return entry;
  }
  entry.reason = !right.doubt.empty() ? right.doubt
                 : right.bulk         ? "rounding alone may put the entry off by more than the resolution"
                                      : "differences know the entry less well than the resolution";
  return entry;
}

}  // namespace gradproof::inline v0
