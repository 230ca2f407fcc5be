#include <set>

#include "gradproof/analysis.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/text.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

Graph graph_of(std::string_view text) {
  auto d = parse(text);
  if (!d) FAIL(d.error().message());
  return d->graph;
}

std::vector<std::string> texts_of_smaller(const Graph& g) {
  std::vector<std::string> texts;
  smaller(g, [&](Graph&& s) {
    texts.push_back(print(s));
    return true;
  });
  return texts;
}

bool can_become(std::string_view from, std::string_view to) {
  const std::vector<std::string> texts = texts_of_smaller(graph_of(from));
  return std::ranges::find(texts, print(graph_of(to))) != texts.end();
}

}  // namespace

TEST_CASE("smaller: every candidate is valid, simpler and sound, and the list is the same each time") {
  for (const Family family : {Family::smooth, Family::exact}) {
    Recipe recipe;
    recipe.family = family;
    for (std::uint64_t i = 0; i < 40; ++i) {
      const Graph g = random_graph(3, i, recipe);
      std::size_t count = 0;
      smaller(g, [&](Graph&& s) {
        ++count;
        REQUIRE(simpler(s, g));
        REQUIRE_FALSE(simpler(g, s));
        REQUIRE(Graph::make(s.draft()).ok());
        REQUIRE(well_defined(s));
        REQUIRE(rounding_bounds(s, Dtype::f64).kink_margin > 1);
        const auto back = parse(print(s));
        REQUIRE(back.ok());
        REQUIRE(back->graph == s);
        return true;
      });
      CHECK(count > 0);
      CHECK(texts_of_smaller(g) == texts_of_smaller(g));
    }
  }
}

TEST_CASE("smaller: the order is strict, and nothing is simpler than the least graph") {
  const Graph least = graph_of("c = const 1x1 [1]\noutput c\n");
  CHECK_FALSE(simpler(least, least));
  CHECK(texts_of_smaller(least).empty());
}

TEST_CASE("smaller: taking a candidate at random always ends") {
  for (std::uint64_t i = 0; i < 20; ++i) {
    Graph g = random_graph(4, i);
    Draw draw(5, i);
    for (int steps = 0;; ++steps) {
      REQUIRE(steps < 2000);
      std::optional<Graph> next;
      std::uint32_t skip = draw.below(20);
      smaller(g, [&](Graph&& s) {
        next = std::move(s);
        return skip-- > 0;
      });
      if (!next) break;
      g = *std::move(next);
    }
    CHECK(g.size() == 1);
  }
}

TEST_CASE("smaller: a search can be copied, and goes on from a position") {
  const Graph g = random_graph(6, 0);
  SmallerGraphs search(g);
  for (int i = 0; i < 5; ++i) REQUIRE(search.next());
  const auto fifth = search.position();
  SmallerGraphs copy = search;
  SmallerGraphs resumed(g, fifth);
  REQUIRE(resumed.next());
  for (int i = 0; i < 20; ++i) {
    const auto a = search.next(), b = copy.next(), c = resumed.next();
    REQUIRE((a && b && c));
    CHECK(print(*a) == print(*b));
    CHECK(print(*a) == print(*c));
  }
}

