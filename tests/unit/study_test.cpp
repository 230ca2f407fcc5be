// Studies: the parts of a difference's error are what they are said to be, and so is the step that is foretold.
#include "gradproof/study.hpp"

#include <cmath>

#include "gradproof/analysis.hpp"
#include "gradproof/dtype.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/text.hpp"
#include "study/advice.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

Graph graph_of(const std::string& body) {
  const auto document = parse("gradproof 1\n" + body);
  INFO(body);
  REQUIRE(document.ok());
  return document->graph;
}

const std::string exponential = "x = input 1x1 [1]\ny = exp x\noutput y\n";

double linear(Size s) { return std::pow(10, s.log10); }

// The error that was seen is within what truncation and rounding explain. The bound is of first order; as in verdicts twice
// of it allows for the others.
std::size_t explained(const StepStudy& study) {
  std::size_t rows = 0;
  for (const StepCurve& c : study.curves)
    for (const StepRow& r : c.rows)
      for (const Scheme s : all_schemes) {
        const StepError& e = r.schemes[static_cast<std::size_t>(s)];
        if (!e.error.is_finite() || !e.rounding.is_finite()) continue;
        INFO(study.graph << c.arithmetic << " " << name(s) << " 2^" << r.exponent << ": "
                         << to_string(e.error) << " of " << to_string(e.truncation) << " and "
                         << to_string(e.rounding));
        // Sizes are decimal logarithms: the sum is formed beside the larger of them, and the last digits of a logarithm
        // of some hundreds are worth 1e-12 of the number.
        const double top = std::max(e.truncation.log10, e.rounding.log10);
        const double sum = std::pow(10, e.truncation.log10 - top) + 2 * std::pow(10, e.rounding.log10 - top);
        if (!e.error.is_zero()) CHECK(e.error.log10 <= top + std::log10(sum) + 1e-12);
        ++rows;
      }
  return rows;
}

}  // namespace

TEST_CASE("what a difference is off by is its truncation and the rounding of its values") {
  std::size_t rows = 0;
  for (const char* body :
       {"x = input 1x1 [1]\ny = exp x\noutput y\n", "x = input 1x1 [0x1p-20]\ny = log x\noutput y\n",
        "x = input 1x3 [0.5 -1.25 2]\ns = sigmoid x\ny = mul x s\noutput y cotangent [1 0.5 -3]\n",
        "x = input 1x1 [300]\ny = sin x\noutput y\n",
        "x = input 2x2 [1 2; 3 4]\ny = matmul x x\ns = sum y all\noutput s\n",
        "x = input 1x1 [0.3]\nr = reverse x 0.7\nt = tanh r\noutput t\n"}) {
    const StepStudy study = study_steps(graph_of(body), {{Dtype::f32, Dtype::f64}, 30, ""});
    REQUIRE(has_result(study));
    REQUIRE(study.curves.size() == 3);
    rows += explained(study);
  }
  Recipe recipe;
  recipe.extreme_lambda = false;
  std::size_t graphs = 0;
  for (std::uint64_t i = 0; i < 30; ++i) {
    const StepStudy study = study_steps(random_graph(11, i, recipe), {{Dtype::f64}, 0, ""});
    if (has_result(study)) ++graphs;
    rows += explained(study);
  }
  CHECK(graphs > 20);
  CHECK(rows > 8000);
}

