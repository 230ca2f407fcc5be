#include "verify/factors.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>

namespace gradproof::inline v0 {

namespace {

using Seen = std::vector<Observation>;

// Six digits read well; a factor that is not quite 1 is shown as what it is.
std::string number(double v) {
  if (std::isnan(v)) return "nan";
  std::array<char, 40> buffer{};
  const bool hidden = v != std::round(v) && std::abs(v - std::round(v)) <= 1e-5 * std::abs(v);
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), v, std::chars_format::general,
                                 hidden ? 17 : 6);
  return {buffer.data(), end.ptr};
}

double right(const Observation& o) { return -o.lambda * o.g; }

// A wrong formula may round some eight times where the right one rounds once.
bool near(Dtype dtype, double a, double b) { return a == b || std::abs(a - b) <= 8 * ulp(dtype, a); }

// The probes of each strength.
std::vector<std::span<const Observation>> by_strength(const Seen& seen) {
  std::vector<std::span<const Observation>> groups;
  for (std::size_t at = 0; at < seen.size();) {
    std::size_t end = at;
    while (end < seen.size() && seen[end].lambda == seen[at].lambda) ++end;
    groups.push_back(std::span(seen).subspan(at, end - at));
    at = end;
  }
  return groups;
}

// Another call's strength: that of the first, or that of the one before.
std::optional<Named> another_strength(const Seen& seen, Dtype dtype) {
  const auto groups = by_strength(seen);
  if (groups.size() < 2) return {};
  const auto uses = [&](auto strength_at) {
    for (std::size_t i = 0; i < groups.size(); ++i)
      for (const Observation& o : groups[i])
        if (!near(dtype, -strength_at(i) * o.g, o.gx)) return false;
    return true;
  };
  if (uses([&](std::size_t) { return groups[0][0].lambda; }))
    return Named{
      "the first λ is used for ever, also by later layers and calls (a cache, a trace, a constant)",
      "let λ be part of the cache's key, or pass it at each call"};
  if (uses([&](std::size_t i) { return groups[i == 0 ? 0 : i - 1][0].lambda; }))
    return Named{"λ lags behind: each call uses the λ of the call before", "read λ after it is set"};
  return {};
}

// A trip through a narrower format leaves only numbers that the format has.
std::optional<Named> narrower(const Seen& seen, Dtype dtype) {
  for (const Dtype d : {Dtype::bf16, Dtype::f16, Dtype::f32}) {
    if (format(d).precision >= format(dtype).precision) continue;
    if (std::ranges::all_of(
          seen, [&](const Observation& o) { return o.gx == rounded(d, o.gx) && near(d, right(o), o.gx); }))
      return Named{"the gradient goes through " + std::string(format(d).words),
                   "compute in the dtype of grad_output"};
  }
  return {};
}

// Each factor is part of λ and part of the factor before, in proportions that two of them tell and the others confirm.
std::optional<Named> blended(const std::vector<std::pair<double, double>>& factors, Dtype dtype) {
  if (factors.size() < 5) return {};
  const auto& [l1, f1] = factors[1];
  const auto& [l2, f2] = factors[2];
  const double f0 = factors[0].second, determinant = l1 * f1 - l2 * f0;
  if (determinant == 0) return {};
  const double own = (f1 * f1 - f2 * f0) / determinant, before = (l1 * f2 - l2 * f1) / determinant;
  // The two are quotients of rounded numbers, none of which is much larger than 1.
  const double rounding = 4096 * unit_roundoff(dtype);
  // A part of each: all of the former alone is a constant.
  if (!(std::abs(own) > rounding && std::abs(before) > rounding && std::abs(before) < 1)) return {};
  for (std::size_t i = 1; i < factors.size(); ++i)
    if (!(std::abs(own * factors[i].first + before * factors[i - 1].second - factors[i].second) <= rounding))
      return {};
  return Named{
    "what the call before gave is blended into each call (momentum, a moving average of λ or of the "
    "gradient): " +
      number(before) + " of it",
    "keep no state between calls"};
}

