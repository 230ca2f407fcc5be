#include "accuracy/tally.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradproof/calculus.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/truth.hpp"

namespace gradproof::inline v0 {

// --- Truth
// ------------------------------------------------------------------------------------------------------------

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
// An interval of 2^-40 ulp tells an error from another wherever that matters to a reader.
constexpr int known_to = 40;
// The first serves nearly all. 1 - tanh(x)^2 needs as many bits as its result is below 1, and 2^-1074 is the least of
// any format: 1074 + 53 + 40 < 1279.
constexpr std::array precisions = {Bits{127}, Bits{511}, Bits{1279}};

// The middle of an interval that is narrow enough for the format, or that lies beyond it as a whole.
std::optional<Real> settled(const Enclosure& e, Dtype dtype) {
  if (!isfinite(e.lower) || !isfinite(e.upper)) return {};
  const Format& f = format(dtype);
  Real m = middle(e);
  const std::int64_t exponent =
    mpfr_zero_p(m.get()) != 0 ? f.min_exponent : std::int64_t{mpfr_get_exp(m.get())} - 1;
  const std::int64_t binade = std::clamp<std::int64_t>(exponent, f.min_exponent, f.max_exponent);
  if (width(e) <= Real::power_of_two(binade - f.precision + 1 - known_to, Bits{64})) return m;
  const Real limit = Real::power_of_two(f.max_exponent + 1, Bits{64});
  if (limit <= e.lower || e.upper <= -limit) return m;
  return {};
}

// Where balls are out of range, which is 2^(2^29): an exponential that is as large in MPFR's far larger range, or has
// left that too, is beyond every format.
std::optional<Real> far_beyond(const Real& x) {
  if (mpfr_nan_p(x.get()) != 0 || mpfr_zero_p(x.get()) != 0) return {};
  constexpr mpfr_exp_t nearly_out_of_range = mpfr_exp_t{1} << 28;
  if (mpfr_inf_p(x.get()) == 0 && mpfr_get_exp(x.get()) < nearly_out_of_range) return {};
  return x;
}

// The same points without those that are not in `chosen`.
Points chosen_from(const Points& points, const std::vector<std::size_t>& chosen) {
  Points some;
  for (const std::size_t i : chosen)
    some.add(points.first[i], points.second.empty() ? 0 : points.second[i], !points.second.empty());
  return some;
}

}  // namespace

Truths truths_of(const Measured& m, Dtype dtype, const Points& points) {
  Truths truths;
  std::vector<std::size_t> open(points.size());
  for (std::size_t i = 0; i < open.size(); ++i) open[i] = i;
  for (const Bits precision : precisions) {
    if (open.empty()) break;
    const Graph g = graph_of(m, chosen_from(points, open));
    const Enclosures e = enclose(g, precision).enclosures;
    std::vector<const std::vector<Enclosure>*> rows = {&e.values.front()};
    for (const auto& row : e.gradient) rows.push_back(&row);
    if (truths.empty()) truths.assign(rows.size(), std::vector<std::optional<Real>>(points.size()));
    std::vector<std::size_t> still_open;
    for (std::size_t k = 0; k < open.size(); ++k) {
      bool all = true;
      for (std::size_t part = 0; part < rows.size(); ++part) {
        std::optional<Real>& truth = truths[part][open[k]];
        if (!truth) truth = settled((*rows[part])[k], dtype);
        all = all && truth;
      }
      if (!all) still_open.push_back(open[k]);
    }
    open = std::move(still_open);
  }
  if (open.empty()) return truths;
  const Graph derivative = gradient(graph_of(m, chosen_from(points, open)));
  const Evaluation<Real> far = evaluate<Real>(derivative, Bits{127});
  for (std::size_t part = 0; part < truths.size(); ++part)
    for (std::size_t k = 0; k < open.size(); ++k) {
      std::optional<Real>& truth = truths[part][open[k]];
      const Real& rest = far[derivative.outputs()[part].node][k];
      const double x = points.first[open[k]], y = points.second.empty() ? 0 : points.second[open[k]];
      // On its kink a selection has the value that it states, which is one of its operands or an integer.
      if (!truth && part == 0 && is_on_kink(m, x, y)) truth = rest;
      if (!truth) truth = far_beyond(rest);
    }
  return truths;
}

