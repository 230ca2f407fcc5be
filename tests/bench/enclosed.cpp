#include "enclosed.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "gradproof/calculus.hpp"
#include "gradproof/real.hpp"
#include "graphs.hpp"
#include "number/ball.hpp"
#include "ours.hpp"

namespace gradproof::inline v0::bench {

namespace {

Ready enclosing(std::shared_ptr<const Graph> graph, int digits_wanted) {
  const auto values = std::make_shared<Evaluation<Ball>>(*graph, digits(digits_wanted), Keep::outputs);
  return {[graph, values] { values->run(); }, {}, {}};
}

// log2(radius / |midpoint|), to a few units of 2^-29: radii have 30 bits.
double relative_radius_bits(arb_srcptr x) {
  mag_t middle;
  mag_init(middle);
  arf_get_mag(middle, arb_midref(x));
  const mag_srcptr radius = arb_radref(x);
  const auto log2_of = [](mag_srcptr m) {
    return std::log2(static_cast<double>(MAG_MAN(m))) + static_cast<double>(MAG_EXP(m));
  };
  const double bits = mag_is_zero(radius) != 0 ? -INFINITY : log2_of(radius) - log2_of(middle);
  mag_clear(middle);
  return bits;
}

}  // namespace

std::vector<Subject> enclosed(const std::vector<int>& digits) {
  std::vector<Subject> subjects;
  for (const int d : digits) {
    if (d == 16) continue;
    subjects.push_back({"job A", d, enclosed_name, value_only,
                        [=] { return enclosing(std::make_shared<Graph>(graph_of(job_a())), d); }});
    subjects.push_back({"job A", d, enclosed_name, with_gradient,
                        [=] { return enclosing(std::make_shared<Graph>(gradient(graph_of(job_a()))), d); }});
  }
  return subjects;
}

std::vector<Entry> enclosure_quality(const Subject& subject) {
  const Graph derivative = gradient(graph_of(job_a()));
  const Bits working = digits(subject.digits);
  const auto balls = results(derivative, evaluate<Ball>(derivative, working));
  const auto truth = results(derivative, evaluate<Real>(derivative, digits(4L * subject.digits)));
  double held = 0, lost_bits = 0;
  for (std::size_t i = 1; i < balls.size(); ++i) {  // the first is the value
    if (arb_contains_mpfr(balls[i].get(), truth[i].get()) != 0) ++held;
    lost_bits =
      std::max(lost_bits, static_cast<double>(working.count) + relative_radius_bits(balls[i].get()));
  }
  const auto entry = [&](const char* quantity, double amount, const char* unit) {
    return Entry{.job = subject.job,
                 .digits = subject.digits,
                 .subject = subject.name,
                 .quantity = quantity,
                 .amount = amount,
                 .unit = unit};
  };
  return {entry("entries_enclosing_truth", held, "entries"),
          entry("digits_lost", lost_bits * 0.30103, "decimal digits")};
}

}  // namespace gradproof::inline v0::bench
