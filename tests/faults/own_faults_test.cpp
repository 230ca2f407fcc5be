// Planted faults for the properties that have cases of their own: a schedule of λ, and a training.
#include <algorithm>
#include <cmath>

#include "catalogue.hpp"
#include "gradproof/ops.hpp"
#include "schedule.hpp"
#include "tests/catch.hpp"
#include "tests/faults/faults.hpp"
#include "training.hpp"

using namespace gradproof;

namespace {

// Answers what a function makes of the moment, in float64 or in float32.
template <class F>
struct Scheduled : Engine {
  explicit Scheduled(F f, Dtype dtype = Dtype::f64) : formula(f), answers_in(dtype) {}
  using Subject::run;
  std::vector<Reply> run(std::span<const Case> cases) override {
    std::vector<Reply> replies;
    for (const Case& c : cases) {
      Answer a;
      a.outputs.push_back(
        {std::string(format(answers_in).name), {}, {rounded(answers_in, formula(*moment_of(c.graph)))}});
      replies.emplace_back(std::move(a));
    }
    return replies;
  }
  F formula;
  Dtype answers_in;
};

template <class F>
std::size_t failures(F formula, Dtype dtype = Dtype::f64) {
  Scheduled<F> subject(formula, dtype);
  std::size_t count = 0;
  for (const Case& c : schedule_cases(dtype, {}))
    count += schedule_coefficients.check(subject, c).outcome == Outcome::fails ? 1 : 0;
  return count;
}

double e(const Moment& m) { return std::exp(-m.alpha * m.i / m.n); }

}  // namespace

TEST_CASE("schedule: every equal form of the formula passes, in double and in float32") {
  CHECK(failures([](const Moment& m) { return m.lo + (m.hi - m.lo) * (2 / (1 + e(m)) - 1); }) == 0);
  CHECK(failures([](const Moment& m) { return 2 * (m.hi - m.lo) / (1 + e(m)) - (m.hi - m.lo) + m.lo; }) == 0);
  CHECK(failures([](const Moment& m) { return m.lo + (m.hi - m.lo) * std::tanh(m.alpha * m.i / m.n / 2); }) ==
        0);
  CHECK(failures([](const Moment& m) { return m.lo + (m.hi - m.lo) * (1 - e(m)) / (1 + e(m)); }) == 0);
  CHECK(failures([](const Moment& m) { return m.lo - (m.lo - m.hi) * (2 / (1 + e(m)) - 1); }) == 0);
  CHECK(failures([](const Moment& m) {
          return m.lo + (m.hi - m.lo) * -std::expm1(-m.alpha * m.i / m.n) / (1 + e(m));
        }) == 0);
  CHECK(failures([](Moment m) {
          return m.i = std::min(m.i, m.n), m.lo + (m.hi - m.lo) * (2 / (1 + e(m)) - 1);
        }) == 0);
  CHECK(failures([](const Moment& m) { return m.lo + (m.hi - m.lo) * (2 / (1 + e(m)) - 1); }, Dtype::f32) ==
        0);
  const auto in_float = [](const Moment& m) {
    const auto f = [](double v) { return static_cast<float>(v); };
    return static_cast<double>(f(m.lo) +
                               (f(m.hi) - f(m.lo)) * (2 / (1 + std::exp(-f(m.alpha) * f(m.i) / f(m.n))) - 1));
  };
  CHECK(failures(in_float, Dtype::f32) == 0);
  CHECK(failures(in_float, Dtype::f64) > 10);
}

TEST_CASE("schedule: what is wrong in one place fails") {
  CHECK(failures([](const Moment& m) { return m.lo + (m.hi - m.lo) * 2 / (1 + e(m)) - 1; }) > 0);
  CHECK(failures([](const Moment& m) {
          return m.i == m.n ? m.hi : m.lo + (m.hi - m.lo) * (2 / (1 + e(m)) - 1);
        }) > 0);
  CHECK(failures([](const Moment& m) {
          const double up = std::exp(m.alpha * m.i / m.n);
          return m.lo + (m.hi - m.lo) * (up - 1) / (up + 1);
        }) > 0);
  // Beyond n neither the formula nor its value at n, but hi.
  CHECK(failures([](const Moment& m) {
          return m.i > m.n ? m.hi : m.lo + (m.hi - m.lo) * (2 / (1 + e(m)) - 1);
        }) > 0);
  CHECK(failures([](const Moment& m) {
          return (m.lo + (m.hi - m.lo) * (2 / (1 + e(m)) - 1)) * (1 + 0x1p-44);
        }) > 20);
}

