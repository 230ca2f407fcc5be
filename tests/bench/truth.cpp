#include "truth.hpp"

#include <fmt/format.h>

#include <cassert>

#include "gradproof/analysis.hpp"
#include "gradproof/real.hpp"
#include "graphs.hpp"
#include "ours.hpp"

namespace gradproof::inline v0::bench {

namespace {

// How far an answer may be off, in multiples of the rounding bound of our own gradient graph. A peer does the
// same multiplications and additions, in an order of its own, which the bound allows for; but it may find
// tanh' in another way. Ours is 1 - y^2: y off by 4 u |y|, and one rounding of the product and of the
// difference make u (1 + 10 y^2), which is u at least. Sacado's is (1/cosh x)^2: 4 u for cosh, one for the
// reciprocal, twice that and one for the square make 11 u (1 - y^2), which is 11 u at most. Both let the error
// of x through alike. 12 is above the ratio, and leaves room for the higher orders.
constexpr int allowance = 12;

Graph gradient_of(const std::string& job) {
  assert(job == "job A" || job == "job B");
  return gradient(job == "job A" ? graph_of(job_a()) : graph_of(job_b()));
}

}  // namespace

struct Truth::Job {
  explicit Job(const std::string& name) : graph(gradient_of(name)) {
    const Bounds bounds = rounding_bounds(graph, Dtype::f64);
    assert(!bounds.overflows);
    for (const auto& output : bounds.outputs)
      for (const Bound& bound : output) bound_at_double.push_back(bound.error);
  }
  // With 64 bits more than asked for: what the truth itself is off by is 2^-64 of the bound.
  const std::vector<Real>& at(int bits) {
    std::vector<Real>& found = entries[bits];
    if (found.empty()) found = results(graph, evaluate<Real>(graph, Bits{bits + 64}));
    return found;
  }
  Graph graph;
  std::vector<double> bound_at_double;
  std::map<int, std::vector<Real>> entries;
};

Truth::Truth() = default;
Truth::~Truth() = default;

Truth::Job& Truth::job(const std::string& name) {
  std::unique_ptr<Job>& found = jobs_[name];
  if (!found) found = std::make_unique<Job>(name);
  return *found;
}

std::optional<std::string> Truth::disagreement(const Subject& subject, const Answer& answer) {
  Job& truth = job(subject.job);
  const std::vector<Real>& expected = truth.at(answer.bits);
  const std::size_t wanted = subject.quantity == value_only ? 1 : expected.size();
  if (answer.entries.size() != wanted)
    return fmt::format("{} numbers, where {} are asked for", answer.entries.size(), wanted);
  for (std::size_t i = 0; i < wanted; ++i) {
    const auto literal = Literal::parse(answer.entries[i]);
    if (!literal || !literal->is_finite()) return fmt::format("entry {} is {}", i, answer.entries[i]);
    // Roundings shrink with u = 2^-bits; the bound is that of double.
    Real allowed(allowance * truth.bound_at_double[i], Bits{64});
    mpfr_mul_2si(allowed.get(), allowed.get(), 53 - answer.bits, MPFR_RNDU);
    Real off = Real(*literal, Bits{answer.bits + 64}) - expected[i];
    mpfr_abs(off.get(), off.get(), MPFR_RNDN);
    if (!(off <= allowed))
      return fmt::format("entry {} is {}, where {} is right (allowed: {})", i, answer.entries[i],
                         expected[i].text(20), allowed.text(3));
  }
  return {};
}

}  // namespace gradproof::inline v0::bench
