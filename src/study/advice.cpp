// What becomes of a right gradient, and of a wrong one, in somebody else's checker: docs/theory.md, "What a checker can
// tell". Truncation is what exact arithmetic is off by at the very points that the checker goes to; what rounding adds is
// bounded by the running error analysis of the function and of its gradient.
#include "study/advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "gradproof/analysis.hpp"
#include "gradproof/ops.hpp"
#include "study/ridders.hpp"

namespace gradproof::inline v0 {

std::string_view name(Checker checker) {
  switch (checker) {
    case Checker::torch_gradcheck: return "torch.autograd.gradcheck";
    case Checker::jax_check_grads: return "jax.test_util.check_grads";
    case Checker::ceres_checker: return "ceres::GradientChecker";
  }
  return "?";
}

std::string_view name(Prospect prospect) {
  switch (prospect) {
    case Prospect::passes: return "passes";
    case Prospect::may_fail: return "may fail";
    case Prospect::fails: return "fails";
  }
  return "?";
}

// Mersenne twister and Marsaglia's polar method, which give two deviates at a time, the second first.
std::vector<double> deviates_of_numpy(std::size_t count) {
  std::mt19937 twister(0);
  const auto uniform = [&] {
    const std::uint32_t a = static_cast<std::uint32_t>(twister()) >> 5;
    const std::uint32_t b = static_cast<std::uint32_t>(twister()) >> 6;
    return (a * 0x1p26 + b) / 0x1p53;
  };
  std::vector<double> all;
  while (all.size() < count) {
    double x = 0, y = 0, r = 0;
    do {
      x = 2 * uniform() - 1;
      y = 2 * uniform() - 1;
      r = x * x + y * y;
    } while (r >= 1 || r == 0);
    const double scale = std::sqrt(-2 * std::log(r) / r);
    all.push_back(scale * y);
    all.push_back(scale * x);
  }
  all.resize(count);
  return all;
}

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
// What another implementation may be off by, over the bound for one order of operations: the same factor as in verdicts.
constexpr double other_implementations = 2;

CheckerSetting defaults(Checker checker, Dtype dtype) {
  if (checker == Checker::torch_gradcheck) return {1e-6, 1e-5, 1e-3};
  // The precision is that of a solver which checks gradients; a GradientChecker of one's own has no default.
  if (checker == Checker::ceres_checker) return {1e-2, 0, 1e-8};
  switch (dtype) {
    case Dtype::f16: return {1e-4, 1e-2, 1e-2};
    case Dtype::bf16: return {1e-4, 1e-1, 1e-1};
    case Dtype::f32: return {1e-4, 2e-3, 2e-3};
    case Dtype::f64: break;
  }
  return {1e-4, 1e-5, 1e-5};
}

// One comparison of a checker: a claimed number with a difference.
struct Probe {
  Real exact{};          // the difference in exact arithmetic, at the points that the checker goes to
  double numeric = 0;    // the same
  double gap = 0;        // how far that is from the right number
  double rounding = 0;   // bound on what rounding may add to the difference
  double own = 0;        // and to a right gradient
  double least_gap = 0;  // at the least the difference is so far from the right number
  double right = 0;      // the right number
  bool still = false;    // both points are x itself
  bool kink = false;     // the function has a kink between them
  std::string place;
  [[nodiscard]] double need() const { return std::isfinite(gap) ? gap + rounding + own : infinity; }
};

// An entry as a probe sees it.
struct Sight {
  std::size_t probe = 0;
  double sensitivity = 1;  // by how much the comparison changes where the entry does
  double slope = 0;
};

// A graph before a checker, in one format.
class Bench {
 public:
  Bench(const Graph& graph, Checker checker, Dtype dtype)
      : graph_(quantized(graph, dtype)),
        checker_(checker),
        dtype_(dtype),
        entries_(entries_of(graph_)),
        wide_{4 * format(dtype).precision + stencil_precision(graph_).count},
        values_(graph_, wide_) {
    values_.run();
  }
  // Says why there is nothing to compare with.
  std::optional<std::string> prepare() {
    Slopes slopes = proven_slopes(graph_, wide_);
    if (!slopes) return slopes.error();
    slopes_ = *std::move(slopes);
    const Graph g = gradient(graph_);
    const Bounds bounds = rounding_bounds(g, dtype_);
    for (std::size_t i = graph_.outputs().size(); i < bounds.outputs.size(); ++i)
      for (const Bound& b : bounds.outputs[i]) own_.push_back(other_implementations * b.error);
    kinks_here_ = sides();
    if (checker_ == Checker::jax_check_grads) {
      direction_ = deviates_of_numpy(entries_.size() + 1);
      cotangent_ = std::abs(direction_.back());
      direction_.pop_back();
      for (double& t : direction_) t = rounded(dtype_, t);
    }
    never_ = without_derivative();
    return {};
  }