TEST_CASE("schedule: the graph is the formula, and no other graph is") {
  const Moment m{3, 10, 0.1, 0.7, 5};
  const auto back = moment_of(schedule_graph(m));
  REQUIRE(back);
  CHECK((back->i == 3 && back->n == 10 && back->lo == 0.1 && back->hi == 0.7 && back->alpha == 5));
  CHECK_FALSE(moment_of(schedule_graph({0.5, 10, 0, 1, 10})));
  CHECK_FALSE(moment_of(schedule_graph({1, 0, 0, 1, 10})));
  CHECK(coefficient({10, 10, 0, 1, 10}) == 0.9999092042625951);
}

namespace {

// Right for so many backward passes, and then without its minus sign: what a hook that is used up does.
struct Tires : Engine {
  explicit Tires(int passes) : left(passes) {}
  using Subject::run;
  std::vector<Reply> run(std::span<const Case> cases) override {
    std::vector<Reply> replies = Engine::run(cases);
    for (Reply& r : replies) {
      if (left-- > 0) continue;
      Answer a = *r;
      for (auto& g : a.gradients)
        for (double& v : g->values) v = -v;
      r = std::move(a);
    }
    return replies;
  }
  int left;
};

// Trains as told, but with another network, or without setting gradients to zero.
struct Trainer : Engine {
  Trainer(void (*mistake)(Wiring&), bool accumulates) : mistake_(mistake), accumulates_(accumulates) {}
  using Subject::run;
  std::vector<Reply> run(std::span<const Case> cases) override {
    std::vector<Reply> replies;
    for (const Case& c : cases) {
      Wiring w;
      w.strength = 0.5;
      mistake_(w);
      const Graph run = trained(network(w, 1), accumulates_);
      const auto values = evaluate<double>(run);
      Answer a;
      for (const Output& o : run.outputs())
        a.outputs.push_back(
          {"f64", shape_in_rank(run[o.node].shape, c.rank), {values[o.node].begin(), values[o.node].end()}});
      replies.emplace_back(std::move(a));
    }
    return replies;
  }
  void (*mistake_)(Wiring&);
  bool accumulates_;
};

Outcome trained_with(void (*mistake)(Wiring&), bool accumulates = false) {
  Trainer subject(mistake, accumulates);
  Case c = training_cases(Dtype::f64, 1, {}).front();
  c.contract = trains_itself;
  return training_trajectory.check(subject, c).outcome;
}

}  // namespace

TEST_CASE("training: a layer that goes wrong at any of the steps fails, and the engine does not") {
  for (const Dtype d : {Dtype::f64, Dtype::f32})
    for (const Case& c : training_cases(d, 1, {})) {
      for (int passes = 0; passes < training_steps; ++passes) {
        Tires subject(passes);
        CHECK(training_trajectory.check(subject, c).outcome == Outcome::fails);
      }
      Tires late(training_steps);
      CHECK(training_trajectory.check(late, c).outcome == Outcome::holds);
    }
}

TEST_CASE("training: what the planted faults of the kill matrix do to a reversal shows") {
  std::size_t caught = 0;
  for (const Fault& fault : faults()) {
    FaultyEngine subject(fault);
    for (const Case& c : training_cases(Dtype::f64, 1, {}))
      if (training_trajectory.check(subject, c).outcome == Outcome::fails) {
        ++caught;
        break;
      }
  }
  CHECK(caught >= faults().size() / 3);
}

TEST_CASE("training: each way to wire the network wrongly fails") {
  CHECK(trained_with([](Wiring&) {}) == Outcome::holds);
  CHECK(trained_with([](Wiring& w) { w.layer = Wiring::Layer::nowhere; }) == Outcome::fails);
  CHECK(trained_with([](Wiring& w) { w.layer = Wiring::Layer::behind_the_domain_head; }) == Outcome::fails);
  CHECK(trained_with([](Wiring& w) { w.layer = Wiring::Layer::before_both_heads; }) == Outcome::fails);
  CHECK(trained_with([](Wiring& w) { w.layer = Wiring::Layer::cut; }) == Outcome::fails);
  CHECK(trained_with([](Wiring& w) { w.weight = -1; }) == Outcome::fails);
  CHECK(trained_with([](Wiring& w) { w.strength = 1; }) == Outcome::fails);
  CHECK(trained_with([](Wiring& w) { w.label_loss = Loss::mean; }) == Outcome::fails);
  CHECK(trained_with([](Wiring&) {}, true) == Outcome::fails);
}
