// The catalogue under RapidCheck and Catch2, on the built-in engine; and proof that this way of running it
// can fail.
#include "rapidcheck.hpp"
#include "gradproof/calculus.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/text.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

PropertyTest test_of(Subject& subject, const Property& p, Family family) {
  PropertyTest t;
  t.id = std::string(p.id) + (family == Family::exact ? " exact" : " smooth");
  t.recipe.family = family;
  t.recipe.max_nodes = 14;
  t.check = [&subject, &p](const Graph& g) {
    const Finding f = p.check(subject, {quantized(g, Dtype::f64), Dtype::f64});
    return ReadyVerdict{f.outcome, f.worst ? f.worst->place : f.reason};
  };
  return t;
}

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

}  // namespace

TEST_CASE("catalogue: each property holds on the engine, under RapidCheck") {
  Engine engine;
  for (const Property* p : catalogue()) {
    // These two judge the lone layer, which no random graph is; `gradproof verify builtin` runs them.
    if (p->looks != Looks::at_graphs) continue;
    int held = 0;
    for (const Family family : {Family::exact, Family::smooth}) {
      const PropertyReport r = run_property(test_of(engine, *p, family));
      INFO(p->id << ": " << r.reason << "\n" << (r.minimal ? print(*r.minimal) : ""));
      CHECK(r.outcome != Outcome::fails);
      held += r.held;
    }
    INFO(p->id);
    CHECK(held >= 50);
  }
}

TEST_CASE("catalogue: RapidCheck shrinks a failure to the smallest graph") {
  NoMinus wrong;
  PropertyTest t = test_of(wrong, *find_property("gradient-rational-duals"), Family::exact);
  t.recipe.lambda_operand = false;
  const PropertyReport r = run_property(t);
  REQUIRE(r.outcome == Outcome::fails);
  REQUIRE(r.minimal);
  CHECK(print(*r.minimal) == "gradproof 1\nn0 = input 1x1 [1]\nn2 = reverse n0 1\noutput n2\n");
}