  // A surrogate on the way: the declared gradient is not the derivative, and no step makes it one.
  [[nodiscard]] const std::optional<std::string>& never() const { return never_; }
  [[nodiscard]] std::optional<std::string> without_derivative() {
    const Declared plain = Declared::as_it_is(graph_);
    Moving<Real> f(plain, wide_);
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const Real derivative = derivative_of_order(f, entries_[i], 1, wide_);
      const Real apart = abs(derivative - slopes_[i]);
      if (apart <= abs(derivative) * Real::power_of_two(-40, wide_) || isfinite(apart) == 0) continue;
      return fmt::format(
        "the declared gradient at {} is {} where the derivative of the value is {}: the graph has an "
        "operation whose gradient is not its derivative, and differences see the derivative alone",
        place_name(graph_, entries_[i]), slopes_[i].text(6), derivative.text(6));
    }
    return {};
  }

  std::vector<Probe> probes(double eps) {
    if (checker_ == Checker::jax_check_grads) return {along(eps)};
    std::vector<Probe> all;
    for (std::size_t i = 0; i < entries_.size(); ++i)
      all.push_back(checker_ == Checker::ceres_checker ? by_ridders(i, eps) : in_entry(i, eps));
    return all;
  }
  [[nodiscard]] std::vector<Sight> sights() const {
    std::vector<Sight> all;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (checker_ == Checker::jax_check_grads)
        all.push_back({0, std::abs(direction_[i]), slopes_[i].to_double()});
      else all.push_back({i, 1, slopes_[i].to_double()});
    }
    return all;
  }

  // atol counts against the comparison with the cotangent too, which is scaled by it: the least and the most that it is
  // worth.
  [[nodiscard]] std::pair<double, double> worth_of_atol() const {
    return {1 / std::max(1.0, cotangent_), 1 / std::min(1.0, cotangent_)};
  }
  // assert_allclose takes its own 1e-7 where rtol is 0.
  [[nodiscard]] double rtol_in_force(double rtol) const {
    return checker_ == Checker::jax_check_grads && rtol == 0 ? 1e-7 : rtol;
  }
  // Steps worth a try: 3 and 1 times powers of ten, from a third of 1 to where x hardly moves.
  [[nodiscard]] std::vector<double> steps() const {
    std::vector<double> all;
    for (double power = 0.1; power > unit_roundoff(dtype_); power /= 10)
      for (const double factor : {3.0, 1.0}) all.push_back(std::stod(fmt::format("{:.0e}", factor * power)));
    return all;
  }
  [[nodiscard]] Dtype dtype() const { return dtype_; }
  [[nodiscard]] Checker checker() const { return checker_; }

 private:
  // On which side of each kink every selection and rounding stands.
  std::vector<int> sides() {
    std::vector<int> all;
    for (std::uint32_t i = 0; i < graph_.size(); ++i) {
      const Node& node = graph_[NodeId{i}];
      with_op(node.op, [&]<class O>(std::type_identity<O>) {
        if constexpr (requires(Real t) { O::kink(t); }) {
          for (const Real& x : values_[node.operand[0]]) all.push_back(numeric<Real>::sign(O::kink(x)));
        } else if constexpr (requires(Real t) { O::kink(t, t); }) {
          const auto a = values_[node.operand[0]], b = values_[node.operand[1]];
          for (std::size_t k = 0; k < a.size(); ++k) all.push_back(numeric<Real>::sign(O::kink(a[k], b[k])));
        }
      });
    }
    return all;
  }

  Real& value_of(std::size_t i) {
    return values_.leaf(graph_.inputs()[entries_[i].input])[entries_[i].place];
  }
  [[nodiscard]] double point(std::size_t i) const { return literal_at(graph_, entries_[i]).nearest(); }

  // The function in exact arithmetic with some entries at these places; and a bound on a value's rounding there.
  struct Sample {
    Real exact;
    double rounding;
    bool kink;
  };
  Sample sample(const std::vector<std::pair<std::size_t, double>>& there) {
    Graph g = graph_;
    for (const auto& [i, to] : there) {
      value_of(i) = Real(to, wide_);
      g = moved(g, g.inputs()[entries_[i].input], entries_[i].place, to);
    }
    values_.run();
    Sample s{values_.objective(), other_implementations * rounding_of_value(g, dtype_),
             sides() != kinks_here_};
    for (const auto& [i, to] : there) value_of(i) = Real(point(i), wide_);
    return s;
  }

  // (f(above) - f(below)) scale, against the right number.
  Probe compared(const Sample& above, const Sample& below, const Real& scale, const Real& right, bool still) {
    Probe p;
    const Real numeric = (above.exact - below.exact) * scale;
    p.exact = numeric;
    p.numeric = numeric.to_double();
    p.gap = isfinite(numeric) ? abs(numeric - right).to_double() : infinity;
    const double u = unit_roundoff(dtype_);
    // Equal points have equal values, to the bit. The difference, its scaling, and the step are rounded once each.
    p.rounding =
      still ? 0
            : (above.rounding + below.rounding) * std::abs(scale.to_double()) + 4 * u * std::abs(p.numeric);
    if (std::isnan(p.rounding)) p.rounding = infinity;
    p.least_gap = p.gap - p.rounding;
    p.right = right.to_double();
    p.still = still;
    p.kink = above.kink || below.kink;
    return p;
  }

  // The wider of the steps sees the kinks of all others. One of many numbers may come out: the gap is the largest of theirs.
  Probe by_ridders(std::size_t i, double relative_step) {
    const double x = point(i), delta = std::max({0x1p-26, relative_step, std::abs(x) * relative_step});
    std::vector<CentralDifference> rows;
    Probe p;
    for (int k = 0; k < ridders_rows; ++k) {
      const double step = std::ldexp(delta, ridders_rows / 2 - k), high = x + step, low = x - step;
      const Probe one = compared(sample({{i, high}}), sample({{i, low}}),
                                 Real(0.5, wide_) / Real(step, wide_), slopes_[i], high == low);
      if (k == 0) p = one;
      rows.push_back({one.exact, one.rounding});
    }
    const RiddersOutcome outcome = ridders(rows, slopes_[i]);
    p.gap = outcome.most;
    p.least_gap = outcome.least;
    p.rounding = 0;
    p.numeric = p.right;
    p.own = own_[i];
    p.place = place_name(graph_, entries_[i]);
    return p;
  }

  Probe in_entry(std::size_t i, double eps) {
    // A number of Python's is rounded to float32 beside a tensor of any narrower format.
    const double step = dtype_ == Dtype::f64 ? eps : rounded(Dtype::f32, eps);
    const double high = rounded(dtype_, point(i) + step), low = rounded(dtype_, point(i) - step);
    Probe p =
      compared(sample({{i, high}}), sample({{i, low}}), 1 / Real(2 * eps, wide_), slopes_[i], high == low);
    p.own = own_[i];
    p.place = place_name(graph_, entries_[i]);
    return p;
  }

  Probe along(double eps) {
    std::vector<std::pair<std::size_t, double>> high, low;
    Real right(0, wide_);
    double own = 0, bulk = 0;
    bool still = true;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const double step = rounded(dtype_, direction_[i] * rounded(dtype_, eps));
      high.emplace_back(i, rounded(dtype_, point(i) + step));
      low.emplace_back(i, rounded(dtype_, point(i) - step));
      still = still && high.back().second == low.back().second;
      right = right + Real(direction_[i], wide_) * slopes_[i];
      own += std::abs(direction_[i]) * own_[i];
      bulk += std::abs(direction_[i] * slopes_[i].to_double());
    }
    Probe p = compared(sample(high), sample(low), Real(rounded(dtype_, 0.5 / eps), wide_), right, still);
    // The claimed number is a sum of as many products, once more scaled by the cotangent.
    p.own = own + static_cast<double>(entries_.size() + 2) * unit_roundoff(dtype_) * bulk;
    p.place = "the direction";
    return p;
  }

  Graph graph_;
  Checker checker_;
  Dtype dtype_;
  std::vector<EntryOf> entries_;
  Bits wide_;
  Evaluation<Real> values_;
  std::vector<Real> slopes_;
  std::vector<double> own_;
  std::vector<int> kinks_here_;
  std::vector<double> direction_;
  double cotangent_ = 1;
  std::optional<std::string> never_;
};

