// What campaigns are made of: the census, the digest, swarms, graphs counted out, and the screening, each with what it
// must not miss.
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <set>

#include "campaign/desk.hpp"
#include "campaign/digest.hpp"
#include "campaign/examiner.hpp"
#include "campaign/screen.hpp"
#include "gradproof/calculus.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/text.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

Graph graph(const char* text) { return parse(text)->graph; }

std::vector<OpId> operations(std::initializer_list<const char*> names) {
  std::vector<OpId> ids;
  for (const char* name : names) ids.push_back(*find_op(name));
  return ids;
}

std::uint64_t digest_of(const Graph& g) {
  Digest d;
  d.add(g);
  return d.value();
}

}  // namespace

TEST_CASE("a census counts what a graph has") {
  Census c;
  c.add(
    graph("x = input 2x3 [1]\ny = reverse x 0.1\nz = reverse y -1\nw = mul z x\ns = sum w all\noutput s\n"));
  CHECK(c.graphs() == 1);
  CHECK(c.nodes[4] == 1);
  CHECK(c.depth[4] == 1);
  CHECK(c.fan_out[2] == 1);
  CHECK(c.reversals_on_a_path[2] == 1);
  CHECK(c.operations[find_op("reverse")->index] == 2);
  CHECK(c.pairs[find_op("mul")->index][find_op("reverse")->index] == 1);
  CHECK(c.strengths[static_cast<std::size_t>(Census::Strength::minus_one)] == 1);
  CHECK(c.strengths[static_cast<std::size_t>(Census::Strength::no_float32)] == 1);
  Census twice = c;
  twice.add(c);
  CHECK(twice.nodes[4] == 2);
  CHECK(twice.pairs[find_op("mul")->index][find_op("input")->index] == 2);
}

TEST_CASE("residuals fall into powers of two") {
  Census c;
  for (const double ulps : {0.0, 0x1p-20, 0x1p-6, 0x1.8p-6, 0.5, 1.0, 1.5, 256.0, 300.0, 1e30})
    c.add_residual(ulps);
  CHECK(c.residual == std::array<std::uint64_t, 17>{1, 2, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 2});
}

TEST_CASE("a digest tells graphs apart by anything in them") {
  const char* base = "x = input 1x2 [1 2]\ny = reverse x 0.5\noutput y cotangent [3 4]\n";
  std::set<std::uint64_t> seen = {digest_of(graph(base))};
  for (const char* other : {"x = input 1x2 [1 3]\ny = reverse x 0.5\noutput y cotangent [3 4]\n",
                            "x = input 2x1 [1; 2]\ny = reverse x 0.5\noutput y cotangent [3; 4]\n",
                            "x = input 1x2 [1 2]\ny = reverse x 1/3\noutput y cotangent [3 4]\n",
                            "x = input 1x2 [1 2]\ny = reverse x 0.5\noutput y cotangent [3 5]\n",
                            "x = input 1x2 [1 2]\ny = mul x x\noutput y cotangent [3 4]\n",
                            "x = input 1x2 [1 2]\ny = reverse x 0.5\noutput x cotangent [3 4]\n",
                            "x = const 1x2 [1 2]\ny = reverse x 0.5\noutput y cotangent [3 4]\n"})
    CHECK(seen.insert(digest_of(graph(other))).second);
  CHECK(digest_of(graph(base)) == *seen.find(digest_of(graph(base))));
  // The same on every machine and compiler: these were computed once.
  CHECK(digest_of(graph(base)) == 0xba2a1795baf85dc3ULL);
  CHECK(digest_of(random_graph(1, 7, {.family = Family::exact})) == 0x4f6061c7d08b0712ULL);
}

TEST_CASE("a swarm leaves the recipe's limits alone, and every fourth block as it is") {
  const Recipe whole{.family = Family::smooth, .max_nodes = 14, .without = 1U << find_op("tanh")->index};
  std::set<std::uint64_t> subsets;
  for (std::uint64_t block = 0; block < 64; ++block) {
    const Recipe r = swarm(1, block, whole);
    CHECK((r.without & whole.without) == whole.without);
    CHECK(r.max_nodes <= whole.max_nodes);
    CHECK(r.min_nodes <= r.max_nodes);
    CHECK(r.min_reversals <= r.max_nodes);
    if (block % 4 == 0) CHECK(r.without == whole.without);
    else subsets.insert(r.without);
    for (std::uint64_t i = 0; i < 20; ++i) (void)random_graph(1, block * 20 + i, r);
  }
  CHECK(subsets.size() > 40);
}

TEST_CASE("favoured operations come four times as often") {
  Recipe r{.family = Family::smooth, .min_reversals = 0};
  const OpId sin = *find_op("sin"), cos = *find_op("cos");
  r.favoured = std::uint64_t{1} << sin.index;
  Census c;
  for (std::uint64_t i = 0; i < 3000; ++i) c.add(random_graph(3, i, r));
  const double ratio =
    static_cast<double>(c.operations[sin.index]) / static_cast<double>(c.operations[cos.index]);
  CHECK(ratio > 3);
  CHECK(ratio < 5);
}

