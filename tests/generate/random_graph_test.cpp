#include <cstdio>
#include <ctime>
#include <map>

#include "gradproof/analysis.hpp"
#include "gradproof/calculus.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/text.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

Recipe recipe_of(Family family, std::uint32_t format_bits = 24) {
  Recipe r;
  r.family = family;
  r.format_bits = format_bits;
  return r;
}

// FNV-1a over the texts of the first graphs of seed 1.
std::uint64_t digest(const Recipe& recipe, std::uint64_t graphs) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (std::uint64_t i = 0; i < graphs; ++i)
    for (const char c : print(random_graph(1, i, recipe)))
      h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return h;
}

bool is_reversal(const Graph& g, NodeId id) { return g[id].op == id_of<Reverse>(); }

// The features of a graph that campaigns rely on, by name.
std::map<std::string, bool> features(const Graph& g) {
  std::map<std::string, bool> f;
  std::vector<int> uses(g.size(), 0);
  std::vector<bool> reversed(g.size(), false);
  for (std::uint32_t i = 0; i < g.size(); ++i) {
    const NodeId id{i};
    const Node& node = g[id];
    for (const NodeId x : g.operands(id)) {
      ++uses[x.index];
      reversed[i] = reversed[i] || reversed[x.index];
    }
    if (info(node.op).kind != Kind::leaf) f["op " + std::string(info(node.op).name)] = true;
    if (node.op == id_of<Matmul>() && node.shape.rows != node.shape.cols) f["matmul, not square"] = true;
    if (!is_reversal(g, id)) continue;
    if (reversed[i]) f["nested"] = true;
    if (is_reversal(g, node.operand[0])) f["stacked"] = true;
    if (info(g[node.operand[0]].op).kind == Kind::leaf) f["on a leaf"] = true;
    reversed[i] = true;
    const Node& strength = g[node.operand[1]];
    if (strength.op == id_of<Input>()) f["lambda an input"] = true;
    if (info(strength.op).kind != Kind::leaf) f["lambda computed"] = true;
    if (strength.op != id_of<Constant>()) continue;
    if (!strength.shape.is_scalar()) f["lambda for each entry"] = true;
    const Literal& l = g.values(node.operand[1])[0];
    const double v = l.nearest(), m = std::abs(v);
    f["lambda 0"] |= v == 0;
    f["lambda 1"] |= v == 1;
    f["lambda -1"] |= v == -1;
    f["lambda negative"] |= v < 0;
    f["lambda tiny"] |= m > 0 && m < 0x1p-29;
    f["lambda huge"] |= m > 0x1p29;
    f["lambda no double"] |= !l.is_double();
    f["lambda no float"] |= l.is_double() && static_cast<double>(static_cast<float>(v)) != v;
  }
  for (std::uint32_t i = 0; i < g.size(); ++i) {
    if (is_reversal(g, NodeId{i}) && uses[i] > 1) f["reversal with fan-out"] = true;
    if (g[NodeId{i}].op == id_of<Constant>() && uses[i] > 1 && g[NodeId{i}].shape.is_scalar())
      f["shared constant"] = true;
    if (uses[i] > 1) f["fan-out"] = true;
  }
  for (const NodeId x : g.inputs()) f["unread input"] |= uses[x.index] == 0 && x != g.outputs()[0].node;
  for (const Output& o : g.outputs()) {
    if (is_reversal(g, o.node)) f["at the output"] = true;
    f["output of many entries"] |= g[o.node].shape.size() > 1;
  }
  f["two outputs"] = g.outputs().size() > 1;
  return f;
}

std::map<std::string, double> shares(const Recipe& recipe, int graphs) {
  std::map<std::string, double> share;
  for (int i = 0; i < graphs; ++i)
    for (const auto& [name, has] : features(random_graph(11, static_cast<std::uint64_t>(i), recipe)))
      if (has) share[name] += 1.0 / graphs;
  return share;
}

bool has_gradient(const Graph& graph) {
  const Graph d = gradient(graph);
  const Evaluation<double> values = evaluate<double>(d);
  for (std::size_t i = graph.outputs().size(); i < d.outputs().size(); ++i)
    for (const double v : values[d.outputs()[i].node])
      if (v != 0) return true;
  return false;
}