std::string cause(const Probe& p, double eps, const Bench& bench) {
  const Dtype dtype = bench.dtype();
  if (p.still) return fmt::format("{} does not move by {:.2g} in {}", p.place, eps, format(dtype).words);
  if (p.kink) return fmt::format("the function has a kink within {:.2g} of {}", eps, p.place);
  if (!std::isfinite(p.gap))
    return fmt::format("the function is not finite within {:.2g} of {}", eps, p.place);
  if (p.gap > p.rounding && bench.never())
    return fmt::format("the declared gradient is not the derivative: at {} the difference is off by {:.2g}",
                       p.place, p.gap);
  if (p.gap > p.rounding)
    return fmt::format("truncation: at {} the difference is off by {:.2g}", p.place, p.gap);
  return fmt::format("rounding: at {} it may put the difference off by {:.2g}", p.place, p.rounding);
}

// What a setting allows in one comparison: certainly, for every right gradient; possibly, for some; and the error of an
// entry that is certainly refused.
struct Allowed {
  double certainly, possibly, seen;
};

// |a - n| <= atol + rtol |n|.
Allowed allowed_beside_difference(const Bench& bench, const Probe& p, const CheckerSetting& setting) {
  const auto [least_atol, most_atol] = bench.worth_of_atol();
  const double rtol = bench.rtol_in_force(setting.rtol);
  const double possibly = setting.atol * most_atol + rtol * (std::abs(p.numeric) + p.rounding);
  return {setting.atol * least_atol + rtol * std::max(0.0, std::abs(p.numeric) - p.rounding), possibly,
          possibly + p.need()};
}