// --- Tally
// ------------------------------------------------------------------------------------------------------------

namespace {

constexpr int fine_from = -64, fine_to = 16, coarse = 16;

// Where functions bend each exponent has a bin of its own, further out sixteen share one.
std::pair<int, int> bin_of(int exponent) {
  if (exponent >= fine_from && exponent < fine_to) return {exponent, 1};
  const int from = exponent >= 0 ? exponent / coarse * coarse : -((-exponent + coarse - 1) / coarse) * coarse;
  return {from, coarse};
}

// The value below or at which the share of all lies.
double percentile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

}  // namespace

std::string_view name(Oddity oddity) {
  switch (oddity) {
    case Oddity::not_a_number: return "NaN";
    case Oddity::infinite: return "infinite";
    case Oddity::finite: return "finite";
    case Oddity::vanished: return "vanished";
    case Oddity::flushed: return "flushed";
  }
  return "?";
}

double PartTally::add(const std::vector<double>& inputs, double observed, const std::optional<Real>& truth,
                      From from) {
  ++result_.judged;
  if (!truth) {
    ++result_.undecided;
    return -1;
  }
  const Format& f = format(dtype_);
  const double right = rounded(dtype_, *truth);
  if (std::isinf(right)) ++result_.beyond;
  const bool is_number = std::isfinite(observed);
  if (std::isnan(observed)) odd(Oddity::not_a_number, inputs, observed, *truth);
  else if (std::isinf(right) && observed != right) odd(Oddity::finite, inputs, observed, *truth);
  else if (std::isfinite(right) && !is_number) odd(Oddity::infinite, inputs, observed, *truth);
  if (std::isinf(right)) return -1;
  const bool is_subnormal = right != 0 && std::abs(right) < std::ldexp(1, f.min_exponent);
  result_.subnormal += is_subnormal ? 1 : 0;
  if (observed == 0 && is_subnormal) odd(Oddity::flushed, inputs, observed, *truth);
  if (observed == 0 && right != 0 && !is_subnormal) odd(Oddity::vanished, inputs, observed, *truth);
  const double ulps = is_number ? ulp_distance(dtype_, observed, *truth) : infinity;
  if (from == From::drawn) {
    errors_.push_back(ulps);
    // The truth is known to 2^-known_to: what may be the nearest number is taken for it.
    result_.nearest += ulps <= 0.5 + std::ldexp(1, 1 - known_to) ? 1 : 0;
  }
  if (!is_number) return -1;
  if (!result_.worst || ulps > result_.worst->ulps)
    result_.worst = Witness{inputs, observed, truth->text(20), ulps};
  bin(inputs.front(), ulps);
  return ulps;
}

void PartTally::odd(Oddity oddity, const std::vector<double>& inputs, double observed, const Real& truth) {
  OddCount& count = result_.odd[static_cast<std::size_t>(oddity)];
  if (count.count++ == 0) count.first = {inputs, observed, truth.text(20), infinity};
}

void PartTally::bin(double input, double ulps) {
  if (input == 0) return;
  double& highest = highest_[{std::signbit(input), bin_of(std::ilogb(input)).first}];
  highest = std::max(highest, ulps);
}

void PartTally::add_special(const std::vector<double>& inputs, double observed, double expected) {
  ++result_.specials;
  const bool agrees = observed == expected || (std::isnan(observed) && std::isnan(expected));
  if (!agrees) result_.special_misses.push_back({inputs, observed, expected});
}

PartAccuracy PartTally::result() && {
  std::ranges::sort(errors_);
  result_.drawn = errors_.size();
  result_.p50 = percentile(errors_, 0.5);
  result_.p99 = percentile(errors_, 0.99);
  result_.p999 = percentile(errors_, 0.999);
  for (const auto& [where, highest] : highest_)
    result_.bins.push_back({where.first, where.second, bin_of(where.second).second, highest});
  return std::move(result_);
}

}  // namespace gradproof::inline v0