TEST_CASE("smaller: each move does what its name says") {
  CHECK(move_names().size() == 13);
  const char* const join = "x = input 1x2 [1 2]\na = reverse x 2\nb = reverse x 3\ny = add a b\noutput y\n";
  CHECK(can_become(join, "x = input 1x2 [1 2]\na = reverse x 2\noutput a\n"));  // output earlier
  CHECK(
    can_become(join, "a = input 1x2 [1 2]\nx = input 1x2 [1 2]\nb = reverse x 3\ny = add a b\noutput y\n") ==
    false);
  CHECK(can_become(join, "x = input 1x2 [1 2]\nb = reverse x 3\noutput b\n"));                   // bypass
  CHECK(can_become(join, "x = input 1x2 [1 2]\na = reverse x 2\nb = reverse a 3\noutput b\n"));  // serialise
  CHECK(can_become(join, "x = input 1x2 [1 2]\nb = reverse x 3\ny = add x b\noutput y\n"));      // rewire
  CHECK(can_become(join, "x = input 1x1 [2]\na = reverse x 2\nb = reverse x 3\ny = add a b\noutput y\n"));
  CHECK(can_become(join, "x = input 1x2 [1 2]\na = reverse x 1\nb = reverse x 3\ny = add a b\noutput y\n"));
  CHECK(can_become(join, "x = input 1x2 [1]\na = reverse x 2\nb = reverse x 3\ny = add a b\noutput y\n"));
  CHECK(can_become("x = input 1x1 [2]\ny = exp x\noutput y\n", "x = input 1x1 [2]\ny = neg x\noutput y\n"));
  CHECK(
    can_become("x = input 1x1 [2]\ny = pow x 5\noutput y\n", "x = input 1x1 [2]\ny = pow x 3\noutput y\n"));
  CHECK(can_become("x = input 1x1 [2]\ny = neg x\noutput y\noutput x\n",
                   "x = input 1x1 [2]\ny = neg x\noutput y\n"));
  CHECK(can_become("z = input 1x1 [2]\nx = input 1x1 [2]\noutput x\n", "x = input 1x1 [2]\noutput x\n"));
  CHECK(can_become("x = input 1x1 [2]\noutput x\n", "x = const 1x1 [2]\noutput x\n"));
  CHECK(can_become("x = input 1x1 [2]\noutput x cotangent [-3]\n", "x = input 1x1 [2]\noutput x\n"));
  CHECK(can_become("x = input 1x1 [2]\ny = reverse x x\noutput y\n",
                   "x = input 1x1 [2]\ny = reverse x 2\noutput y\n"));
  CHECK(can_become("x = input 1x1 [3]\na = reverse x 1\nb = neg a\ny = sub b x\noutput y\n",
                   "x = input 1x1 [3]\na = reverse x 1\ny = add a x\noutput y\n"));  // bypass below another
  // A shared λ comes apart.
  CHECK(can_become("x = input 1x1 [3]\nl = const 1x1 [2]\na = reverse x l\nb = reverse a l\noutput b\n",
                   "x = input 1x1 [3]\na = reverse x 2\nl = const 1x1 [2]\nb = reverse a l\noutput b\n"));
}

TEST_CASE("smaller: rows and columns that are tied go together") {
  // The inner dimension of a product; the sum of rows has the columns of its operand; a slice keeps what it
  // took.
  CHECK(can_become(
    "a = input 2x3 [1 2 3; 4 5 6]\nb = input 3x1 [7; 8; 9]\nc = matmul a b\noutput c cotangent [2; 3]\n",
    "a = input 2x2 [1 3; 4 6]\nb = input 2x1 [7; 9]\nc = matmul a b\noutput c cotangent [2; 3]\n"));
  CHECK(can_become(
    "a = input 2x3 [1 2 3; 4 5 6]\nb = input 3x1 [7; 8; 9]\nc = matmul a b\noutput c cotangent [2; 3]\n",
    "a = input 1x3 [4 5 6]\nb = input 3x1 [7; 8; 9]\nc = matmul a b\noutput c cotangent [3]\n"));
  CHECK(can_become(
    "a = input 2x2 [1 2; 3 4]\ns = sum a rows\nb = broadcast s 3x2\noutput b cotangent [1 2; 3 4; 5 6]\n",
    "a = input 2x1 [1; 3]\ns = sum a rows\nb = broadcast s 3x1\noutput b cotangent [1; 3; 5]\n"));
  CHECK(can_become(
    "a = input 2x2 [1 2; 3 4]\ns = sum a rows\nb = broadcast s 3x2\noutput b cotangent [1 2; 3 4; 5 6]\n",
    "a = input 2x2 [1 2; 3 4]\ns = sum a rows\nb = broadcast s 2x2\noutput b cotangent [1 2; 5 6]\n"));
  CHECK(can_become("a = input 1x4 [1 2 3 4]\ns = slice a 0:1 1:3\noutput s\n",
                   "a = input 1x3 [2 3 4]\ns = slice a 0:1 0:2\noutput s\n"));
  CHECK(can_become("a = input 1x4 [1 2 3 4]\ns = slice a 0:1 1:3\noutput s\n",
                   "a = input 1x3 [1 2 3]\ns = slice a 0:1 1:3\noutput s\n"));
  CHECK(can_become("a = input 1x4 [1 2 3 4]\ns = slice a 0:1 1:3\noutput s\n",
                   "a = input 1x4 [1 2 3 4]\ns = slice a 0:1 1:2\noutput s\n"));
  CHECK(can_become(
    "a = input 2x1 [1; 2]\nb = input 3x1 [3; 4; 5]\nc = concat a b rows\noutput c cotangent [1; 2; 3; 4; "
    "5]\n",
    "a = input 1x1 [1]\nb = input 3x1 [3; 4; 5]\nc = concat a b rows\noutput c cotangent [1; 2; 3; 4]\n"));
  CHECK(can_become("a = input 2x3 [1 2 3; 4 5 6]\nb = reshape a 3x2\noutput b\n",
                   "a = input 1x3 [4 5 6]\nb = reshape a 3x1\noutput b\n"));
  CHECK(can_become("a = input 2x3 [1 2 3; 4 5 6]\nb = reshape a 1x6\noutput b\n",
                   "a = input 2x2 [1 2; 4 5]\nb = reshape a 1x4\noutput b\n"));
}