TEST_CASE("the truncation begins with the term that the derivatives say") {
  const StepStudy study = study_steps(graph_of(exponential), {{}, 100, ""});
  REQUIRE(study.curves.size() == 1);
  // All derivatives of exp are equal, so the relative truncation is h^q/divisor (1 + c h^p ...): Taylor's next terms.
  struct Case {
    Scheme scheme;
    double divisor, order, next, next_order;
  };
  for (const Case& c :
       {Case{Scheme::forward, 2, 1, 1.0 / 3, 1}, Case{Scheme::central, 6, 2, 1.0 / 20, 2},
        Case{Scheme::fourth, 30, 4, 30.0 / 252, 2}, Case{Scheme::richardson, 5040 * 64, 6, 1.3125 / 72, 2}}) {
    std::size_t seen = 0;
    for (const StepRow& r : study.curves[0].rows) {
      if (r.exponent > -4 || r.exponent < -40) continue;
      const double log10_h = static_cast<double>(r.exponent) * std::log10(2.0);
      const Size truncation = r.schemes[static_cast<std::size_t>(c.scheme)].truncation;
      const double ratio = std::pow(10, truncation.log10 - c.order * log10_h + std::log10(c.divisor));
      INFO(name(c.scheme) << " 2^" << r.exponent << " ratio " << ratio);
      // Twice the next term, and what the logarithms' own digits are worth.
      CHECK(std::abs(ratio - 1) <= 2 * c.next * std::pow(10, c.next_order * log10_h) + 1e-11);
      ++seen;
    }
    CHECK(seen > 4);
  }
}

TEST_CASE("the step that is foretold is the one at which truncation and rounding bound add up to least") {
  const StepStudy study = study_steps(graph_of(exponential), {{Dtype::f64}, 0, ""});
  const StepCurve& c = study.curves.at(0);
  // (3 eps |f| / |f'''|)^(1/3), where eps |f| is the bound on one value's error.
  const double bound = rounding_bounds(graph_of(exponential), Dtype::f64).outputs[0][0].error / std::exp(1.0);
  const SchemeSummary& central = c.schemes[static_cast<std::size_t>(Scheme::central)];
  REQUIRE(central.predicted);
  CHECK(*central.predicted == Approx(std::log2(std::cbrt(3 * bound))).epsilon(1e-9));
  const double h = std::cbrt(3 * bound);
  CHECK(linear(central.predicted_error) == Approx(h * h / 6 + bound / h).epsilon(1e-9));
  // The same for each scheme: T h^q + R/h is least at (R / (q T))^(1/(q+1)); all derivatives of exp are equal.
  struct Case {
    double order, divisor, weights;
  };
  constexpr std::array cases = {Case{1, 2, 2}, Case{2, 6, 1}, Case{4, 30, 1.5}, Case{6, 5040 * 64, 6.6}};
  for (std::size_t i = 0; i < all_schemes.size(); ++i) {
    const SchemeSummary& s = c.schemes[i];
    const auto [q, divisor, weights] = cases[i];
    INFO(name(s.scheme));
    REQUIRE(s.predicted);
    REQUIRE(s.best);
    CHECK(*s.predicted == Approx(std::log2(weights * bound * divisor / q) / (q + 1)).epsilon(1e-9));
    // Rounded to a power of two, a step is at most 2^(1/2) from the best one: the sum is at most 2^(q/2) times as large.
    CHECK(linear(s.error_at_predicted) <= std::exp2(q / 2) * linear(s.predicted_error));
    CHECK(s.best_error <= s.error_at_predicted);
  }
}

TEST_CASE("the ways without a step get all digits") {
  const StepStudy study = study_steps(graph_of(exponential), {{Dtype::f32, Dtype::f64}, 40, ""});
  for (const StepCurve& c : study.curves) {
    REQUIRE(c.without.size() == 3);
    for (const WithoutStep& w : c.without) {
      INFO(c.arithmetic << " " << w.way);
      // exp of an exact argument: one function, at most two ulps, of which each is two units.
      CHECK(w.error.log10 <= std::log10(4.0) - static_cast<double>(c.bits) * std::log10(2.0));
    }
    for (const SchemeSummary& s : c.schemes) CHECK(c.without[2].error.log10 < s.predicted_error.log10);
  }
}

