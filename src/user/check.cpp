#include "gradproof/check.hpp"

#include <algorithm>
#include <cmath>
#include <exception>

#include "gradproof/text.hpp"
#include "user/cause.hpp"
#include "user/recording.hpp"
#include "user/right.hpp"

namespace gradproof {

namespace {

std::string words(const Contract& c) {
  switch (c.kind) {
    case Contract::Kind::derivative: return "derivative";
    case Contract::Kind::reversal: return "reversal of strength " + Literal(-c.factor).text();
    case Contract::Kind::scale: return "scale by " + Literal(c.factor).text();
    case Contract::Kind::stop: return "stop";
    case Contract::Kind::straight_through: return "straight-through";
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
  r.way = f.traced ? "a proven interval" : "differences with an error bar, f being known in double only";
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

std::string of_exception(const std::string& who) {
  try {
    throw;
  } catch (const std::exception& e) {
    return who + " threw an exception: " + e.what();
  } catch (...) {
    return who + " threw an exception";
  }
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

// What is right for a function with one or more results: the rows of its Jacobian, one after the other.
struct Known {
  std::vector<Right> right;
  std::vector<double> values;  // of f, in double
  std::string border;          // why a generic f has no one gradient here
  std::string graph;
};
using KnownOrReason = Result<Known, std::string>;

KnownOrReason recorded(const Function& f, const std::vector<double>& x, const CheckOptions& options) {
  Recording recording(x, options.contract.kind == Contract::Kind::straight_through
                           ? Rounding::straight_through
                           : Rounding::constant);
  Known known;
  std::vector<Traced> results;
  try {
    results = f.traced(recording.inputs(), 1);
  } catch (...) {
    return of_exception("f");
  }
  std::vector<double> factors(results.size(), options.contract.factor);
  for (std::size_t i = 0; i < results.size(); ++i) {
    known.values.push_back(results[i].value());
    const auto graph = recording.graph(std::span(results).subspan(i, 1), std::span(factors).subspan(i, 1));
    if (!graph) return graph.error();
    const std::vector<Right> row = gradient_of(*graph, options.dtype);
    known.right.insert(known.right.end(), row.begin(), row.end());
  }
  known.border = recording.border();
  if (const auto whole = recording.graph(results, factors)) known.graph = print(*whole);
  return known;
}

KnownOrReason measured(const Function& f, const std::vector<double>& x, const CheckOptions& options) {
  Known known;
  try {
    known.values = f.plain(x, 1);
    for (std::size_t i = 0; i < known.values.size(); ++i) {
      const Component component = [&](std::span<const double> at) { return f.plain(at, 1).at(i); };
      const std::vector<Right> row = slopes_of(component, x, options);
      known.right.insert(known.right.end(), row.begin(), row.end());
    }
  } catch (...) {
    return of_exception("f");
  }
  return known;
}

KnownOrReason known_of(const Function& f, const std::vector<double>& x, const CheckOptions& options) {
  return f.traced ? recorded(f, x, options) : measured(f, x, options);
}

// What an entry is compared with that is 0 as far as differences can tell: the largest entry, or, where all are
// 0, the slope of a function that changes by its own value as x does.
double scale_of(const Known& known, const std::vector<double>& x) {
  double scale = 0;
  for (const Right& r : known.right)
    if (r.truth) scale = std::max(scale, std::abs(middle(*r.truth).to_double()));
  if (scale > 0) return scale;
  for (const double v : known.values)
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

// Fills a result from what is known and what is claimed, cols entries to a row.
CheckResult compared(CheckResult r, const Known& known, const std::vector<double>& claimed, std::size_t cols,
                     const std::vector<double>& x, const CheckOptions& options) {
  const double scale = scale_of(known, x);
  const bool is_row = known.right.size() == cols;
  for (std::size_t i = 0; i < known.right.size(); ++i) {
    const std::size_t entry = i % cols;
    const bool kink_is_known = std::ranges::any_of(options.kinks, [&](const Kink& k) {
      return k.entry == entry && k.at == x[std::min(entry, x.size() - 1)];
    });
    CheckedEntry e = judged(known.right[i], claimed[i], scale, kink_is_known, options);
    e.place = is_row ? "x[" + std::to_string(i) + "]"
                     : "[" + std::to_string(i / cols) + "," + std::to_string(entry) + "]";
    if (!known.border.empty()) {
      e.verdict = Verdict::undecided;
      e.reason = known.border;
    }
    if (e.verdict == Verdict::holds && e.power) r.power = std::max(r.power.value_or(0), *e.power);
    r.entries.push_back(std::move(e));
  }
  r.verdict = overall(r.entries);
  r.graph = known.graph;
  r.cause = likely_cause(claimed, known.right, r.entries, cols, options.contract);
  return r;
}

}  // namespace

CheckResult gradient(const Function& f, const Claim& claimed, const std::vector<double>& at,
                     const CheckOptions& options) {
  CheckResult r = started(f, options);
  const auto x = point(at, options);
  if (!x) return concluded(std::move(r), Verdict::undecided, x.error());
  const auto known = known_of(f, *x, options);
  if (!known) return concluded(std::move(r), Verdict::undecided, known.error());
  if (known->values.size() != 1)
    return concluded(std::move(r), Verdict::undecided,
                     "f has " + std::to_string(known->values.size()) +
                       " results, and a gradient belongs to one: check_jacobian takes them all");
  const auto claim = claims(claimed, *x, x->size(), options.dtype);
  if (!claim) return concluded(std::move(r), Verdict::fails, claim.error());
  return compared(std::move(r), *known, *claim, x->size(), *x, options);
}

}  // namespace calling

}  // namespace gradproof
