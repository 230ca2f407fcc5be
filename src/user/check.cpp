#include "gradproof/check.hpp"

#include <algorithm>
#include <cmath>

#include "gradproof/calculus.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/rounded.hpp"
#include "gradproof/text.hpp"
#include "gradproof/verify.hpp"
#include "user/cause.hpp"
#include "user/noise.hpp"
#include "user/rows.hpp"

namespace gradproof::inline v0 {

namespace {

std::string words(const GradientContract& c) {
  switch (c.kind) {
    case GradientContract::Kind::derivative: return "derivative";
    case GradientContract::Kind::reversal: return "reversal of strength " + Literal(-c.factor).text();
    case GradientContract::Kind::scale: return "scale by " + Literal(c.factor).text();
    case GradientContract::Kind::stop: return "stop";
    case GradientContract::Kind::straight_through: return "straight-through";
  }
  return "";
}

}  // namespace

namespace calling {

namespace {

CheckResult started(const Function& f, const CheckOptions& options) {
  CheckResult r;
  r.name = options.name;
  r.contract = words(options.contract);
  r.dtype = options.dtype;
  r.way = f.traced ? "a proven interval" : "differences with an error bar, f being in double";
  return r;
}

CheckResult concluded(CheckResult r, Verdict verdict, std::string reason) {
  r.verdict = verdict;
  r.reason = std::move(reason);
  return r;
}

// The point as the gradient sees it; nothing where f must not be called there, for the reason given.
Result<std::vector<double>, std::string> point(const std::vector<double>& x, const CheckOptions& options) {
  std::vector<double> at;
  for (const double v : x) at.push_back(rounded(options.dtype, v));
  if (at.empty()) return std::string("x has no entries: there is nothing to check");
  if (options.domain.size() > 1 && options.domain.size() != at.size())
    return "the domain has " + std::to_string(options.domain.size()) + " segments, x " +
           std::to_string(at.size()) + " entries";
  for (std::size_t i = 0; i < at.size(); ++i) {
    if (!std::isfinite(at[i])) return "x[" + std::to_string(i) + "] is not finite";
    if (options.domain.empty()) continue;
    const Segment& s = options.domain[options.domain.size() == 1 ? 0 : i];
    if (!(s.low <= at[i] && at[i] <= s.high))
      return "x[" + std::to_string(i) + "] is outside of the domain that was stated";
  }
  return at;
}

// What was claimed, as doubles; or why there is nothing to judge.
Result<std::vector<double>, std::string> claims(const Claim& claimed, const std::vector<double>& x,
                                                std::size_t wanted, Dtype dtype) {
  std::vector<double> values;
  try {
    if ((dtype == Dtype::f32 && claimed.narrow) || !claimed.wide) {
      const std::vector<float> narrow(x.begin(), x.end());
      const std::vector<float> result = claimed.narrow(narrow, wanted);
      values.assign(result.begin(), result.end());
    } else {
      values = claimed.wide(x, wanted);
    }
  } catch (...) {
    return of_exception("it");
  }
  if (values.size() != wanted)
    return "it has " + std::to_string(values.size()) + " entries, not " + std::to_string(wanted);
  return values;
}

// What an entry is compared with that is 0 as far as differences can tell: the largest entry, or, where all are
// 0, the slope of a function that changes by its own value as x does.
double scale_of(const Rows& rows, const std::vector<double>& x) {
  double scale = 0;
  for (const Right& r : rows.right)
    if (r.truth) scale = std::max(scale, std::abs(middle(*r.truth).to_double()));
  if (scale > 0) return scale;
  for (const double v : rows.values)
    for (const double at : x) scale = std::max(scale, std::abs(v) / std::max(1.0, std::abs(at)));
  return scale;
}

Verdict overall(const std::vector<CheckedEntry>& entries) {
  const auto any = [&](Verdict v) {
    return std::ranges::any_of(entries, [v](const CheckedEntry& e) { return e.verdict == v; });
  };
  if (any(Verdict::fails)) return Verdict::fails;
  return entries.empty() || any(Verdict::undecided) ? Verdict::undecided : Verdict::holds;
}

// How entries are called: by one index and a letter, or by row and column.
struct Naming {
  std::size_t cols;
  std::string_view letter;  // empty: by row and column
};
std::string place(const Naming& naming, std::size_t i) {
  if (!naming.letter.empty()) return std::string(naming.letter) + "[" + std::to_string(i) + "]";
  return "[" + std::to_string(i / naming.cols) + "," + std::to_string(i % naming.cols) + "]";
}

// Fills a result from what is right and what is claimed.
CheckResult compared(CheckResult r, const Rows& rows, const std::vector<double>& claimed,
                     const Naming& naming, const std::vector<double>& x, const CheckOptions& options) {
  const double scale = scale_of(rows, x);
  for (std::size_t i = 0; i < rows.right.size(); ++i) {
    // The columns of all but a product with the Jacobian belong to the entries of x.
    const std::size_t entry = i % naming.cols;
    const bool kink_is_known = std::ranges::any_of(
      options.kinks, [&](const Kink& k) { return k.entry == entry && entry < x.size() && k.at == x[entry]; });
    CheckedEntry e = judged(rows.right[i], claimed[i], scale, kink_is_known, options);
    e.place = place(naming, i);
    if (!rows.border.empty()) {
      e.verdict = Verdict::undecided;
      e.reason = rows.border;
    }
    if (e.verdict == Verdict::holds && e.power) r.power = std::max(r.power.value_or(0), *e.power);
    r.entries.push_back(std::move(e));
  }
  r.verdict = overall(r.entries);
  if (rows.graph) r.graph = print(*rows.graph);
  r.cause = likely_cause(claimed, rows.right, r.entries, naming.cols, options.contract);
  return r;
}

std::string one_result_only(std::size_t results) {
  return "f has " + std::to_string(results) +
         " results, and a gradient belongs to one: check_jacobian takes them all";
}

// What a plain backward pass gives, each operation rounded to the format.
template <Dtype D>
std::vector<double> backward_in(const Graph& graph) {
  const Graph g = gradproof::gradient(graph);
  const Evaluation<Rounded<D>> values = evaluate<Rounded<D>>(g);
  std::vector<double> result;
  for (std::size_t i = graph.outputs().size(); i < g.outputs().size(); ++i)
    for (const Rounded<D>& v : values[g.outputs()[i].node]) result.push_back(v.value());
  return result;
}
std::vector<double> backward(const Graph& graph, Dtype dtype) {
  switch (dtype) {
    case Dtype::f16: return backward_in<Dtype::f16>(graph);
    case Dtype::bf16: return backward_in<Dtype::bf16>(graph);
    case Dtype::f32: return backward_in<Dtype::f32>(graph);
    case Dtype::f64: return backward_in<Dtype::f64>(graph);
  }
  return {};
}

// Numbers of [1, 2) with either sign, in eighths: no entry is hidden by a 0, and none by its neighbours.
std::vector<double> direction(std::size_t size, std::uint64_t seed) {
  Draw draw(seed, size);
  std::vector<double> result;
  for (std::size_t i = 0; i < size; ++i) {
    const double size_of_it = draw.between(8, 15) / 8.0;
    result.push_back(draw.chance(1, 2) ? size_of_it : -size_of_it);
  }
  return result;
}

Claim directed_claim(const Product& product, const std::vector<double>& d) {
  Claim claim;
  if (product.wide)
    claim.wide = [&product, &d](std::span<const double> x, std::size_t n) { return product.wide(x, d, n); };
  if (product.narrow)
    claim.narrow = [&product, &d](std::span<const float> x, std::size_t n) {
      return product.narrow(x, std::vector<float>(d.begin(), d.end()), n);
    };
  return claim;
}

// One check: x is looked at, f is known, the claim is asked for, both are compared.
template <class Know>
CheckResult checked(const Function& f, const Claim& claimed, const std::vector<double>& at,
                    std::string_view letter, const CheckOptions& options, Know know) {
  CheckResult r = started(f, options);
  const auto x = point(at, options);
  if (!x) return concluded(std::move(r), Verdict::undecided, x.error());
  const RowsOrReason rows = know(*x);
  if (!rows) return concluded(std::move(r), Verdict::undecided, rows.error());
  const auto claim = claims(claimed, *x, rows->right.size(), options.dtype);
  if (!claim) return concluded(std::move(r), Verdict::fails, claim.error());
  const std::size_t cols = letter.empty() ? x->size() : rows->right.size();
  return compared(std::move(r), *rows, *claim, {cols, letter}, *x, options);
}

}  // namespace

CheckResult gradient(const Function& f, const Claim& claimed, const std::vector<double>& at,
                     const CheckOptions& options) {
  return checked(f, claimed, at, "x", options, [&](const std::vector<double>& x) -> RowsOrReason {
    RowsOrReason rows = jacobian_of(f, x, options);
    if (rows && rows->values.size() != 1) return one_result_only(rows->values.size());
    return rows;
  });
}

CheckResult jacobian(const Function& f, const Claim& claimed, const std::vector<double>& at,
                     const CheckOptions& options) {
  return checked(f, claimed, at, "", options,
                 [&](const std::vector<double>& x) { return jacobian_of(f, x, options); });
}

CheckResult hessian(const Function& f, const Claim& claimed, const std::vector<double>& at,
                    const CheckOptions& options) {
  return checked(f, claimed, at, "", options, [&](const std::vector<double>& x) -> RowsOrReason {
    RowsOrReason rows = hessian_of(f, x, options);
    if (rows && rows->values.size() != 1) return one_result_only(rows->values.size());
    return rows;
  });
}

CheckResult products(Side side, const Function& f, const Product& claimed, const std::vector<double>& at,
                     const CheckOptions& options) {
  std::vector<double> d;
  const auto know = [&](const std::vector<double>& x) -> RowsOrReason {
    RowsOrReason rows = jacobian_of(f, x, options);
    if (!rows) return rows;
    const std::size_t m = rows->values.size(), n = x.size();
    d = direction(side == Side::vjp ? m : n, options.seed);
    Rows products{{}, rows->values, rows->border, rows->graph};
    for (std::size_t i = 0; i < (side == Side::vjp ? n : m); ++i) {
      std::vector<Right> terms;
      for (std::size_t k = 0; k < d.size(); ++k)
        terms.push_back(rows->right[side == Side::vjp ? k * n + i : i * n + k]);
      products.right.push_back(weighted(terms, d, options.dtype));
    }
    return products;
  };
  return checked(f, directed_claim(claimed, d), at, side == Side::vjp ? "x" : "y", options, know);
}

namespace {

RowsOrReason known_along(Order order, const Function& f, const std::vector<double>& x,
                         const std::vector<double>& direction, const CheckOptions& options) {
  RowsOrReason rows =
    order == Order::second ? hessian_along(f, x, direction, options) : third_along(f, x, direction, options);
  if (rows && rows->values.size() != 1) return one_result_only(rows->values.size());
  return rows;
}

}  // namespace

CheckResult along(Order order, const Function& f, const Product& claimed, const std::vector<double>& at,
                  const CheckOptions& options) {
  const std::vector<double> d = direction(at.size(), options.seed);
  const std::string_view letter = order == Order::second ? "x" : "";
  return checked(f, directed_claim(claimed, d), at, letter, options,
                 [&](const std::vector<double>& x) { return known_along(order, f, x, d, options); });
}

CheckResult third(const Function& f, const Claim& claimed, const std::vector<double>& at,
                  const CheckOptions& options) {
  return checked(f, claimed, at, "x", options,
                 [&](const std::vector<double>& x) { return known_along(Order::third, f, x, {1}, options); });
}

CheckResult oracles(const Function& f, const std::vector<double>& at, const CheckOptions& options) {
  std::optional<Graph> graph;
  const auto know = [&](const std::vector<double>& x) -> RowsOrReason {
    RowsOrReason rows = jacobian_of(f, x, options);
    if (rows && rows->values.size() != 1) return one_result_only(rows->values.size());
    if (rows) graph = rows->graph;
    return rows;
  };
  const Claim by_engine{[&](std::span<const double>, std::size_t) { return backward(*graph, options.dtype); },
                        {}};
  CheckResult r = checked(f, by_engine, at, "x", options, know);
  if (!graph) return r;
  constexpr std::int64_t digits_of_oracles = 30;
  const CheckReport report = check_graph(*graph, digits_of_oracles);
  for (const OracleRow& row : report.rows) {
    if (row.outcome == Outcome::not_applicable) continue;
    r.oracles.push_back(row.oracle + " " + std::string(name(row.outcome)) +
                        (row.note.empty() ? "" : ": " + row.note));
    if (row.outcome == Outcome::fails)
      r = concluded(std::move(r), Verdict::fails, "an oracle contradicts what is proven");
  }
  if (report.rows.empty() && r.reason.empty()) r.reason = report.reason;
  return r;
}

namespace {

// <weights, product>, and the sum of the terms' absolute values.
struct Inner {
  Real value{0, Bits{256}};
  double bulk = 0;
};
Inner inner(const std::vector<double>& weights, const std::vector<double>& product) {
  Inner sum;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    sum.value = sum.value + Real(weights[i], Bits{256}) * Real(product[i], Bits{256});
    sum.bulk += std::abs(weights[i] * product[i]);
  }
  return sum;
}

// One side of the identity, and what rounding is seen to change in it.
struct OneSide {
  Inner inner;
  double noise;
};
using OneSideOrReason = Result<OneSide, std::string>;

OneSideOrReason one_side(const Claim& claim, const std::vector<double>& x, const std::vector<double>& weights,
                         Dtype dtype) {
  const auto product = claims(claim, x, weights.size(), dtype);
  if (!product) return product.error();
  const auto along = [&](double /*the point is x*/) {
    const auto again = claims(claim, x, weights.size(), dtype);
    return again ? inner(weights, *again).value.to_double() : std::numeric_limits<double>::quiet_NaN();
  };
  return OneSide{inner(weights, *product), rounding_spread(along, 0)};
}

}  // namespace

CheckResult adjoint(const Product& jvp, const Product& vjp, const std::vector<double>& at,
                    std::size_t results, const CheckOptions& options) {
  CheckResult r = started({}, options);
  r.way = "the other product, both rounded in all directions";
  const auto x = point(at, options);
  if (!x) return concluded(std::move(r), Verdict::undecided, x.error());
  constexpr std::uint64_t pairs = 8;
  for (std::uint64_t k = 0; k < pairs; ++k) {
    const std::vector<double> v = direction(x->size(), options.seed + 2 * k);
    const std::vector<double> w = direction(results, options.seed + 2 * k + 1);
    const auto forward = one_side(directed_claim(jvp, v), *x, w, options.dtype);
    if (!forward) return concluded(std::move(r), Verdict::fails, "jvp: " + forward.error());
    const auto back = one_side(directed_claim(vjp, w), *x, v, options.dtype);
    if (!back) return concluded(std::move(r), Verdict::fails, "vjp: " + back.error());
    // Four ulps of each product, and twice what rounding changes.
    const double bulk = forward->inner.bulk + back->inner.bulk;
    const Right right{Enclosure{forward->inner.value, forward->inner.value},
                      8 * unit_roundoff(options.dtype) * bulk + 2 * (forward->noise + back->noise),
                      bulk,
                      false,
                      {}};
    CheckedEntry e = judged(right, back->inner.value.to_double(), 0, false, options);
    e.place = "pair " + std::to_string(k + 1);
    if (e.verdict == Verdict::holds && e.power) r.power = std::max(r.power.value_or(0), *e.power);
    r.entries.push_back(std::move(e));
  }
  r.verdict = overall(r.entries);
  return r;
}

}  // namespace calling

}  // namespace gradproof::inline v0
