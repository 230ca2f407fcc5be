#include "verify/schedule_causes.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gradproof::inline v0 {

namespace {

double p(const Moment& m) { return m.i / m.n; }
double d(const Moment& m) { return m.hi - m.lo; }
double e(const Moment& m) { return std::exp(-m.alpha * p(m)); }
// The formula from 0 to 1, and from lo to hi, with another p.
double rise(const Moment& m, double at) { return 2 / (1 + std::exp(-m.alpha * at)) - 1; }
double with_p(const Moment& m, double at) { return m.lo + d(m) * rise(m, at); }
double right(const Moment& m) { return with_p(m, p(m)); }

// The largest argument of exp in double; what goes beyond raises or is infinite.
constexpr double largest_exponent = 709.78;

struct ScheduleSignature {
  double (*predicted)(const Moment&);
  const char* cause;
  const char* mend;
};

const char* const formula = "lo + (hi - lo) * (2 / (1 + exp(-alpha * i / n)) - 1)";

using M = const Moment&;
// The likelier first. Where a schedule takes no lo and hi, several say the same.
const ScheduleSignature table[] = {
  {[](M m) { return m.alpha * p(m) > largest_exponent ? NAN : right(m); },
   "exp overflows where α·i/n is large: it is exp(+α·i/n) that is computed",
   "use exp(-alpha * i / n), which can only become 0"},
  {[](M m) { return m.lo + d(m) * (2 / (1 + 1 / e(m)) - 1); }, "the exponent has the wrong sign: exp(+α·i/n)",
   "use exp(-alpha * i / n)"},
  {[](M m) { return with_p(m, std::floor(p(m))); },
   "i / n is an integer division, which is 0 until the last step",
   "divide as floating-point numbers: i / n, not i // n"},
  {[](M m) { return m.lo + d(m) * (2 / (1 + std::exp(std::floor(-m.alpha * m.i / m.n))) - 1); },
   "α·i / n is an integer division", "divide as floating-point numbers, not with //"},
  {[](M m) { return m.lo + d(m) * 2 / (1 + e(m)); },
   "the -1 is missing: it begins at hi, and ends twice as high", "2 / (1 + exp(-alpha * i / n)) - 1"},
  {[](M m) { return m.lo + d(m) / (1 + e(m)); },
   "the sigmoid alone is used: the factor 2 and the -1 are missing, so that it begins half-way",
   "2 / (1 + exp(-alpha * i / n)) - 1"},
  {[](M m) { return m.lo + d(m) * (1 / (1 + e(m)) - 1); }, "the factor 2 is missing",
   "2 / (1 + exp(-alpha * i / n)) - 1"},
  {[](M m) { return m.lo + d(m) * 2 / (1 + e(m)) - 1; },
   "the parentheses stand in the wrong place: the -1 is not multiplied by hi - lo", formula},
  {[](M m) { return m.lo + d(m) * (2 / (1.0) + e(m) - 1); },
   "the parentheses stand in the wrong place: 2 / 1 + exp(…)", "2 / (1 + exp(…)) - 1"},
  {[](M m) { return 2 * d(m) + e(m) - d(m) + m.lo; },
   "the parentheses stand in the wrong place: … / 1 + exp(…)", "… / (1 + exp(…))"},
  {[](M m) { return m.lo + d(m) * 2 / e(m); },
   "the parentheses stand in the wrong place: the -1 belongs behind the fraction, and stands in its "
   "denominator",
   "2 / (1 + exp(…)) - 1"},
  {[](M m) { return m.lo + d(m) * (2 / (1 + std::exp(-m.alpha) * p(m)) - 1); },
   "the parentheses stand in the wrong place: exp(-α)·i/n", "exp(-alpha * i / n)"},
  {[](M m) { return m.lo + d(m) * (2 / (1 + std::exp(-m.alpha * m.i) / m.n) - 1); },
   "the parentheses stand in the wrong place: exp(-α·i)/n", "exp(-alpha * i / n)"},
  {[](M m) { return 2 * d(m) / (1 + e(m)) - m.hi; },
   "the parentheses stand in the wrong place: hi - lo is subtracted as - hi - lo", "… - (hi - lo) + lo"},
  {[](M m) { return m.lo + m.hi - m.lo * rise(m, p(m)); },
   "the parentheses stand in the wrong place: hi - lo·(…)", "(hi - lo) * (…)"},
  {[](M m) { return with_p(m, (m.i + 1) / m.n); }, "the steps are off by one: it is a step ahead",
   "begin with i = 0"},
  {[](M m) { return with_p(m, (m.i - 1) / m.n); }, "the steps are off by one: it is a step behind",
   "let step i be i / n"},
  {[](M m) { return with_p(m, std::max(m.i - 1, 0.) / m.n); },
   "the steps are off by one: it is a step behind", "let step i be i / n"},
  {[](M m) { return with_p(m, m.i / (m.n - 1)); }, "the steps are off by one: i is divided by n - 1",
   "divide by n"},
  {[](M m) { return with_p(m, m.i / std::max(m.n - 1, 1.)); },
   "the steps are off by one: i is divided by n - 1", "divide by n"},
  {[](M m) { return with_p(m, m.i / (m.n + 1)); }, "the steps are off by one: i is divided by n + 1",
   "divide by n"},
  {[](M m) { return with_p(m, (m.i + 1) / (m.n + 1)); },
   "the steps are off by one, above and below: (i + 1) / (n + 1)", "i / n"},
  {[](M m) { return m.i >= m.n ? m.hi : right(m); },
   "it ends at hi exactly; the formula ends short of it, at 0.99991 of the way for α = 10",
   "leave the last step to the formula"},
  {[](M m) { return m.lo + d(m) * rise(m, p(m)) / rise(m, 1); },
   "it is stretched so that it ends at hi exactly; the formula ends short of it, at 0.99991 of the way for α "
   "= 10",
   "do not divide by the last value"},
  {[](M m) { return m.hi * rise(m, p(m)); }, "lo is ignored", formula},
  {[](M m) { return m.lo + m.hi * rise(m, p(m)); }, "lo is ignored in the height: hi where hi - lo belongs",
   formula},
  {[](M m) { return d(m) * rise(m, p(m)); }, "lo is ignored at the beginning: it is not added", formula},
  {[](M m) { return m.lo + (1 - m.lo) * rise(m, p(m)); }, "hi is ignored: 1 stands in its place", formula},
  {[](M m) { return rise(m, p(m)); }, "lo and hi are ignored", formula},
  {[](M m) { return m.hi - d(m) * rise(m, p(m)); }, "lo and hi are swapped: it goes from hi to lo", formula},
  {[](M m) { return m.lo + d(m) * p(m); }, "it is linear in i and not logistic", formula},
  {[](M m) { return m.lo + d(m) * std::min(p(m), 1.0); }, "it is linear in i and not logistic", formula},
  {[](M m) { return m.lo + d(m) * (1 - std::cos(std::numbers::pi * p(m))) / 2; },
   "it is a cosine and not logistic", formula},
  {[](M m) { return m.lo + d(m) * (1 - e(m)); },
   "it is 1 - exp(-α·i/n): the denominator 1 + exp(-α·i/n) is missing", formula},
  {[](M m) { return m.lo + d(m) * std::tanh(m.alpha * p(m)); },
   "tanh(α·i/n) is twice as steep: 2/(1+exp(-αp)) - 1 is tanh(αp/2)", "tanh(alpha * i / n / 2)"},
  {[](M m) { return with_p(m, std::fmod(m.i, m.n) / m.n); }, "it begins anew after n steps",
   "let i grow on, or hold it at n"},
  {[](M m) { return m.lo; }, "it is stuck at its first value, lo",
   "count the steps, and compute the coefficient from the count each time"},
  {[](M m) { return m.hi; }, "it is stuck at hi",
   "count the steps, and compute the coefficient from the count each time"},
  {[](M m) { return -right(m); }, "its sign is wrong",
   "λ grows from lo to hi; the minus sign is the layer's"},
};

// Wrong formulas may lose some digits where the right one loses few.
bool near(const Told& t, double predicted) {
  const double scale = std::max({1.0, std::abs(t.at.lo), std::abs(t.at.hi), std::abs(predicted)});
  return std::abs(*t.value - predicted) <= std::ldexp(scale, t.dtype == Dtype::f64 ? -40 : -15);
}

bool explains(const Told& t, double predicted) {
  // Some languages raise where exp overflows or a divisor is 0, such as n - 1 where n is 1.
  if (!t.value || !std::isfinite(*t.value))
    return !std::isfinite(predicted) || t.at.alpha * p(t.at) > largest_exponent || t.at.n == 1;
  return std::isfinite(predicted) && near(t, predicted);
}

// Whether a formula gives what was said, of a schedule that goes on beyond n or of one that stays there.
template <class F>
bool follows(const std::vector<const Told*>& plain, F predicted) {
  return std::ranges::all_of(plain, [&](const Told* t) {
    Moment last = t->at;
    last.i = std::min(last.i, last.n);
    return explains(*t, predicted(t->at)) || explains(*t, predicted(last));
  });
}

// Constants of the subject's own: its α, or the first coefficient that it was asked for.
std::optional<Named> named_by_constant(const std::vector<const Told*>& plain) {
  const Told& first = *plain.front();
  if (!first.value) return {};
  const double s = (*first.value - first.at.lo) / d(first.at),
               alpha = std::log((1 + s) / (1 - s)) / p(first.at);
  if (std::isfinite(alpha) && follows(plain, [&](Moment m) { return m.alpha = alpha, right(m); }))
    return Named{"α is ignored: it is always " + Literal(std::nearbyint(alpha * 1024) / 1024).text(),
                 formula};
  if (follows(plain, [&](M) { return *first.value; }))
    return Named{"it is stuck at its first value", "compute the coefficient from the step each time"};
  for (int digits = 1; digits <= 6; ++digits) {
    const double scale = std::pow(10, digits);
    if (follows(plain, [&](M m) { return std::nearbyint(right(m) * scale) / scale; }))
      return Named{"it is rounded to " + std::to_string(digits) + (digits == 1 ? " decimal" : " decimals"),
                   "round where it is printed, and nowhere else"};
  }
  return {};
}

// What objects do wrong that count their steps.
std::optional<Named> named_by_use(const std::vector<Told>& told) {
  for (const Told& t : told) {
    if (t.holds || t.use == asked_once) continue;
    if (t.use == asked_again)
      return Named{"it advances each time that it is used, and not by step()",
                   "let step() alone count, once for each step of training"};
    if (t.use == in_evaluation)
      return Named{"it goes on in evaluation mode", "count the steps of training alone: if self.training"};
    return Named{"the count of steps is shared by all objects",
                 "keep the count on the object, not on its class or in a global"};
  }
  return {};
}

}  // namespace

std::optional<Named> named_by_schedule(const std::vector<Told>& told) {
  std::vector<const Told*> plain;
  for (const Told& t : told)
    if (t.use == asked_once) plain.push_back(&t);
  if (plain.empty() || std::ranges::all_of(plain, [](const Told* t) { return t->holds; }))
    return named_by_use(told);
  for (const ScheduleSignature& s : table)
    if (follows(plain, s.predicted)) return Named{s.cause, s.mend};
  if (auto n = named_by_constant(plain)) return n;
  const auto single = [](const Told* t) {
    return t->value && std::abs(*t->value - coefficient(t->at)) <= coefficient_error(t->at, Dtype::f32);
  };
  if (std::ranges::all_of(plain, single))
    return Named{"it is computed in float32 and handed out as float64",
                 "compute it in float64, as Python does by itself"};
  return {};
}

}  // namespace gradproof::inline v0
