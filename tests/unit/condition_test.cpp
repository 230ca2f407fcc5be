// Studies of conditions and precisions: an operation whose derivative is wrong in the sixth digit is named, and digits are
// those that there are.
#include "gradproof/condition.hpp"

#include "gradproof/calculus.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/study.hpp"
#include "gradproof/text.hpp"
#include "study/local.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

// The engine in double, with one operation's contributions off by a factor.
class OffByAFactor : public Engine, private Backward {
 public:
  OffByAFactor(std::string operation, Literal factor)
      : operation_(std::move(operation)), factor_(std::move(factor)) {}
  using Engine::run;
  std::vector<Reply> run(std::span<const Case> cases) override {
    std::vector<Reply> replies;
    for (const Case& c : cases) {
      const Graph g = gradient(c.graph, Seed::literal, *this);
      const Evaluation<double> e = evaluate<double>(g);
      Answer a;
      for (std::size_t i = 0; i < g.outputs().size(); ++i) {
        const NodeId node = g.outputs()[i].node;
        Tensor t{"f64", shape_in_rank(g[node].shape, c.rank), {e[node].begin(), e[node].end()}};
        if (i < c.graph.outputs().size()) a.outputs.push_back(std::move(t));
        else a.gradients.emplace_back(std::move(t));
      }
      replies.emplace_back(std::move(a));
    }
    return replies;
  }

 private:
  Expr contribution(const At& at, const Expr& honest, const Expr&) const override {
    if (info(at.graph[at.node].op).name != operation_ || honest.builder == nullptr) return honest;
    return honest * honest.builder->constant({}, factor_);
  }
  std::string operation_;
  Literal factor_;
};

std::vector<std::string> all_operations() {
  std::vector<std::string> names;
  for (std::uint8_t i = 0; i < op_count; ++i) names.emplace_back(info(OpId{i}).name);
  return names;
}

ConditionStudy study_of(Subject& subject, std::uint64_t graphs) {
  ConditionStudy study;
  study.options.graphs = graphs;
  study_condition(subject, all_operations(), study);
  return study;
}

const LocalRow* row_of(const ConditionStudy& study, const std::string& operation) {
  for (const LocalRow& r : study.local)
    if (r.operation == operation) return &r;
  return nullptr;
}

}  // namespace

TEST_CASE("the engine's own steps are within what is allowed, and no operation is guilty") {
  Engine engine;
  const ConditionStudy study = study_of(engine, 150);
  INFO(to_text(study));
  CHECK(study.guilty.empty());
  CHECK(study.graphs > 100);
  CHECK(study.no_answer == 0);
  CHECK(study.by_condition.size() >= 2);
  CHECK(study.by_depth.size() >= 2);
  CHECK(study.by_strength.size() >= 2);
  CHECK(study.local.size() >= 15);
  std::uint64_t entries = 0, by_depth = 0;
  for (const ConditionRow& r : study.by_condition) {
    CHECK(r.within == r.count);
    CHECK(r.median <= r.p99);
    CHECK(r.p99 <= r.highest);
    CHECK(r.of_bound <= 1);
    entries += r.count;
  }
  for (const ConditionRow& r : study.by_depth) by_depth += r.count;
  CHECK(entries == by_depth);
}

TEST_CASE("an operation whose derivative is wrong in the sixth digit is named by its own step") {
  for (const char* operation : {"tanh", "mul", "matmul", "reverse", "sum"}) {
    OffByAFactor subject(operation, Literal(1.000001));
    const ConditionStudy study = study_of(subject, 60);
    INFO(operation << "\n" << to_text(study));
    CHECK(study.guilty == operation);
    // It alone: every other operation's step is right, whatever the whole graphs are.
    for (const LocalRow& r : study.local) CHECK((r.of_bound > 1) == (r.operation == operation));
    const LocalRow* row = row_of(study, operation);
    REQUIRE(row != nullptr);
    // 1e-6 is 2^33 ulps of 2^-53, or half as many.
    CHECK(row->highest > 4e9);
    CHECK(row->highest < 1e10);
    CHECK(parse(row->graph).ok());
    // Both pages name it before all else.
    const std::string named = operation + std::string(", whose own step is off by");
    CHECK(to_html(study).find("<span class=\"badge bad\">guilty</span> " + named) != std::string::npos);
    CHECK(to_markdown(study).find("**guilty:** " + named) != std::string::npos);
  }
}