TEST_CASE("all small graphs are counted out, each once") {
  const Exhaustive all(2, operations({"mul", "reverse", "pow"}));
  // On n nodes: n^2 products, 5n reversals, 3n powers.
  CHECK(all.count() == 4 + 10 + 6 + (4 + 10 + 6) * (9 + 15 + 9));
  std::set<std::string> texts;
  const Graph one = graph(
    "x = input 1x1 [1.5]\ny = input 1x1 [-0.75]\nz = reverse x 0x1.999999999999ap-4\noutput z cotangent "
    "[3]\n");
  std::size_t graphs = 0, met = 0;
  for (std::uint64_t i = 0; i < all.count(); ++i)
    if (const auto g = all.nth(i)) {
      ++graphs;
      met += *g == one ? 1 : 0;
      texts.insert(print(*g));
    }
  CHECK(texts.size() == graphs);
  // Those whose first operation leads nowhere are the ones of one operation again, on two nodes of three.
  CHECK(graphs == 20 + 20 * (33 - 20));
  CHECK(met == 1);
}

TEST_CASE("the screening sees what is wrong, in double and at any precision, and passes what is right") {
  for (std::uint64_t i = 0; i < 300; ++i) {
    const Graph g = random_graph(11, i, {.family = i % 2 == 0 ? Family::exact : Family::smooth});
    CAPTURE(print(g));
    CHECK(screened(g).outcome != Outcome::fails);
    if (i % 10 == 0) CHECK(screened(g, 50).outcome != Outcome::fails);
  }
  const Graph g = graph("x = input 1x2 [1 2]\ny = tanh x\nz = reverse y 0.5\noutput z cotangent [3 4]\n");
  std::vector<std::vector<double>> right(1);
  for (const double x : {1.0, 2.0})
    right[0].push_back(-0.5 * (x == 1 ? 3 : 4) * (1 - std::tanh(x) * std::tanh(x)));
  CHECK(screened(g, Dtype::f64, right).outcome == Outcome::holds);
  auto wrong = right;
  wrong[0][1] *= 1 + 1e-12;
  CHECK(screened(g, Dtype::f64, wrong).outcome == Outcome::fails);
  CHECK(screened(g, Dtype::f32, wrong).outcome == Outcome::holds);
  std::swap(wrong[0][0], wrong[0][1]);
  CHECK(screened(g, Dtype::f32, wrong).outcome == Outcome::fails);
}

TEST_CASE("the screening allows for the additions along its direction") {
  // Small entries behind a large one: each of them rounds the sum. One of ten million graphs showed it.
  CHECK(screened(graph("a = input 1x1 [0.6875]\n"
                       "x = input 4x4 [-1 1.75 1.5 -0.5625; 1.1875 -0.75 0.25 1.375; -1.875 -1.1875 -1.125 "
                       "-1.9375; 0.25 0.875 "
                       "0.25 0.8125]\n"
                       "y = reverse x 0x1p-35\nz = reverse y -0x1.4de17ca6145b7p-1\n"
                       "output z cotangent [-0.625]\noutput a cotangent [-0.3125]\n"))
          .outcome == Outcome::holds);
}

TEST_CASE("the screening decides nothing at a kink") {
  CHECK(screened(graph("x = input 1x1 [0]\ny = relu x\nz = reverse y 2\noutput z\n")).outcome ==
        Outcome::undecided);
}

TEST_CASE(
  "when the time is over, a block in work is left, but for the first of the run and one that must be "
  "finished") {
  const std::string file =
    (std::filesystem::temp_directory_path() / ("gradproof-desk-" + std::to_string(getpid()) + ".db"))
      .string();
  CampaignPlan plan;
  plan.graphs = 6 * plan.block;
  auto made = Store::make(file, {plan, {}, "", ""});
  REQUIRE(made);
  Store store = *std::move(made);
  CampaignOptions options;
  options.seconds = 0;
  Desk desk(store, plan, options);
  REQUIRE_FALSE(desk.begin());
  // No block is begun any more; whoever is at one from before goes on until something is kept.
  CHECK_FALSE(desk.next());
  CHECK(desk.note({.graphs = 32}));
  Block whole;
  whole.number = 2;
  CHECK(desk.keep(whole));
  CHECK(desk.late());
  CHECK_FALSE(desk.note({.graphs = 32}));
  CHECK(desk.note({.graphs = 32, .must_finish = true}));
  // With time enough nothing is left.
  options.seconds = 1e6;
  CHECK(desk.note({.graphs = 32}));
  std::filesystem::remove(file);
  std::filesystem::remove(file + "-wal");
  std::filesystem::remove(file + "-shm");
}

TEST_CASE("a skeleton has no numbers") {
  CHECK(skeleton(graph("x = input 2x2 [1]\ny = reverse x 0.1\nz = mul y x\noutput z cotangent [2]\n")) ==
        "input const reverse(0,1) mul(0,2)");
}