// The least distance of an operand from a kink or from the edge of a domain, in double.
double least_distance(const Graph& g) {
  const Evaluation<double> values = evaluate<double>(g);
  double least = 1e9;
  for (std::uint32_t i = 0; i < g.size(); ++i) {
    const Node& node = g[NodeId{i}];
    with_op(node.op, [&]<class O>(std::type_identity<O>) {
      const auto a = values[node.operand[0]];
      if constexpr (requires(double x) { O::kink(x); }) {
        for (const double x : a) least = std::min(least, std::abs(O::kink(x)));
      } else if constexpr (requires(double x) { O::kink(x, x); }) {
        const auto b = values[node.operand[1]];
        for (std::size_t k = 0; k < a.size(); ++k) least = std::min(least, std::abs(O::kink(a[k], b[k])));
      }
      if constexpr (O::kind == Kind::elementwise)
        for (std::size_t k = 0; k < O::arity; ++k)
          for (const double x : values[node.operand[k]]) {
            if (O::domain[k] == Domain::positive) least = std::min(least, x);
            if (O::domain[k] == Domain::above_minus_one) least = std::min(least, 1 + x);
            if (O::domain[k] == Domain::nonzero) least = std::min(least, std::abs(x));
          }
    });
  }
  return least;
}

}  // namespace

TEST_CASE("random graphs: the same on every machine") {
  CHECK(digest(recipe_of(Family::smooth), 1000) == 0xdedcdbbf9c484dc6);
  CHECK(digest(recipe_of(Family::exact), 1000) == 0x714487ec9928c962);
  CHECK(digest(recipe_of(Family::exact, 8), 1000) == 0xcfd65ec2c97d6570);
}

TEST_CASE("random graphs: seed and index choose the graph, and nothing else") {
  const Recipe recipe;
  CHECK(random_graph(3, 4, recipe) == random_graph(3, 4, recipe));
  CHECK_FALSE(random_graph(3, 4, recipe) == random_graph(3, 5, recipe));
  CHECK_FALSE(random_graph(3, 4, recipe) == random_graph(4, 4, recipe));
}

TEST_CASE("random graphs: valid, parsed back, within the recipe") {
  for (const Family family : {Family::smooth, Family::exact}) {
    Recipe recipe = recipe_of(family);
    recipe.min_nodes = 3;
    recipe.max_nodes = 12;
    recipe.max_dimension = 3;
    recipe.min_reversals = 2;
    for (std::uint64_t i = 0; i < 500; ++i) {
      const Graph g = random_graph(5, i, recipe);
      const auto back = parse(print(g));
      REQUIRE(back.ok());
      CHECK(back->graph == g);
      std::uint32_t operations = 0, reversals = 0;
      for (const Node& node : g.nodes()) {
        operations += info(node.op).kind != Kind::leaf ? 1 : 0;
        reversals += node.op == id_of<Reverse>() ? 1 : 0;
        REQUIRE((node.shape.rows <= 3 && node.shape.cols <= 3));
      }
      REQUIRE((operations >= 3 && operations <= 12));
      CHECK(reversals >= 2);
      for (const Output& output : g.outputs())
        CHECK_FALSE(std::ranges::all_of(output.cotangent, [](const Literal& l) { return l.nearest() == 1; }));
    }
  }
}

TEST_CASE("random graphs: small and odd recipes") {
  Recipe recipe;
  recipe.min_nodes = recipe.max_nodes = 1;
  recipe.max_dimension = 1;
  for (std::uint64_t i = 0; i < 100; ++i) {
    const Graph g = random_graph(1, i, recipe);
    REQUIRE(is_reversal(g, g.outputs()[0].node));
  }
  recipe = {};
  recipe.min_reversals = 0;
  recipe.without = ~std::uint64_t{0};
  for (std::uint64_t i = 0; i < 100; ++i) {
    const Graph g = random_graph(1, i, recipe);
    for (const Node& node : g.nodes())
      REQUIRE((info(node.op).kind == Kind::leaf || node.op == id_of<Reverse>()));
  }
  recipe = {};
  recipe.max_nodes = 200;
  recipe.min_nodes = 200;
  recipe.max_dimension = 8;
  CHECK(random_graph(1, 1, recipe).size() >= 200);
  // A format too small for anything gives reversals on leaves.
  recipe = recipe_of(Family::exact, 4);
  recipe.max_dimension = 8;
  recipe.min_reversals = 2;
  for (std::uint64_t i = 0; i < 100; ++i) CHECK(random_graph(1, i, recipe).size() >= 3);
}

