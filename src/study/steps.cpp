// The error of differences against the step.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <span>

#include "gradproof/analysis.hpp"
#include "gradproof/text.hpp"
#include "study/advice.hpp"
#include "study/objective.hpp"

namespace gradproof::inline v0 {

std::string_view name(Scheme scheme) {
  switch (scheme) {
    case Scheme::forward: return "forward";
    case Scheme::central: return "central";
    case Scheme::fourth: return "4th order";
    case Scheme::richardson: return "Richardson";
  }
  return "?";
}

std::string to_string(Size size) {
  if (size.is_zero()) return "0";
  if (!size.is_finite()) return "not finite";
  double whole = std::floor(size.log10);
  double mantissa = std::round(std::pow(10, size.log10 - whole) * 10) / 10;
  if (mantissa >= 10) {
    mantissa /= 10;
    whole += 1;
  }
  return fmt::format("{:.1f}e{:+03d}", mantissa, static_cast<long>(whole));
}

namespace {

// A difference is the sum of w f(x + m h) over h, with m = quarters/4 and w = numerator/denominator.
struct Term {
  int quarters, numerator, denominator;
};
std::span<const Term> terms(Scheme scheme) {
  static constexpr std::array forward = {Term{4, 1, 1}, Term{0, -1, 1}};
  static constexpr std::array central = {Term{4, 1, 2}, Term{-4, -1, 2}};
  static constexpr std::array fourth = {Term{4, 8, 12}, Term{-4, -8, 12}, Term{8, -1, 12}, Term{-8, 1, 12}};
  // Central ones at h, h/2 and h/4 with the weights 1/45, -20/45 and 64/45, which cancel h^2 and h^4.
  static constexpr std::array richardson = {Term{4, 1, 90},   Term{-4, -1, 90}, Term{2, -20, 45},
                                            Term{-2, 20, 45}, Term{1, 128, 45}, Term{-1, -128, 45}};
  switch (scheme) {
    case Scheme::forward: return forward;
    case Scheme::central: return central;
    case Scheme::fourth: return fourth;
    case Scheme::richardson: break;
  }
  return richardson;
}

// The leading term of the truncation: f^(derivative) / divisor h^order, by Taylor's theorem.
struct Leading {
  int order, derivative;
  double divisor;
};
Leading leading(Scheme scheme) {
  switch (scheme) {
    case Scheme::forward: return {1, 2, 2};
    case Scheme::central: return {2, 3, 6};
    case Scheme::fourth: return {4, 5, 30};
    case Scheme::richardson: break;
  }
  return {6, 7, 5040.0 * 64};
}

double sum_of_weights(Scheme scheme) {
  double sum = 0;
  for (const Term& t : terms(scheme)) sum += std::abs(double(t.numerator) / t.denominator);
  return sum;
}

// Where T h^q + R/h is least, and what it is there; sizes are logarithms, so that no precision is too high.
void predict(SchemeSummary& s, Size truncation_coefficient, Size rounding_of_one_value) {
  const int q = leading(s.scheme).order;
  if (truncation_coefficient.is_zero() || !rounding_of_one_value.is_finite()) return;
  if (rounding_of_one_value.is_zero()) return;
  const double r = rounding_of_one_value.log10 + std::log10(sum_of_weights(s.scheme));
  const double log10_h = (r - std::log10(q) - truncation_coefficient.log10) / (q + 1);
  s.predicted = log10_h / std::log10(2.0);
  // R/h is q times T h^q there.
  s.predicted_error = {truncation_coefficient.log10 + q * log10_h + std::log10(1.0 + q)};
}

// The orders whose sizes a study tells.
constexpr std::array orders = {1, 2, 3, 5, 7};
using Derivatives = std::array<Size, orders.size()>;

Derivatives derivatives_at(Moving<Real>& f, const EntryOf& entry, Bits working) {
  Derivatives sizes;
  for (std::size_t i = 0; i < orders.size(); ++i)
    sizes[i] = size_of(derivative_of_order(f, entry, orders[i], working));
  return sizes;
}

Size truncation_coefficient(Scheme scheme, const Derivatives& sizes) {
  const Leading l = leading(scheme);
  const auto at = static_cast<std::size_t>(std::ranges::find(orders, l.derivative) - orders.begin());
  return {sizes[at].log10 - std::log10(l.divisor)};
}

// An arithmetic: a format, or so many bits.
struct Arithmetic {
  std::optional<Dtype> dtype;
  Bits bits;
};

// A bound on the error of one value of the function, with one entry at another place. What a format's bound is in its own
// u, the bound of any other precision is in its.
Size rounding_at(const Graph& function, NodeId leaf, std::size_t place, double to, const Arithmetic& a) {
  const double bound = rounding_of_value(moved(function, leaf, place, to), a.dtype.value_or(Dtype::f64));
  Size size = size_of(bound);
  if (!a.dtype) size.log10 += static_cast<double>(53 - a.bits.count) * std::log10(2.0);
  return size;
}

// The sum of sizes, each times a factor.
Size sum_of(std::span<const Size> sizes) {
  Size top;
  for (const Size& s : sizes) {
    if (!s.is_finite()) return {std::numeric_limits<double>::infinity()};
    top = std::max(top, s);
  }
  if (top.is_zero()) return top;
  double sum = 0;
  for (const Size& s : sizes) sum += std::pow(10, s.log10 - top.log10);
  return {top.log10 + std::log10(sum)};
}

template <class S>
class Curve {
 public:
  Curve(const Declared& declared, const EntryOf& entry, const Real& slope, const Arithmetic& a)
      : declared_(declared),
        entry_(entry),
        a_(a),
        slope_(slope),
        wide_{3 * a.bits.count + stencil_precision(declared.graph).count},
        function_(loaded(declared)),
        narrow_values_(declared, a.bits),
        wide_values_(declared, wide_),
        base_(real_from<S>(narrow_values_.entry(entry)).rounded(wide_)) {}