// |a - n| < rtol max(|a|, |n|), or |a - n| < rtol where a or n is exactly 0.
Allowed allowed_beside_larger(const Probe& p, double rtol) {
  const double size = std::abs(p.right), need = p.need();
  // Where the difference may be 0 nothing is certain, but for a right gradient of exactly 0.
  const bool may_vanish = need >= size;
  double certainly = may_vanish ? 0 : rtol * (size - p.own);
  if (size == 0 && p.own == 0) certainly = rtol;
  double possibly = rtol * (size + need);
  if (may_vanish) possibly = std::max(possibly, rtol);
  // |e| - need >= rtol (size + |e| + need) is refused. An entry of exactly 0 is not where the difference is below rtol.
  double seen = rtol < 1 ? (need + rtol * (size + need)) / (1 - rtol) : infinity;
  if (size - need < rtol) seen = std::max(seen, size == 0 ? rtol : size);
  return {certainly, possibly, seen};
}

Allowed allowed(const Bench& bench, const Probe& p, const CheckerSetting& setting) {
  if (bench.checker() == Checker::ceres_checker) return allowed_beside_larger(p, setting.rtol);
  return allowed_beside_difference(bench, p, setting);
}

Outlook judged(const Bench& bench, const std::vector<Probe>& probes, const CheckerSetting& setting) {
  Outlook o{setting};
  o.right_gradient = Prospect::passes;
  double worst = 0;
  for (const Probe& p : probes) {
    const Allowed a = allowed(bench, p, setting);
    if (p.need() <= a.certainly) continue;
    const bool fails = !(p.least_gap - p.own <= a.possibly);
    const Prospect here = fails ? Prospect::fails : Prospect::may_fail;
    const double over = p.need() - a.certainly;
    if (here > o.right_gradient || (here == o.right_gradient && over > worst)) {
      o.right_gradient = here;
      o.why = cause(p, setting.eps, bench);
      worst = over;
    }
  }
  o.least = infinity;
  for (const Sight& s : bench.sights()) {
    const double seen = allowed(bench, probes[s.probe], setting).seen / s.sensitivity;
    o.least = std::min(o.least, seen);
    if (s.slope == 0) continue;
    o.detectable = std::max(o.detectable.value_or(0), seen / std::abs(s.slope));
    o.blind += seen >= std::abs(s.slope) ? 1 : 0;
  }
  return o;
}

// Two digits, upwards; at least 1e-300, below which there are no two digits to be had.
double upwards(double x) {
  if (x == 0 || !std::isfinite(x)) return x;
  if (x < 1e-300) return 1e-300;
  const double unit = std::pow(10, std::floor(std::log10(x)) - 1);
  for (double digits = std::ceil(x / unit);; ++digits)
    if (const double candidate = std::stod(fmt::format("{:.1e}", digits * unit)); candidate >= x)
      return candidate;
}

// The atol that a right gradient needs beside this rtol.
double atol_beside(const Bench& bench, const std::vector<Probe>& probes, double rtol) {
  double most = 0;
  for (const Probe& p : probes)
    most =
      std::max(most, p.need() - bench.rtol_in_force(rtol) * std::max(0.0, std::abs(p.numeric) - p.rounding));
  return upwards(most / bench.worth_of_atol().first * (1 + 0x1p-40));
}

