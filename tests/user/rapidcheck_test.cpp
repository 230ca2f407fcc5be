// The catalogue under RapidCheck and Catch2, on the built-in engine; and proof that this way of running it
// can fail.
#include "gradproof/rapidcheck.hpp"

#include <set>

#include "gradproof/calculus.hpp"
#include "tests/golden.hpp"

using namespace gradproof;

namespace {

// An engine whose reversals forget their minus sign.
class NoMinus : public Engine {
 public:
  using Subject::run;
  std::vector<Reply> run(std::span<const Case> cases) override {
    std::vector<Case> wrong(cases.begin(), cases.end());
    for (Case& c : wrong) {
      Draft d = c.graph.draft();
      for (const Node& node : c.graph.nodes())
        if (node.op == id_of<Reverse>() && d.nodes[node.operand[1].index].op == id_of<Constant>()) {
          const Node& lambda = d.nodes[node.operand[1].index];
          for (std::uint32_t i = 0; i < lambda.value_count; ++i) {
            Literal& l = d.values[lambda.first_value + i];
            l = Literal(-c.graph.values(node.operand[1])[i].nearest());
          }
        }
      c.graph = *Graph::make(std::move(d));
    }
    return Engine::run(wrong);
  }
};

// One that can do nothing.
class Helpless : public Subject {
 public:
  [[nodiscard]] std::string name() const override { return "helpless"; }
  using Subject::run;
  std::vector<Reply> run(std::span<const Case> cases) override {
    return {cases.size(), NoAnswer{Refusal::unsupported, "unsupported", "no", ""}};
  }
};

// The graphs that a run sees.
std::vector<std::string> seen(const std::string& id, std::uint64_t seed) {
  std::vector<std::string> texts;
  const auto r = gradproof::rc::run(id, gradproof::rc::graphs(),
                                    [&](const Graph& g) {
                                      texts.push_back(print(g));
                                      return gradproof::rc::Judged{};
                                    },
                                    {.seed = seed, .graphs = 20});
  CHECK(r);
  return texts;
}

bool has(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

}  // namespace

TEST_CASE("rapidcheck: each property holds on the engine") {
  Engine engine;
  std::size_t count = 0;
  for (const Family family : {Family::exact, Family::smooth})
    for (const auto& r :
         gradproof::rc::all(engine, {.family = family, .recipe = {.max_nodes = 14}}, Tier::strict)) {
      INFO(r);
      // Some are about exact graphs alone, and some about smooth ones.
      CHECK(r.outcome != Outcome::fails);
      ++count;
    }
  CHECK(count >= 60);
  for (const auto& r : gradproof::rc::all(engine, {.recipe = {.max_nodes = 14}}, Tier::strict)) {
    INFO(r);
    CHECK(r);
    CHECK(r.held >= 50);
  }
}

TEST_CASE("rapidcheck: a failure is told with the smallest graph") {
  NoMinus wrong;
  const auto r =
    gradproof::rc::holds("gradient-rational-duals", wrong,
                         {.family = Family::exact, .recipe = {.max_nodes = 14, .lambda_operand = false}});
  CHECK_FALSE(r);
  REQUIRE(r.minimal);
  const std::string least = "gradproof 1\nn0 = input 1x1 [1]\nn2 = reverse n0 1\noutput n2\n";
  CHECK(print(*r.minimal) == least);
  const std::string said = to_string(r);
  INFO(said);
  CHECK(has(said, "gradient-rational-duals fails"));
  CHECK(has(said, "gradient of n0 [0,0]: expected -1, observed 1"));
  CHECK(has(said, least));
  CHECK(has(said, "replay: gradproof::rc::replay(\"gradient-rational-duals\""));
  check_golden("tests/user/shown/smallest.txt", said);
  // And again, on that text.
  Engine right;
  CHECK_FALSE(gradproof::rc::replay("gradient-rational-duals", wrong, least));
  CHECK(gradproof::rc::replay("gradient-rational-duals", right, least));
  CHECK(has(to_string(gradproof::rc::replay("gradient-rational-duals", right, "gradproof 1\n?")), "line 2"));
}

TEST_CASE("rapidcheck: properties of the layer alone see layers, right and wrong") {
  Engine right;
  NoMinus wrong;
  const auto r = gradproof::rc::holds("backward-rounded", right);
  INFO(r);
  CHECK(r);
  CHECK(r.held == 100);
  const auto w = gradproof::rc::holds("backward-rounded", wrong);
  INFO(w);
  REQUIRE(w.minimal);
  CHECK(w.minimal->nodes().size() == 3);
}

TEST_CASE("rapidcheck: a run that judged nothing is no pass") {
  Helpless helpless;
  const auto r = gradproof::rc::holds("reversal-scales", helpless);
  INFO(r);
  CHECK(r.outcome == Outcome::undecided);
  CHECK(r.held == 0);
  CHECK_FALSE(r.reason.empty());
  Engine engine;
  CHECK_FALSE(gradproof::rc::holds("reversal-scales", engine, {.graphs = 0}));
  CHECK(has(to_string(gradproof::rc::holds("no-such", engine)), "no property of this name"));
  CHECK(has(to_string(gradproof::rc::holds("schedule-coefficients", engine)), "no graph is one"));
}

TEST_CASE("rapidcheck: the same seed gives the same graphs, and each property its own") {
  CHECK(seen("a", 1).size() == 20);
  CHECK(seen("a", 1) == seen("a", 1));
  CHECK(seen("a", 1) != seen("b", 1));
  CHECK(seen("a", 1) != seen("a", 2));
  const auto texts = seen("a", 1);
  CHECK(std::set(texts.begin(), texts.end()).size() > 15);
}

TEST_CASE("rapidcheck: shrinking that has spent its budget says so") {
  const auto r = gradproof::rc::run("large", gradproof::rc::graphs({.min_nodes = 15}),
                                    [](const Graph&) {
                                      return gradproof::rc::Judged{Outcome::fails, "always"};
                                    },
                                    {.shrink_budget = 3});
  CHECK(r.shrinking_cut_short);
  CHECK(has(to_string(r), "cut short"));
}

TEST_CASE("rapidcheck: a check that throws has not held") {
  const auto r =
    gradproof::rc::run("throws", gradproof::rc::graphs(),
                       [](const Graph&) -> gradproof::rc::Judged { throw std::runtime_error("oh"); });
  CHECK(r.outcome == Outcome::fails);
  CHECK(has(to_string(r), "exception: oh"));
}

TEST_CASE("rapidcheck: generators in a property of one's own") {
  CHECK(::rc::check("graphs have a gradient graph", [](const Graph& g) {
    RC_ASSERT(gradient(g).outputs().size() == g.outputs().size() + g.inputs().size());
  }));
  CHECK(::rc::check("strengths are finite", [](const Literal& l) { RC_ASSERT(l.is_finite()); }));
  CHECK(::rc::check("tensors have as many values as their shape", [] {
    const Tensor t = *::rc::gen::noShrink(gradproof::rc::tensors(Dtype::f32, 3)).as("tensor");
    RC_ASSERT(t.shape[0] * t.shape[1] == static_cast<std::int64_t>(t.values.size()));
  }));
  // What shrinks, shrinks: to a tensor of one entry, to the first of the simple strengths that fails.
  const auto least = [](const auto& gen, const auto& fails) {
    auto found = gen(::rc::Random(7), 100);
    for (std::uint64_t k = 8; !fails(found.value()); ++k) found = gen(::rc::Random(k), 100);
    for (bool further = true; further;) {
      further = false;
      auto shrinks = found.shrinks();
      while (auto s = shrinks.next())
        if (fails(s->value())) {
          found = *s;
          further = true;
          break;
        }
    }
    return found.value();
  };
  const Tensor t = least(gradproof::rc::tensors(), [](const Tensor& x) { return x.values.size() >= 3; });
  CHECK(t.shape[0] * t.shape[1] <= 4);
  CHECK(std::ranges::all_of(t.values, [](double v) { return v == 1; }));
  CHECK(least(gradproof::rc::strengths(), [](const Literal& l) { return l.nearest() <= 0; }) == Literal(0));
}
