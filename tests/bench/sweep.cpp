#include "sweep.hpp"

#include <algorithm>
#include <cassert>
#include <memory>

#include "gradproof/real.hpp"
#include "graphs.hpp"
#include "ours.hpp"

namespace gradproof::inline v0::bench {

namespace {

Graph sweep_gradient() { return gradient(graph_of(network(4, 8))); }

// log10 of |x|, also where x is far below the least double.
double log10_of(const Real& x) {
  Real logarithm(Bits{64});
  mpfr_abs(logarithm.get(), x.get(), MPFR_RNDN);
  mpfr_log10(logarithm.get(), logarithm.get(), MPFR_RNDN);
  return logarithm.to_double();
}

// -log10 of the worst |x - truth| / |truth|.
double digits_in_common(const std::vector<Real>& x, const std::vector<Real>& truth) {
  assert(x.size() == truth.size());
  double worst = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < x.size(); ++i)
    worst = std::max(worst, log10_of(x[i] - truth[i]) - log10_of(truth[i]));
  return -worst;
}

std::vector<Real> found_at(const Graph& derivative, int digits_wanted) {
  if (digits_wanted != 16) return results(derivative, evaluate<Real>(derivative, digits(digits_wanted)));
  std::vector<Real> found;
  for (const double x : results(derivative, evaluate<double>(derivative))) found.emplace_back(x, Bits{53});
  return found;
}

}  // namespace

std::vector<Subject> sweep(bool quick) {
  std::vector<Subject> subjects;
  for (const int d :
       {16, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10000}) {
    if (quick && d > 1000) continue;
    subjects.push_back({sweep_name, d, our_name, with_gradient, [=] {
                          Ready ready = evaluation(std::make_shared<const Graph>(sweep_gradient()), d);
                          ready.answer = {};  // judged by correct_digits
                          return ready;
                        }});
  }
  return subjects;
}

std::vector<Entry> correct_digits(const Subject& subject) {
  const Graph derivative = sweep_gradient();
  const auto entry = [&](const char* quantity, double amount, const char* unit) {
    return Entry{.job = subject.job,
                 .digits = subject.digits,
                 .subject = subject.name,
                 .quantity = quantity,
                 .amount = amount,
                 .unit = unit};
  };
  const auto truth = results(derivative, evaluate<Real>(derivative, digits(2L * subject.digits)));
  const double bits = subject.digits == 16 ? 53 : static_cast<double>(digits(subject.digits).count);
  return {
    entry("precision", bits, "bits"),
    entry("correct_digits", digits_in_common(found_at(derivative, subject.digits), truth), "decimal digits")};
}

}  // namespace gradproof::inline v0::bench
