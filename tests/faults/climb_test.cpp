// The climb finds what random graphs do not: an error that only large values show, and the worst input of an operation.
#include "gradproof/climb.hpp"
#include "catalogue.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/text.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

std::vector<std::string> all_operations() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < op_count; ++i)
    names.emplace_back(info(OpId{static_cast<std::uint8_t>(i)}).name);
  return names;
}

// Right but for a relative error of 2^-52 (v / 2^12)^2 in each gradient, v being the largest input: nothing beside
// rounding where values are small.
class WorseForLargeValues : public Engine {
 public:
  using Engine::run;
  [[nodiscard]] std::vector<Reply> run(std::span<const Case> cases) override {
    std::vector<Reply> replies = Engine::run(cases);
    for (std::size_t i = 0; i < cases.size(); ++i) {
      double largest = 0;
      for (const NodeId input : cases[i].graph.inputs())
        for (const Literal& l : cases[i].graph.values(input))
          largest = std::max(largest, std::abs(l.nearest()));
      if (!replies[i]) continue;
      Answer answer = *replies[i];
      for (auto& gradient : answer.gradients)
        for (double& g : gradient->values) g *= 1 + 0x1p-44 * (largest / 256) * (largest / 256);
      replies[i] = std::move(answer);
    }
    return replies;
  }
};

}  // namespace

TEST_CASE("climb: what random graphs never show is found and made small") {
  WorseForLargeValues subject;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const Case c{quantized(random_graph(1, i), Dtype::f64), Dtype::f64};
    CHECK(gradient_duals.check(subject, c).outcome != Outcome::fails);
  }
  ClimbReport report;
  report.options.evaluations = 20000;
  climb(subject, all_operations(), report);
  CHECK(report.report.conclusion == Conclusion::not_verified);
  CHECK(report.random_height < 1);
  CHECK(report.summit.height > 1);
  REQUIRE(report.report.counterexamples.size() == 1);
  CHECK(report.report.counterexamples[0].nodes <= 2);
}

TEST_CASE("climb: the engine stays below its bound, and two climbs from one seed are the same") {
  Engine engine;
  ClimbReport first, second;
  first.options.evaluations = second.options.evaluations = 3000;
  climb(engine, all_operations(), first);
  climb(engine, all_operations(), second);
  CHECK(first.report.conclusion == Conclusion::verified);
  CHECK(first.summit.height > first.random_height);
  CHECK(first.summit.height < 1);
  CHECK(first.summit.graph == second.summit.graph);
}

TEST_CASE("climb: the worst input of an operation") {
  Engine engine;
  ClimbReport square;
  square.options.evaluations = 3000;
  square.options.operation = "square";
  climb(engine, all_operations(), square);
  // One rounding, and climbing finds inputs that nearly make the most of it.
  CHECK(square.summit.height <= 0.5);
  CHECK(square.summit.height > 0.49);
  // 1 - tanh(x)^2 has nothing left where tanh(x) rounds to 1.
  ClimbReport tanh;
  tanh.options.evaluations = 3000;
  tanh.options.operation = "tanh";
  climb(engine, all_operations(), tanh);
  CHECK(tanh.summit.height > 1e6);
  CHECK(tanh.summit.place == "gradient of x [0,0]");
}