// One factor for all entries of a strength: which function of λ is it?
std::optional<Named> function_of_strength(const Seen& seen, Dtype dtype) {
  std::vector<std::pair<double, double>> factors;
  for (const auto group : by_strength(seen)) {
    const double factor = group[0].gx / group[0].g;
    if (!std::ranges::all_of(group, [&](const Observation& o) { return near(dtype, factor * o.g, o.gx); }))
      return {};
    factors.emplace_back(group[0].lambda, factor);
  }
  if (factors.size() < 2) return {};
  const auto all = [&](auto predicted) {
    return std::ranges::all_of(factors, [&](const auto& f) {
      return std::abs(predicted(f.first) - f.second) <= 64 * ulp(dtype, std::max(1.0, std::abs(f.second)));
    });
  };
  const double ratio = factors[0].second / -factors[0].first, added = -factors[0].second - factors[0].first;
  if (all([&](double l) { return -ratio * l; }))
    return Named{"the factor is " + number(-ratio) + "·λ: a constant is multiplied in besides λ",
                 "return -λ * grad_output"};
  if (all([&](double l) { return -(l + added); }))
    return Named{"the factor is -(λ + " + number(added) + "): a constant (an epsilon?) is added to λ",
                 "use λ as it is given; nothing is divided by it"};
  if (const auto kept = blended(factors, dtype)) return kept;
  std::erase_if(factors, [&](const auto& f) { return near(dtype, -f.first, f.second); });
  if (factors.size() == 1)
    return Named{"λ = " + number(factors[0].first) + " is taken for another number: the factor is " +
                   number(factors[0].second),
                 factors[0].first == 0 ? "λ = 0 lets no gradient pass: test `λ is None`, not its truth"
                                       : "use λ as it is given"};
  if (all([&](double) { return factors[0].second; }))
    return Named{"λ is ignored: the factor is always " + number(factors[0].second),
                 "multiply by λ in backward"};
  std::string text = "λ is changed before it is used (a schedule, a bound, rounding): the factor is ";
  for (std::size_t i = 0; i < factors.size() && i < 3; ++i)
    text += (i > 0 ? ", " : "") + number(factors[i].second) + " for λ = " + number(factors[i].first);
  return Named{text, "use λ as it is given; leave a schedule to the caller"};
}

// The number rounded to so many digits after the point.
double to_decimals(double v, int decimals) {
  const double power = std::pow(10, decimals);
  return std::round(v * power) / power;
}

// The gradient, or the cotangent, keeps a few digits after the point.
std::optional<Named> of_few_decimals(const Seen& seen, const Seen& smaller, Dtype dtype) {
  const auto everywhere = [&](auto holds) {
    return std::ranges::all_of(seen, holds) && std::ranges::all_of(smaller, holds);
  };
  for (int decimals = 0; decimals <= 10; ++decimals) {
    // Half of the last digit, where two roundings to binary may have gone the other way.
    const auto result = [&](const Observation& o) {
      const double slack = 8 * ulp(dtype, right(o));
      return std::abs(o.gx - right(o)) <= 0.5 * std::pow(10, -decimals) + slack &&
             near(dtype, to_decimals(o.gx, decimals), o.gx);
    };
    const auto operand = [&](const Observation& o) {
      return near(dtype, -o.lambda * to_decimals(o.g, decimals), o.gx);
    };
    const std::string digits = "is rounded to " + std::to_string(decimals) + " decimals";
    const std::string mend = "return -λ * grad_output with all its digits";
    if (everywhere(result)) return Named{"the gradient " + digits, mend};
    if (everywhere(operand)) return Named{"the cotangent " + digits, mend};
  }
  return {};
}

// One number is added to all entries, whatever the strength.
std::optional<Named> shifted(const Seen& seen, Dtype dtype) {
  // It is seen best where it is added to the least.
  const Observation& least =
    *std::ranges::min_element(seen, {}, [](const Observation& o) { return std::abs(right(o)); });
  const double added = least.gx - right(least);
  const auto fits = [&](const Observation& o) {
    const double rounding = 8 * ulp(dtype, std::max(std::abs(right(o)), std::abs(added)));
    return std::abs(o.gx - right(o) - added) <= rounding;
  };
  const bool visible = std::ranges::any_of(seen, [&](const Observation& o) {
    return std::abs(added) > 32 * ulp(dtype, std::max(std::abs(right(o)), std::abs(added)));
  });
  if (!visible || !std::ranges::all_of(seen, fits)) return {};
  return Named{"a constant is added to the gradient: " + number(added),
               "return -λ * grad_output, and add nothing"};
}

// A multiple of the input is added, the same for all strengths.
std::optional<Named> decayed(const Seen& seen, Dtype dtype) {
  const Observation& least =
    *std::ranges::min_element(seen, {}, [](const Observation& o) { return std::abs(right(o)); });
  const double by = (least.gx - right(least)) / least.x;
  const auto size = [&](const Observation& o) { return std::max(std::abs(right(o)), std::abs(by * o.x)); };
  const bool visible = std::ranges::any_of(
    seen, [&](const Observation& o) { return std::abs(by * o.x) > 32 * ulp(dtype, size(o)); });
  const bool fits = std::ranges::all_of(seen, [&](const Observation& o) {
    return std::abs(o.gx - right(o) - by * o.x) <= 16 * ulp(dtype, size(o));
  });
  if (!visible || !fits) return {};
  return Named{"the input is added to the gradient, times " + number(by) + " (a weight decay?)",
               "return -λ * grad_output, and add nothing"};
}