  StepCurve run() {
    StepCurve c;
    c.dtype = a_.dtype;
    c.bits = a_.bits.count;
    c.relative = mpfr_zero_p(slope_.get()) == 0;
    c.value = real_from<S>(narrow_values_.now()).text(9);
    c.slope = slope_.text(17);
    const Size rounding = rounding_here(base_);
    c.rounding = relative(rounding);
    derivatives_ = derivatives_at(wide_values_, entry_, wide_);
    for (const Scheme s : all_schemes) {
      SchemeSummary& summary = c.schemes[static_cast<std::size_t>(s)];
      summary.scheme = s;
      predict(summary, truncation_coefficient(s, derivatives_), rounding);
      summary.predicted_error = relative(summary.predicted_error);
    }
    for (const std::int64_t e : exponents(c)) rows_[e] = row(e);
    for (const std::int64_t e : beside_the_best()) rows_.try_emplace(e, row(e));
    for (const auto& [e, r] : rows_) c.rows.push_back(r);
    std::ranges::reverse(c.rows);
    for (SchemeSummary& s : c.schemes) summarize(s, c);
    c.without = without_step();
    return c;
  }
  [[nodiscard]] const Derivatives& derivatives() const { return derivatives_; }

 private:
  [[nodiscard]] Size relative(Size size) const {
    if (mpfr_zero_p(slope_.get()) == 0) size.log10 -= size_of(slope_).log10;
    return size;
  }
  [[nodiscard]] Size rounding_here(const Real& point) const {
    return rounding_at(function_, declared_.anchor.inputs[entry_.input], entry_.place, point.to_double(), a_);
  }

  // From twice the scale of x down to where a step is lost in it, at most some fifty of them; and all near predictions.
  std::set<std::int64_t> exponents(const StepCurve& c) {
    const std::int64_t size = mpfr_regular_p(base_.get()) == 0 ? 0 : std::int64_t{mpfr_get_exp(base_.get())};
    const std::int64_t high = std::max<std::int64_t>(size, 0) + 1,
                       low = std::min<std::int64_t>(size, 0) - a_.bits.count - 1;
    stride_ = std::max<std::int64_t>(1, (high - low) / 50);
    std::set<std::int64_t> all;
    for (std::int64_t e = high; e >= low; e -= stride_) all.insert(e);
    for (const SchemeSummary& s : c.schemes)
      if (s.predicted)
        for (int d = -2; d <= 2; ++d) all.insert(static_cast<std::int64_t>(std::llround(*s.predicted)) + d);
    return all;
  }
  std::set<std::int64_t> beside_the_best() {
    std::set<std::int64_t> all;
    for (std::size_t s = 0; s < all_schemes.size() && stride_ > 1; ++s)
      if (const auto best = best_of(s))
        for (std::int64_t d = 1 - stride_; d < stride_; ++d) all.insert(*best + d);
    return all;
  }
  // Of equal errors the larger step.
  std::optional<std::int64_t> best_of(std::size_t scheme) const {
    std::optional<std::int64_t> best;
    for (const auto& [e, r] : rows_)
      if (r.schemes[scheme].error.is_finite() &&
          (!best || r.schemes[scheme].error <= rows_.at(*best).schemes[scheme].error))
        best = e;
    return best;
  }