TEST_CASE("random graphs: every operation and every feature appears") {
  const auto smooth = shares(recipe_of(Family::smooth), 3000), exact = shares(recipe_of(Family::exact), 3000);
  for (std::uint8_t i = 0; i < op_count; ++i) {
    const OpInfo& op = info(OpId{i});
    if (op.kind == Kind::leaf) continue;
    INFO(op.name);
    CHECK(smooth.count("op " + std::string(op.name)) == 1);
    if (op.klass == Class::rational && op.name != "div")
      CHECK(exact.count("op " + std::string(op.name)) == 1);
  }
  for (const char* name :
       {"nested", "stacked", "on a leaf", "at the output", "reversal with fan-out", "fan-out", "two outputs",
        "lambda 0", "lambda 1", "lambda -1", "lambda negative", "lambda an input", "lambda computed",
        "matmul, not square", "output of many entries"}) {
    INFO(name);
    CHECK(smooth.at(name) > 0.03);
    CHECK(exact.at(name) > 0.03);
  }
  for (const char* name : {"lambda tiny", "lambda huge", "lambda no double", "lambda no float"})
    CHECK(smooth.at(name) > 0.05);
  for (const char* name : {"unread input", "lambda for each entry", "shared constant"})
    CHECK(smooth.at(name) > 0.005);
  CHECK(exact.count("lambda no float") == 0);
}

TEST_CASE("random graphs: values and gradients are finite, kinks and edges are far") {
  for (const Family family : {Family::smooth, Family::exact}) {
    Recipe recipe = recipe_of(family);
    recipe.extreme_lambda = false;
    int defined = 0, alive = 0;
    for (std::uint64_t i = 0; i < 2000; ++i) {
      const Graph g = random_graph(21, i, recipe);
      defined += well_defined(gradient(g)) ? 1 : 0;
      alive += has_gradient(g) ? 1 : 0;
      REQUIRE(least_distance(g) > 1.0 / 64 - 1e-4);
    }
    CHECK(defined >= 1990);
    CHECK(alive >= 1600);
  }
  for (std::uint64_t i = 0; i < 2000; ++i) REQUIRE(well_defined(gradient(random_graph(22, i))));
}

TEST_CASE("random graphs: exact ones are exact in their format") {
  for (const auto& [bits, wanted] : {std::pair{24U, 1960}, std::pair{11U, 1600}, std::pair{8U, 1600}}) {
    int exact = 0;
    for (std::uint64_t i = 0; i < 2000; ++i)
      exact += exact_bits(gradient(random_graph(31, i, recipe_of(Family::exact, bits)))) <= bits ? 1 : 0;
    INFO(bits << " bits: " << exact << " of 2000");
    CHECK(exact >= wanted);
  }
}

// Tables for those who tune the generator.
TEST_CASE("random graphs: what they are made of", "[.][distribution]") {
  const auto smooth = shares(recipe_of(Family::smooth), 20000),
             exact = shares(recipe_of(Family::exact), 20000);
  std::printf("%-26s %8s %8s\n", "share of graphs with", "smooth", "exact");
  for (const auto& [name, share] : smooth)
    std::printf("%-26s %7.2f%% %7.2f%%\n", name.c_str(), 100 * share,
                exact.count(name) != 0 ? 100 * exact.at(name) : 0.0);
  for (const Family family : {Family::smooth, Family::exact}) {
    std::map<std::size_t, int> lengths;
    int alive = 0;
    for (std::uint64_t i = 0; i < 20000; ++i) {
      const Graph g = random_graph(12, i, recipe_of(family));
      alive += has_gradient(g) ? 1 : 0;
      ++lengths[static_cast<std::size_t>(
        std::ranges::count_if(g.nodes(), [](const Node& n) { return info(n.op).kind != Kind::leaf; }))];
    }
    const char* name = family == Family::smooth ? "smooth" : "exact";
    std::printf("%s: %.2f%% have a gradient other than 0; by operations:", name, alive / 200.0);
    for (const auto& [n, count] : lengths) std::printf(" %zu:%.1f%%", n, count / 200.0);
    std::printf("\n");
  }
  for (const std::uint32_t bits : {24U, 11U, 8U}) {
    int exact_graphs = 0;
    for (std::uint64_t i = 0; i < 20000; ++i)
      exact_graphs +=
        exact_bits(gradient(random_graph(32, i, recipe_of(Family::exact, bits)))) <= bits ? 1 : 0;
    std::printf("exact family for %u bits: %.2f%% are\n", bits, exact_graphs / 200.0);
  }
}

TEST_CASE("random graphs: how many a second", "[.][speed]") {
  for (const Family family : {Family::smooth, Family::exact}) {
    double best = 0;
    for (int round = 0; round < 5; ++round) {
      // Processor time, so that other programs on the machine don't count.
      const std::clock_t start = std::clock();
      std::size_t nodes = 0;
      for (std::uint64_t i = 0; i < 20000; ++i) nodes += random_graph(1, i, recipe_of(family)).size();
      const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
      CHECK(nodes > 0);
      best = std::max(best, 20000 / seconds);
    }
    std::printf("%s: %.0f graphs a second, best of 5\n", family == Family::smooth ? "smooth" : "exact", best);
  }
}
