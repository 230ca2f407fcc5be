#include <cstdio>
#include <map>

#include "gradproof/calculus.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/text.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

using Predicate = std::function<bool(const Graph&)>;

bool is_op(const Graph& g, NodeId id, OpId op) { return g[id].op == op; }

template <class F>
bool some_node(const Graph& g, F f) {
  for (std::uint32_t i = 0; i < g.size(); ++i)
    if (f(NodeId{i})) return true;
  return false;
}

int uses(const Graph& g, NodeId x) {
  int n = 0;
  for (std::uint32_t i = 0; i < g.size(); ++i)
    for (const NodeId operand : g.operands(NodeId{i})) n += operand == x ? 1 : 0;
  return n;
}

bool reversal_of_reversal(const Graph& g) {
  return some_node(g, [&](NodeId n) {
    return is_op(g, n, id_of<Reverse>()) && is_op(g, g[n].operand[0], id_of<Reverse>());
  });
}
bool three_reversals(const Graph& g) {
  return std::ranges::count_if(g.nodes(), [](const Node& n) { return n.op == id_of<Reverse>(); }) >= 3;
}
bool matmul_of_a_wide_one(const Graph& g) {
  return some_node(g, [&](NodeId n) {
    const Shape a = g[g[n].operand[0]].shape;
    return is_op(g, n, id_of<Matmul>()) && a.cols > a.rows;
  });
}
bool reversal_with_fan_out(const Graph& g) {
  return some_node(g, [&](NodeId n) { return is_op(g, n, id_of<Reverse>()) && uses(g, n) > 1; });
}
bool slice_with_offset(const Graph& g) {
  return some_node(g, [&](NodeId n) { return is_op(g, n, id_of<Slice>()) && g[n].attributes.v[2] > 0; });
}
bool strength_no_float(const Graph& g) {
  return some_node(g, [&](NodeId n) {
    if (!is_op(g, n, id_of<Reverse>()) || !is_op(g, g[n].operand[1], id_of<Constant>())) return false;
    const double v = g.values(g[n].operand[1])[0].nearest();
    return static_cast<double>(static_cast<float>(v)) != v;
  });
}
bool strength_computed(const Graph& g) {
  return some_node(g, [&](NodeId n) {
    if (!is_op(g, n, id_of<Reverse>())) return false;
    const NodeId lambda = g[n].operand[1];
    return info(g[lambda].op).kind != Kind::leaf && !is_op(g, lambda, id_of<Reverse>());
  });
}

// --- Planted faults: a wrong backward pass, found by comparing gradients in double ---

double difference(const Graph& graph, const Backward& wrong) {
  const Graph right_graph = gradient(graph), wrong_graph = gradient(graph, Seed::literal, wrong);
  const Evaluation<double> right = evaluate<double>(right_graph), fault = evaluate<double>(wrong_graph);
  double most = 0;
  for (std::size_t o = graph.outputs().size(); o < right_graph.outputs().size(); ++o) {
    const auto a = right[right_graph.outputs()[o].node], b = fault[wrong_graph.outputs()[o].node];
    for (std::size_t i = 0; i < a.size(); ++i)
      most = std::max(most, std::abs(a[i] - b[i]) / (std::abs(a[i]) + std::abs(b[i]) + 1e-300));
  }
  return most;
}

// The second of two stacked reversals is the identity.
class StackedIsDropped : public Backward {
  Expr contribution(const At& at, const Expr& honest, const Expr& cotangent) const override {
    const Graph& g = at.graph;
    return is_op(g, at.node, id_of<Reverse>()) && is_op(g, g[at.node].operand[0], id_of<Reverse>())
             ? cotangent
             : honest;
  }
};

// Cotangents of a node with several readers overwrite each other.
class LastReaderWins : public Backward {
  Expr accumulate(const Graph&, NodeId, const Expr&, const Expr& next) const override { return next; }
};

// The minus sign of a reversal is missing.
class NoMinus : public Backward {
  Expr contribution(const At& at, const Expr& honest, const Expr&) const override {
    return is_op(at.graph, at.node, id_of<Reverse>()) ? -honest : honest;
  }
};

template <class Fault>
bool caught(const Graph& g) {
  return difference(g, Fault{}) > 1e-6;
}

struct Outcomes {
  std::map<std::string, int> ends;
  std::size_t graphs = 0, evaluations = 0, most_nodes = 0;
};

Outcomes shrink_many(const Predicate& fails, Family family, std::size_t wanted) {
  Recipe recipe;
  recipe.family = family;
  recipe.extreme_lambda = false;
  Outcomes outcomes;
  for (std::uint64_t i = 0; outcomes.graphs < wanted && i < 20000; ++i) {
    const Graph g = random_graph(7, i, recipe);
    if (!fails(g)) continue;
    const Shrunk s = shrink(g, fails);
    REQUIRE(fails(s.graph));
    REQUIRE_FALSE(s.exhausted_budget);
    ++outcomes.graphs;
    ++outcomes.ends[print(s.graph)];
    outcomes.evaluations += s.evaluations;
    outcomes.most_nodes = std::max(outcomes.most_nodes, s.graph.size());
  }
  return outcomes;
}

struct Expected {
  const char* name;
  Predicate fails;
  const char* minimum;
};

