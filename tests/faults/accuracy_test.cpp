// The accuracy study: what is right is said to be right, and each figure sees the fault that it is there for.
#include "gradproof/accuracy.hpp"

#include <cmath>
#include <limits>

#include "accuracy/tally.hpp"
#include "gradproof/ops.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// The engine, with each of its answers changed: `part` is 0 for the value, 1 for the first partial derivative.
class Changed : public Engine {
 public:
  using Change = std::function<double(std::size_t part, double x, double answer)>;
  explicit Changed(Change change) : change_(std::move(change)) {}
  using Engine::run;
  [[nodiscard]] std::vector<Reply> run(std::span<const Case> cases) override {
    std::vector<Reply> replies = Engine::run(cases);
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const auto x = cases[i].graph.values(cases[i].graph.inputs().front());
      Answer answer = *replies[i];
      const auto change = [&](std::size_t part, std::vector<double>& values) {
        for (std::size_t k = 0; k < values.size(); ++k) values[k] = change_(part, x[k].nearest(), values[k]);
      };
      change(0, answer.outputs.front().values);
      for (std::size_t p = 0; p < answer.gradients.size(); ++p) change(1 + p, answer.gradients[p]->values);
      replies[i] = std::move(answer);
    }
    return replies;
  }

 private:
  Change change_;
};

AccuracyReport study(Subject& subject, const std::string& operation, Dtype dtype = Dtype::f64) {
  AccuracyReport report;
  report.options.inputs = 2000;
  report.options.operations = {operation};
  report.options.dtypes = {dtype};
  measure_accuracy(subject, {operation}, {"f32", "f64"}, report);
  return report;
}

PartAccuracy part_of(const AccuracyReport& report, std::size_t part) {
  REQUIRE(report.operations.size() == 1);
  REQUIRE(report.operations[0].parts.size() > part);
  return report.operations[0].parts[part];
}

std::uint64_t count(const PartAccuracy& p, Oddity oddity) {
  return p.odd[static_cast<std::size_t>(oddity)].count;
}

PartAccuracy part_of(const Changed::Change& change, const std::string& operation, std::size_t part,
                     Dtype dtype = Dtype::f64) {
  Changed subject(change);
  return part_of(study(subject, operation, dtype), part);
}

}  // namespace

TEST_CASE("accuracy: one rounding is half an ulp, and the search gets near it") {
  Engine engine;
  for (const Dtype dtype : {Dtype::f32, Dtype::f64})
    for (const char* operation : {"add", "sub", "mul", "square", "sqrt", "div"}) {
      INFO(operation);
      const PartAccuracy p = part_of(study(engine, operation, dtype), 0);
      CHECK(p.nearest == p.drawn);
      CHECK(p.undecided == 0);
      REQUIRE(p.worst);
      CHECK(p.worst->ulps <= 0.5 + 0x1p-39);
      CHECK(p.worst->ulps > 0.49);
      CHECK(p.special_misses.empty());
      for (const Oddity o : all_oddities) CHECK(count(p, o) == 0);
    }
}

TEST_CASE("accuracy: tails without a digit left are found") {
  Engine engine;
  const PartAccuracy p = part_of(study(engine, "tanh"), 1);
  CHECK(count(p, Oddity::vanished) > 0);
  REQUIRE(p.worst);
  // 0 in place of a number whose significand is nearly 2: 2^53 ulps, less a few.
  CHECK(p.worst->ulps > 0x1p52);
  CHECK(p.worst->ulps <= 0x1p53);
  CHECK(std::abs(p.worst->inputs[0]) > 18);
  // Its value loses nothing.
  CHECK(part_of(study(engine, "tanh"), 0).worst->ulps < 3);
}

TEST_CASE("accuracy: an operation computed in float32 shows in median, share and maximum") {
  const auto narrow = [](std::size_t part, double, double y) {
    return part == 0 ? rounded(Dtype::f32, y) : y;
  };
  const PartAccuracy value = part_of(narrow, "exp", 0), slope = part_of(narrow, "exp", 1);
  Engine engine;
  const PartAccuracy right = part_of(study(engine, "exp"), 0);
  CHECK(right.worst->ulps < 1);
  CHECK(right.p50 <= 0.5);
  CHECK(value.worst->ulps > 0x1p27);
  CHECK(value.p999 > right.p999);
  // exp is 1 for small inputs, in float32 too.
  CHECK(value.nearest < right.nearest - right.drawn / 10);
  CHECK(slope.worst->ulps < 1);
}

TEST_CASE("accuracy: a derivative that is a little wrong everywhere shows in the percentiles") {
  const auto wrong = [](std::size_t part, double, double y) { return part == 1 ? y * (1 + 0x1p-50) : y; };
  const PartAccuracy p = part_of(wrong, "log", 1);
  CHECK(p.p50 > 3);
  CHECK(p.p99 > 7);
  CHECK(p.p999 >= p.p99);
  CHECK(p.nearest == 0);
  CHECK(part_of(wrong, "log", 0).worst->ulps < 1);
}

TEST_CASE("accuracy: a derivative that is wrong at rare inputs shows in the maximum, at its exponent") {
  const auto wrong = [](std::size_t part, double x, double y) {
    return part == 1 && std::abs(x) >= 4 && std::abs(x) < 8 ? y * (1 + 0x1p-45) : y;
  };
  const PartAccuracy p = part_of(wrong, "square", 1);
  CHECK(p.p50 == 0);
  CHECK(p.worst->ulps > 100);
  CHECK(std::abs(p.worst->inputs[0]) >= 4);
  CHECK(std::abs(p.worst->inputs[0]) < 8);
  for (const ExponentBin& b : p.bins) CHECK((b.highest > 1) == (b.exponent == 2));
}