// Which of two outlooks tells more: relative errors of entries, and where all entries are 0 absolute ones.
bool tells_more(const Outlook& a, const Outlook& b) {
  return a.detectable != b.detectable ? a.detectable < b.detectable : a.least < b.least;
}

// The one tolerance that Ceres has: what the entry that needs most of it needs.
std::optional<Outlook> best_precision(const Bench& bench, const std::vector<Probe>& probes, double eps) {
  double most = 0;
  for (const Probe& p : probes) {
    const double sure = std::abs(p.right) - p.own;
    most = std::max(most, p.right == 0 && p.own == 0 ? p.need() : sure > 0 ? p.need() / sure : infinity);
  }
  if (!std::isfinite(most)) return {};
  const Outlook o = judged(bench, probes, {eps, 0, upwards(most * (1 + 0x1p-40))});
  if (o.right_gradient != Prospect::passes) return {};
  return o;
}

// The tolerances that suit a step: an rtol that just suffices for one of the comparisons (or none), and an atol for the
// rest; whichever pair then tells the smallest error.
std::optional<Outlook> best_at(Bench& bench, double eps) {
  const std::vector<Probe> probes = bench.probes(eps);
  if (std::ranges::any_of(probes, [](const Probe& p) { return !std::isfinite(p.need()); })) return {};
  if (bench.checker() == Checker::ceres_checker) return best_precision(bench, probes, eps);
  std::vector<double> candidates = {0};
  for (const Probe& p : probes)
    if (const double sure = std::abs(p.numeric) - p.rounding; sure > 0 && p.need() < sure)
      candidates.push_back(upwards(p.need() / sure * (1 + 0x1p-40)));
  std::ranges::sort(candidates);
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  std::optional<Outlook> best;
  constexpr std::size_t most_candidates = 64;
  const std::size_t stride = (candidates.size() + most_candidates - 1) / most_candidates;
  for (std::size_t i = 0; i < candidates.size(); i += stride) {
    const double rtol = candidates[candidates.size() - 1 - i];
    const Outlook o = judged(bench, probes, {eps, atol_beside(bench, probes, rtol), rtol});
    if (o.right_gradient == Prospect::passes && (!best || tells_more(o, *best))) best = o;
  }
  return best;
}

std::string blindness(const Outlook& best) {
  return fmt::format(
    "at the best step that there is ({:.1g}) an error has to be {:.2g} times as large as the entry to be "
    "seen "
    "for certain",
    best.setting.eps, best.detectable.value_or(0));
}

}  // namespace

std::optional<CheckerAdvice> advice_on(const Graph& graph, Checker checker, Dtype dtype) {
  CheckerAdvice a;
  a.checker = checker;
  a.dtype = dtype;
  const std::vector<EntryOf> entries = entries_of(graph);
  if (entries.empty() || entries.size() > most_entries) return {};
  if (checker == Checker::ceres_checker && dtype != Dtype::f64) return {};
  Bench bench(graph, checker, dtype);
  if (bench.prepare()) return {};
  CheckerSetting setting = defaults(checker, dtype);
  a.by_default = judged(bench, bench.probes(setting.eps), setting);
  setting.eps /= 2;
  a.by_half_eps = judged(bench, bench.probes(setting.eps), setting);
  if (bench.never()) {
    a.why_not = *bench.never();
    return a;
  }
  std::optional<Outlook> best;
  for (const double eps : bench.steps())
    if (const auto o = best_at(bench, eps); o && (!best || tells_more(*o, *best))) best = o;
  a.advised = best;
  const std::vector<Sight> sights = bench.sights();
  const auto slopes = std::ranges::count_if(sights, [](const Sight& s) { return s.slope != 0; });
  if (!best) a.why_not = "there is no step at which the function is finite and its rounding bounded";
  else if (slopes > 0 && best->blind == static_cast<std::uint64_t>(slopes)) a.why_not = blindness(*best);
  a.decides = a.why_not.empty();
  return a;
}

std::optional<Outlook> outlook(const Graph& asked, Checker checker, Dtype dtype,
                               const CheckerSetting& setting) {
  const Graph graph = scalar_objective(asked);
  const std::vector<EntryOf> entries = entries_of(graph);
  if (entries.empty() || entries.size() > most_entries || !(setting.eps > 0)) return {};
  if (checker == Checker::ceres_checker && dtype != Dtype::f64) return {};
  Bench bench(graph, checker, dtype);
  if (bench.prepare()) return {};
  return judged(bench, bench.probes(setting.eps), setting);
}

}  // namespace gradproof::inline v0