TEST_CASE("the entry that is studied is the one asked for, or the worst") {
  const Graph g = graph_of(
    "x = input 1x2 [1 2]\nb = const 1x2 [1 1000]\nm = mul x b\ns = sin m\nz = input 1x1 [3]\n"
    "t = sum s all\ny = add t z\noutput y\n");
  CHECK(study_steps(g, {{Dtype::f64}, 0, ""}).entry == "x[0,1]");
  CHECK(study_steps(g, {{Dtype::f64}, 0, "x[0,0]"}).entry == "x[0,0]");
  CHECK(study_steps(g, {{Dtype::f64}, 0, "z"}).entry == "z");
  const StepStudy none = study_steps(g, {{Dtype::f64}, 0, "w"});
  CHECK(none.bad_input);
  CHECK(none.trouble.find("w") != std::string::npos);
  CHECK_FALSE(has_result(none));
  // Where nothing is a number the study says so, and the kink too.
  CHECK_FALSE(has_result(study_steps(graph_of("x = input 1x1 [-1]\ny = log x\noutput y\n"))));
  CHECK(study_steps(graph_of("x = input 1x1 [0]\ny = relu x\noutput y\n")).trouble.find("kink") !=
        std::string::npos);
}

TEST_CASE("the direction of check_grads is that of NumPy") {
  // numpy.random.RandomState(0).randn(5)
  const std::vector<double> right = {1.764052345967664, 0.4001572083672233, 0.9787379841057392,
                                     2.240893199201458, 1.8675579901499675};
  const std::vector<double> seen = deviates_of_numpy(5);
  for (std::size_t i = 0; i < right.size(); ++i) CHECK(seen[i] == Approx(right[i]).epsilon(1e-15));
}

TEST_CASE("advice knows what a checker can't decide") {
  const auto advice = [](const std::string& body, Checker checker, Dtype dtype) {
    const auto a = advice_on(graph_of(body), checker, dtype);
    REQUIRE(a);
    return *a;
  };
  for (const Checker c : all_checkers) {
    const CheckerAdvice smooth = advice(exponential, c, Dtype::f64);
    CHECK(smooth.decides);
    CHECK(smooth.advised->right_gradient == Prospect::passes);
    CHECK(smooth.advised->detectable < 1e-8);
    // A reversal in the graph: never, at any step.
    const CheckerAdvice reversed =
      advice("x = input 1x1 [1]\nr = reverse x 1\ny = exp r\noutput y\n", c, Dtype::f64);
    CHECK_FALSE(reversed.decides);
    CHECK(reversed.by_default.right_gradient == Prospect::fails);
    CHECK(reversed.why_not.find("derivative") != std::string::npos);
    // λ = -1 is no reversal: there the declared gradient is the derivative.
    CHECK(advice("x = input 1x1 [1]\nr = reverse x -1\ny = exp r\noutput y\n", c, Dtype::f64).decides);
  }
  // A kink within eps makes a right gradient fail; a shorter step does not reach it.
  const std::string near_kink = "x = input 1x1 [7e-7]\ny = relu x\noutput y\n";
  const CheckerAdvice kink = advice(near_kink, Checker::torch_gradcheck, Dtype::f64);
  CHECK(kink.by_default.right_gradient == Prospect::fails);
  CHECK(kink.by_default.why.find("kink") != std::string::npos);
  CHECK(kink.by_half_eps.right_gradient == Prospect::passes);
  CHECK(kink.decides);
  // float32 numbers from 16 on do not move by 5e-7.
  const CheckerAdvice still =
    advice("x = input 1x1 [20]\ny = sin x\noutput y\n", Checker::torch_gradcheck, Dtype::f32);
  CHECK(still.by_half_eps.right_gradient == Prospect::fails);
  // tanh is flat there: no step tells its derivative from 0.
  const CheckerAdvice flat =
    advice("x = input 1x1 [12]\ny = tanh x\noutput y\n", Checker::torch_gradcheck, Dtype::f32);
  CHECK_FALSE(flat.decides);
  CHECK(flat.why_not.find("times as large") != std::string::npos);
}