TEST_CASE("smaller: an unsound graph is made smaller all the same, a sound one stays sound") {
  // log of a negative number: nothing may be asked of its values.
  CHECK(
    can_become("x = input 1x2 [-1 2]\ny = log x\noutput y\n", "x = input 1x1 [-1]\ny = log x\noutput y\n"));
  // A candidate on the kink of relu, or beside it, is left out.
  const std::vector<std::string> texts =
    texts_of_smaller(graph_of("x = input 1x1 [-3]\ny = relu x\noutput y\n"));
  CHECK(std::ranges::none_of(
    texts, [](const std::string& t) { return t.find("[0]\nn") != t.npos && t.find("relu") != t.npos; }));
  CHECK_FALSE(texts.empty());
}

TEST_CASE("smaller: inputs that were unread stay until their own move") {
  const Graph g = graph_of("z = input 1x1 [2]\nx = input 1x1 [2]\ny = exp x\nw = exp y\noutput w\n");
  bool kept = false;
  smaller(g, [&](Graph&& s) {
    kept = kept || (s.inputs().size() == 2 && s.size() < g.size());
    return true;
  });
  CHECK(kept);
  // What an edit leaves unread is gone at once.
  CHECK(can_become("x = input 1x1 [2]\ny = exp x\nw = exp y\noutput w\n",
                   "y = input 1x1 [0x1.d9p+2]\nw = exp y\noutput w\n") == false);
}

TEST_CASE("smaller: names survive") {
  const auto texts = texts_of_smaller(
    graph_of("feature = input 1x1 [2]\nflipped = reverse feature 3\nloss = exp flipped\noutput loss\n"));
  CHECK(std::ranges::any_of(texts, [](const std::string& t) {
    return t.find("flipped = reverse feature 3\noutput flipped") != t.npos;
  }));
}

TEST_CASE("smaller: empty matrices and graphs of one leaf are no trouble") {
  CHECK_NOTHROW(texts_of_smaller(graph_of("x = input 0x2 []\ny = reverse x 2\noutput y\n")));
  CHECK_NOTHROW(texts_of_smaller(graph_of("x = input 1x1 [inf]\noutput x\n")));
  CHECK_NOTHROW(texts_of_smaller(graph_of("x = input 1x1 [nan]\ny = exp x\noutput y\n")));
  CHECK_NOTHROW(texts_of_smaller(graph_of("x = input 1x1 [1e300]\ny = square x\noutput y\n")));
}