TEST_CASE("a node alone has its exact operands and its exact adjoint") {
  const auto g = parse(
    "gradproof 1\nx = input 1x1 [0.5]\nk = const 1x1 [3]\np = mul x k\ns = sin p\nq = square s\noutput q "
    "cotangent [2]\n");
  REQUIRE(g.ok());
  const std::vector<LoneNode> nodes = lone_nodes(g->graph, Dtype::f64);
  REQUIRE(nodes.size() == 3);
  const auto leaf = [](const LoneNode& n) { return n.graph.values(n.graph.inputs()[0])[0].nearest(); };
  const auto cotangent = [](const LoneNode& n) { return n.graph.outputs()[0].cotangent[0].nearest(); };
  CHECK(info(nodes[1].op).name == "sin");
  CHECK(leaf(nodes[1]) == 1.5);
  // d/ds 2 s^2 = 4 sin(1.5), and d/dp = 4 sin(1.5) cos(1.5) = 2 sin(3).
  CHECK(cotangent(nodes[1]) == Approx(4 * std::sin(1.5)).epsilon(1e-15));
  CHECK(cotangent(nodes[0]) == Approx(2 * std::sin(3.0)).epsilon(1e-15));
  CHECK(cotangent(nodes[2]) == 2);
}

TEST_CASE("where nothing is a number the study says so with counts") {
  class Silent : public Engine {
   public:
    using Engine::run;
    std::vector<Reply> run(std::span<const Case> cases) override {
      return std::vector<Reply>(cases.size(), NoAnswer{Refusal::failed, "raised", "it will not", ""});
    }
  } silent;
  const ConditionStudy study = study_of(silent, 20);
  CHECK(study.report.conclusion == Conclusion::inconclusive);
  CHECK(study.no_answer == 20);
  CHECK(study.report.reason.find("20 without an answer") != std::string::npos);
}

TEST_CASE("digits got are digits asked for, less what the condition takes") {
  // x - y with x and y equal in seven digits: the gradient's value cancels as well.
  const auto g = parse("gradproof 1\nx = input 1x1 [1/3]\ne = exp x\ns = sin x\np = mul e s\noutput p\n");
  REQUIRE(g.ok());
  const PrecisionStudy study = study_precision(g->graph, {{16, 50, 100, 300}, {}, 0});
  REQUIRE(has_result(study));
  for (const PrecisionRow& r : study.rows) {
    INFO(r.digits << ": " << r.gradient);
    // A handful of roundings, each below 2^-bits: at most one decimal digit, and no more digits than bits hold.
    const double held = static_cast<double>(r.bits) * 0.30103;
    CHECK(r.gradient > held - 1);
    CHECK(r.value > held - 1);
    CHECK(r.gradient >= static_cast<double>(r.digits) - 1);
  }
  CHECK(study.double_gradient > 14.9);
  CHECK(study.double_gradient < 20);
  const auto cancelled = parse(
    "gradproof 1\nx = input 1x1 [1e-20]\none = const 1x1 [1]\na = add x one\nb = sub a one\nq = mul b "
    "b\noutput q\n");
  REQUIRE(cancelled.ok());
  const PrecisionStudy lost = study_precision(cancelled->graph, {{16, 50}, {}, 0});
  // 1 + 1e-20 - 1 has nothing left of 16 digits (63 bits hold 19), and 20 fewer of 50.
  CHECK(lost.rows[0].gradient < 1);
  CHECK(lost.rows[1].gradient < 191 * 0.30103 - 19);
  CHECK(lost.rows[1].gradient > 50 - 20 - 1);
  CHECK(study_precision(parse("gradproof 1\nx = input 1x1 [-1]\ny = log x\noutput y\n")->graph)
          .trouble.find("log") != std::string::npos);
}