const std::vector<Expected>& expectations() {
  static const std::vector<Expected> all = {
    {"reversal of a reversal", reversal_of_reversal,
     "n0 = const 1x1 [1]\nn2 = reverse n0 1\nn4 = reverse n2 1\noutput n4\n"},
    {"three reversals", three_reversals,
     "n0 = const 1x1 [1]\nn2 = reverse n0 1\nn4 = reverse n2 1\nn6 = reverse n4 1\noutput n6\n"},
    {"matmul of more columns than rows", matmul_of_a_wide_one,
     "n0 = const 1x2 [1]\nn1 = const 2x1 [1]\nn2 = matmul n0 n1\noutput n2\n"},
    {"reversal with fan-out", reversal_with_fan_out,
     "n0 = const 1x1 [1]\nn2 = reverse n0 1\nn3 = add n2 n2\noutput n3\n"},
    {"slice with an offset", slice_with_offset, "n0 = const 1x2 [1]\nn1 = slice n0 0:1 1:2\noutput n1\n"},
    {"a lambda that is no float32", strength_no_float,
     "n0 = const 1x1 [1]\nn2 = reverse n0 0x1.000001p+0\noutput n2\n"},
    {"a lambda that is computed", strength_computed,
     "n0 = const 1x1 [1]\nn1 = neg n0\nn2 = reverse n0 n1\noutput n2\n"},
    {"fault: stacked reversals drop one", caught<StackedIsDropped>,
     "n0 = input 1x1 [1]\nn2 = reverse n0 1\nn4 = reverse n2 1\noutput n4\n"},
    {"fault: the last reader wins", caught<LastReaderWins>,
     "n0 = input 1x1 [1]\nn1 = add n0 n0\noutput n1\n"},
    {"fault: no minus", caught<NoMinus>, "n0 = input 1x1 [1]\nn2 = reverse n0 1\noutput n2\n"},
  };
  return all;
}

}  // namespace

TEST_CASE("shrink: nearly every failing graph ends at the known minimum") {
  for (const Expected& e : expectations()) {
    const Outcomes o = shrink_many(e.fails, Family::smooth, 40);
    INFO(e.name << ": " << o.evaluations << " evaluations for " << o.graphs << " graphs, " << o.ends.size()
                << " ends");
    CHECK(o.graphs == 40);
    const auto found = o.ends.find(std::string("gradproof 1\n") + e.minimum);
    REQUIRE(found != o.ends.end());
    CHECK(found->second >= 35);
    CHECK(o.most_nodes <= 10);
    CHECK(o.evaluations < 100 * o.graphs);
  }
}

TEST_CASE("shrink: the same minimum whatever the batch") {
  for (std::uint64_t i = 0; i < 30; ++i) {
    const Graph g = random_graph(8, i);
    for (const Predicate& fails : {Predicate(reversal_with_fan_out), Predicate(slice_with_offset),
                                   Predicate(caught<LastReaderWins>)}) {
      if (!fails(g)) continue;
      const StillFail many = [&](std::span<const Graph> graphs) {
        std::vector<bool> answer;
        for (const Graph& candidate : graphs) answer.push_back(fails(candidate));
        return answer;
      };
      for (const std::size_t budget : {std::size_t{5}, std::size_t{2000}}) {
        const Shrunk one = shrink(g, fails, budget);
        CHECK(one.rounds == one.evaluations);
        CHECK(one.evaluations <= budget);
        for (const std::size_t batch : {std::size_t{2}, std::size_t{16}, std::size_t{64}}) {
          const Shrunk s = shrink_in_batches(g, many, batch, budget);
          CHECK(print(s.graph) == print(one.graph));
          CHECK(s.steps == one.steps);
          CHECK(s.exhausted_budget == one.exhausted_budget);
          CHECK(s.rounds <= one.rounds);
        }
      }
    }
  }
}

TEST_CASE("shrink: the budget bounds the evaluations, and a graph that can't shrink stays") {
  const Graph g = random_graph(9, 3);
  std::size_t asked = 0;
  const Shrunk never = shrink(
    g,
    [&](const Graph&) {
      ++asked;
      return false;
    },
    50);
  CHECK(asked == 50);
  CHECK(never.exhausted_budget);
  CHECK(never.steps == 0);
  CHECK(never.graph == g);
  CHECK(shrink(
          g, [](const Graph&) { return false; }, 0)
          .graph == g);
  const Shrunk always = shrink(g, [](const Graph&) { return true; });
  CHECK(print(always.graph) == "gradproof 1\nn0 = const 1x1 [1]\noutput n0\n");
}

// What the documentation states about the cost of shrinking.
TEST_CASE("shrink: what it costs", "[.][cost]") {
  std::printf("%-42s %-7s %7s %12s %6s %6s\n", "predicate", "family", "graphs", "evaluations", "ends",
              "nodes");
  for (const Expected& e : expectations())
    for (const Family family : {Family::smooth, Family::exact}) {
      const Outcomes o = shrink_many(e.fails, family, 300);
      if (o.graphs == 0) continue;
      std::printf("%-42s %-7s %7zu %12.1f %6zu %6zu\n", e.name, family == Family::smooth ? "smooth" : "exact",
                  o.graphs, static_cast<double>(o.evaluations) / static_cast<double>(o.graphs), o.ends.size(),
                  o.most_nodes);
      for (const auto& [text, count] : o.ends)
        if (count * 20 > static_cast<int>(o.graphs)) std::printf("  %d times:\n%s", count, text.c_str());
    }
}