  // One value of the function: as computed, and in exact arithmetic at the same point.
  struct Sample {
    Real seen, exact;
    Size rounding;
  };
  Sample sample(std::int64_t exponent, int quarters) {
    const Real target = base_ + quarters * Real::power_of_two(exponent - 2, wide_);
    const S point = number_from<S>(a_.dtype ? Real(rounded(*a_.dtype, target), Bits{53}) : target, a_.bits);
    const Real there = real_from<S>(point).rounded(wide_);
    return {real_from<S>(narrow_values_.with(entry_, point)).rounded(wide_), wide_values_.with(entry_, there),
            rounding_here(there)};
  }

  StepRow row(std::int64_t exponent) {
    StepRow r;
    r.exponent = exponent;
    std::map<int, Sample> samples;
    const Real h = Real::power_of_two(exponent, wide_);
    for (std::size_t s = 0; s < all_schemes.size(); ++s) {
      Real seen(0, wide_), exact(0, wide_);
      std::vector<Size> roundings;
      for (const Term& t : terms(all_schemes[s])) {
        const Sample& p = samples.contains(t.quarters)
                            ? samples.at(t.quarters)
                            : samples.emplace(t.quarters, sample(exponent, t.quarters)).first->second;
        seen = seen + p.seen * t.numerator / t.denominator;
        exact = exact + p.exact * t.numerator / t.denominator;
        roundings.push_back(p.rounding);
        roundings.back().log10 += std::log10(std::abs(double(t.numerator) / t.denominator));
      }
      Size rounding = sum_of(roundings);
      rounding.log10 -= static_cast<double>(exponent) * std::log10(2.0);
      r.schemes[s] = {relative(size_of(seen / h - slope_)), relative(size_of(exact / h - slope_)),
                      relative(rounding)};
    }
    return r;
  }

  void summarize(SchemeSummary& s, StepCurve& c) {
    const auto index = static_cast<std::size_t>(s.scheme);
    s.best = best_of(index);
    if (s.best) s.best_error = rows_.at(*s.best).schemes[index].error;
    if (s.predicted) s.error_at_predicted = rows_.at(std::llround(*s.predicted)).schemes[index].error;
    for (const auto& [e, r] : rows_) ++(r.schemes[index].error.is_finite() ? c.finite : c.not_finite);
  }

  std::vector<WithoutStep> without_step() {
    const Strength strength = reversal_strength(declared_.graph);
    const auto k =
      4 * a_.bits.count + static_cast<std::int64_t>(std::ceil(2 * (strength.up + strength.down)));
    Moving<Complex<Real>> complex(declared_, a_.bits);
    Complex<Real> z = complex.entry(entry_);
    z.im = Real::power_of_two(-k, a_.bits);
    const Real by_complex = complex.with(entry_, z).im * Real::power_of_two(k, a_.bits);
    Moving<Dual<Real>> dual(declared_, a_.bits);
    Dual<Real> d = dual.entry(entry_);
    d.slope = Real(1, a_.bits);
    const Real by_dual = dual.with(entry_, d).slope;
    const Graph g = gradient(declared_.graph);
    const Evaluation<S> reverse = evaluate<S>(g, a_.bits);
    const NodeId node = g.outputs()[declared_.graph.outputs().size() + entry_.input].node;
    const Real by_reverse = real_from<S>(reverse[node][entry_.place]);
    const auto error = [&](const Real& x) { return relative(size_of(x.rounded(wide_) - slope_)); };
    return {{"complex step", error(by_complex)}, {"dual", error(by_dual)}, {"reverse", error(by_reverse)}};
  }