TEST_CASE("accuracy: what is no error in ulps is counted, with the first input that shows it") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const PartAccuracy with_nan =
    part_of([&](std::size_t, double x, double y) { return x > 1 ? nan : y; }, "sin", 0);
  CHECK(count(with_nan, Oddity::not_a_number) > 0);
  CHECK(with_nan.odd[0].first.inputs[0] > 1);
  CHECK(with_nan.p99 == infinity);
  CHECK(with_nan.worst->ulps < 1);
  const PartAccuracy infinite =
    part_of([&](std::size_t, double x, double y) { return x > 1 ? infinity : y; }, "sin", 0);
  CHECK(count(infinite, Oddity::infinite) > 0);
  const PartAccuracy finite = part_of(
    [&](std::size_t, double, double y) { return std::isinf(y) ? std::numeric_limits<double>::max() : y; },
    "exp", 0);
  CHECK(finite.beyond > 0);
  CHECK(count(finite, Oddity::finite) == finite.beyond);
  const PartAccuracy flushed =
    part_of([&](std::size_t, double, double y) { return std::abs(y) < 0x1p-1022 ? 0 : y; }, "square", 0);
  CHECK(flushed.subnormal > 0);
  CHECK(count(flushed, Oddity::flushed) == flushed.subnormal);
  CHECK(count(flushed, Oddity::vanished) == 0);
}

TEST_CASE("accuracy: infinities, NaN and edges are held against what is expected") {
  Engine engine;
  const PartAccuracy right = part_of(study(engine, "sigmoid"), 1);
  CHECK(right.specials > 0);
  CHECK(right.special_misses.empty());
  const PartAccuracy wrong =
    part_of([](std::size_t part, double x, double y) { return part == 1 && std::isinf(x) ? x - x : y; },
            "sigmoid", 1);
  CHECK(wrong.special_misses.size() == 2);
  CHECK(wrong.special_misses[0].expected == 0);
}

TEST_CASE("accuracy: truth is known to the last of its digits, far into the tails") {
  const auto digits_of = [](const char* op, std::size_t part, double x) {
    const Measured m{*find_op(op)};
    return truths_of(m, Dtype::f64, {{x}, {}})[part][0]->text(20);
  };
  // By mpmath, at 700 digits.
  CHECK(digits_of("tanh", 1, 20) == "1.6993417021166355837e-17");
  CHECK(digits_of("tanh", 1, 370) == "1.6754959520192195758e-321");
  CHECK(digits_of("sigmoid", 1, -100) == "3.7200759760208359630e-44");
  CHECK(digits_of("softplus", 0, -300) == "5.1482002224120137812e-131");
  CHECK(digits_of("sin", 0, 0x1p1000) == "-1.5920170308624243824e-01");
  CHECK(digits_of("log", 0, 1 + 0x1p-52) == "2.2204460492503128343e-16");
}

TEST_CASE("accuracy: what the subject lacks is unsupported, and no trouble") {
  Engine engine;
  AccuracyReport report;
  report.options.inputs = 10;
  report.options.operations = {"tanh", "exp"};
  report.options.dtypes = {Dtype::f64, Dtype::bf16};
  measure_accuracy(engine, {"exp"}, {"f64"}, report);
  REQUIRE(report.operations.size() == 4);
  CHECK(report.operations[0].operation == "exp");
  CHECK(!report.operations[0].parts.empty());
  for (const std::size_t i : {1, 2, 3}) {
    CHECK(report.operations[i].unsupported);
    CHECK(report.operations[i].parts.empty());
  }
  CHECK(report.report.conclusion == Conclusion::verified);
  AccuracyReport nothing;
  nothing.options.operations = {"tanh"};
  measure_accuracy(engine, {}, {"f64"}, nothing);
  CHECK(nothing.report.conclusion == Conclusion::inconclusive);
}

TEST_CASE(
  "accuracy: a subject that takes subnormal inputs for 0 is measured at the others, and that is said") {
  // The product of the probe, and the reciprocal of each subnormal input.
  Changed subject([](std::size_t, double x, double y) { return std::abs(x) < 0x1p-1022 ? 0 : y; });
  AccuracyReport report;
  report.options.inputs = 2000;
  report.options.operations = {"log"};
  measure_accuracy(subject, {"mul", "log"}, {"f64"}, report);
  const PartAccuracy p = part_of(report, 0);
  CHECK(report.operations[0].no_subnormals);
  CHECK(p.worst->ulps < 1);
  CHECK(to_text(report).find("In float64 the subject takes subnormal numbers for 0") != std::string::npos);
  Engine engine;
  CHECK(!study(engine, "log").operations[0].no_subnormals);
}

TEST_CASE("accuracy: two studies from one seed are the same, and those of two seeds are not") {
  Engine engine;
  const auto with_seed = [&](std::uint64_t seed) {
    AccuracyReport report;
    report.options.seed = seed;
    report.options.inputs = 300;
    report.options.operations = {"div"};
    report.options.dtypes = {Dtype::f32};
    measure_accuracy(engine, {"div"}, {"f32"}, report);
    return to_json(report);
  };
  CHECK(with_seed(1) == with_seed(1));
  CHECK(with_seed(1) != with_seed(2));
}