// Some entries right, the others something simple.
std::optional<Named> in_part(const Seen& seen, Dtype dtype) {
  const auto is_right = [&](const Observation& o) { return near(dtype, right(o), o.gx); };
  const auto wrong_are = [&](auto predicted) {
    return std::ranges::all_of(
      seen, [&](const Observation& o) { return is_right(o) || near(dtype, predicted(o), o.gx); });
  };
  if (std::ranges::none_of(seen, [&](const Observation& o) { return o.lambda != 0 && is_right(o); }))
    return {};
  std::string where;
  const auto wrong_where = [&](auto condition) {
    return std::ranges::all_of(seen, [&](const Observation& o) { return is_right(o) || condition(o); }) &&
           std::ranges::none_of(seen, [&](const Observation& o) {
             return o.lambda != 0 && o.lambda != -1 && condition(o) && is_right(o);
           });
  };
  if (wrong_where([](const Observation& o) { return o.x < 0; })) where = ", where the input is negative";
  else if (wrong_where([](const Observation& o) { return o.g < 0; }))
    where = ", where the cotangent is negative";
  else if (wrong_where([](const Observation& o) { return o.last_row; })) where = ", in the last rows";
  else if (wrong_where([](const Observation& o) { return !o.last_row; })) where = ", in the first rows";
  const std::string mend = "scale the whole tensor: return -λ * grad_output";
  if (wrong_are([](const Observation&) { return 0.0; }))
    return Named{"only a part of the tensor is reversed: some entries get zero" + where, mend};
  if (wrong_are([](const Observation& o) { return o.g; }))
    return Named{"only a part of the tensor is reversed: some entries get g as it came" + where, mend};
  if (wrong_are([](const Observation& o) { return -o.g; }))
    return Named{"only a part of the tensor is scaled by λ: some entries get -g" + where, mend};
  if (wrong_are([](const Observation& o) { return o.lambda * o.g; }))
    return Named{"only a part of the tensor is reversed: some entries get +λ·g" + where, mend};
  return {};
}

std::optional<Named> moved(const Seen& seen, Dtype dtype) {
  for (const auto group : by_strength(seen)) {
    std::vector<double> expected, observed;
    for (const Observation& o : group) {
      expected.push_back(right(o));
      observed.push_back(o.gx);
    }
    std::ranges::sort(expected);
    std::ranges::sort(observed);
    if (!std::ranges::equal(expected, observed, [&](double a, double b) { return near(dtype, a, b); }))
      return {};
  }
  return Named{"the gradient's entries arrive at other places (flipped, transposed, rolled or shuffled)",
               "return -λ * grad_output, entry by entry: it is the sign that is reversed, not the order"};
}

// Saturation: small cotangents come through, large ones don't.
std::optional<Named> bounded(const Seen& seen, const Seen& smaller, Dtype dtype) {
  const auto is_right = [&](const Observation& o) { return near(dtype, right(o), o.gx); };
  const std::string mend = "clip in the optimiser's step, not inside the layer";
  double level = 0, scaled_level = 0;
  bool one = true, one_scaled = true, right_seen = false, wrong_seen = false, shrinks = true;
  for (const Observation& o : seen) {
    if (o.lambda == 0) continue;
    if (is_right(o)) {
      right_seen = true;
      continue;
    }
    wrong_seen = true;
    shrinks = shrinks && std::abs(o.gx) < std::abs(right(o)) && right(o) * o.gx > 0;
    const double l = std::abs(o.gx), s = std::abs(o.gx / o.lambda);
    one = one && (level == 0 || near(dtype, level, l));
    one_scaled = one_scaled && (scaled_level == 0 || near(dtype, scaled_level, s));
    level = l, scaled_level = s;
  }
  if (right_seen && wrong_seen && shrinks && (one || one_scaled))
    return Named{"the gradient is clipped, entry by entry", mend};
  if (smaller.size() != seen.size()) return {};
  bool same = true;
  for (std::size_t i = 0; i < seen.size(); ++i)
    same = same && std::abs(smaller[i].gx - seen[i].gx) <= 0x1p-8 * std::abs(seen[i].gx);
  if (same)
    return Named{"the gradient is divided by its own norm: its size does not depend on the cotangent's",
                 "return -λ * grad_output; normalise in the loss or the optimiser"};
  if (wrong_seen && shrinks && std::ranges::all_of(smaller, is_right))
    return Named{
      "the gradient is clipped (by its norm): small ones come through, larger ones are scaled down", mend};
  return {};
}

}  // namespace

std::optional<Named> named_by_factors(const Seen& seen, const Seen& smaller, Dtype dtype) {
  if (seen.empty()) return {};
  if (auto n = another_strength(seen, dtype)) return n;
  if (auto n = narrower(seen, dtype)) return n;
  if (auto n = of_few_decimals(seen, smaller, dtype)) return n;
  if (auto n = bounded(seen, smaller, dtype)) return n;
  if (auto n = function_of_strength(seen, dtype)) return n;
  if (auto n = shifted(seen, dtype)) return n;
  if (auto n = decayed(seen, dtype)) return n;
  if (auto n = in_part(seen, dtype)) return n;
  return moved(seen, dtype);
}

}  // namespace gradproof::inline v0