  const Declared& declared_;
  EntryOf entry_;
  Arithmetic a_;
  Real slope_;
  Bits wide_;
  Graph function_;
  Moving<S> narrow_values_;
  Moving<Real> wide_values_;
  Real base_;
  std::int64_t stride_ = 1;
  std::map<std::int64_t, StepRow> rows_;
  Derivatives derivatives_;
};

// The entries that --wrt names: all of an input, or one.
std::vector<EntryOf> named(const Graph& graph, const std::string& wrt) {
  std::vector<EntryOf> some;
  for (const EntryOf& e : entries_of(graph))
    if (wrt.empty() || wrt == graph.name(graph.inputs()[e.input]) || wrt == place_name(graph, e))
      some.push_back(e);
  return some;
}

// The entry whose central difference has the largest predicted error, relative to the entry. Entries that are 0 come last.
EntryOf worst_of(const std::vector<EntryOf>& entries, const Declared& declared, Dtype dtype) {
  const Bits working = stencil_precision(declared.graph);
  Moving<Real> f(declared, working);
  const Size rounding = size_of(rounding_of_value(loaded(declared), dtype));
  EntryOf worst = entries.front();
  double highest = -std::numeric_limits<double>::infinity();
  for (const EntryOf& e : entries) {
    const Derivatives sizes = derivatives_at(f, e, working);
    SchemeSummary s;
    predict(s, truncation_coefficient(Scheme::central, sizes), rounding);
    const double relative =
      s.predicted ? s.predicted_error.log10 - sizes[0].log10 : rounding.log10 - sizes[0].log10 - 100;
    if (sizes[0].is_zero() || !(relative > highest)) continue;
    highest = relative;
    worst = e;
  }
  return worst;
}

// One curve; says why there is none.
std::optional<std::string> add_curve(StepStudy& study, const Graph& graph, const EntryOf& entry,
                                     const Arithmetic& a) {
  const Declared declared(a.dtype ? quantized(graph, *a.dtype) : graph);
  const Slopes slopes = proven_slopes(declared.graph, Bits{3 * a.bits.count + 64});
  if (!slopes) return slopes.error();
  std::size_t at = entry.place;
  for (std::size_t i = 0; i < entry.input; ++i) at += graph[graph.inputs()[i]].shape.size();
  const auto with = [&]<class S>(std::type_identity<S>) {
    Curve<S> curve(declared, entry, (*slopes)[at], a);
    study.curves.push_back(curve.run());
    if (study.curves.size() == 1) study.derivatives = curve.derivatives();
  };
  if (a.dtype) with_number_of(*a.dtype, with);
  else with(std::type_identity<Real>{});
  return {};
}

}  // namespace

StepStudy study_steps(const Graph& asked, const StepOptions& options) {
  StepStudy study;
  study.graph = print(asked);
  const auto refused = [&](std::string why) {
    study.trouble = std::move(why);
    study.bad_input = true;
    return study;
  };
  if (asked.inputs().empty()) return refused("the graph has no input: nothing is differentiated");
  if (options.dtypes.empty() && options.digits == 0)
    return refused("neither a dtype nor digits were asked for");
  const Graph graph = scalar_objective(asked);
  const std::vector<EntryOf> entries = named(graph, options.wrt);
  study.entries = entries.size();
  if (entries.empty()) return refused("there is no input " + options.wrt + "; an entry is named like x[0,1]");
  if (entries.size() > most_entries)
    return refused(
      fmt::format("the graph has {} input entries; name one, or an input, with --wrt", entries.size()));
  const Dtype first = options.dtypes.empty() ? Dtype::f64 : options.dtypes.front();
  const auto proven = proven_slopes(quantized(graph, first), Bits{64});
  if (!proven) {
    study.trouble = proven.error();
    return study;
  }
  study.chosen = entries.size() > 1;
  const EntryOf entry =
    study.chosen ? worst_of(entries, Declared(quantized(graph, first)), first) : entries.front();
  study.entry = place_name(graph, entry);
  std::vector<Arithmetic> all;
  for (const Dtype d : options.dtypes) all.push_back({d, Bits{format(d).precision}});
  if (options.digits > 0) all.push_back({{}, digits(options.digits)});
  for (const Arithmetic& a : all) {
    const std::string words =
      a.dtype ? std::string(format(*a.dtype).words) : fmt::format("{} digits", options.digits);
    if (const auto why = add_curve(study, graph, entry, a)) {
      study.trouble = words + ": " + *why;
      return study;
    }
    study.curves.back().arithmetic = words;
  }
  for (const Dtype d : options.dtypes)
    for (const Checker c : all_checkers)
      if (auto a = advice_on(graph, c, d)) study.advice.push_back(*std::move(a));
  return study;
}

bool has_result(const StepStudy& study) {
  return study.trouble.empty() &&
         std::ranges::any_of(study.curves, [](const StepCurve& c) { return c.finite > 0; });
}

}  // namespace gradproof::inline v0
