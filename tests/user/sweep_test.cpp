// Random graphs as functions: a plain backward pass, in any format, never fails; and what an entry says that it sees, it sees.
#include <cmath>

#include "gradproof/calculus.hpp"
#include "gradproof/dtype.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/rounded.hpp"
#include "tests/catch.hpp"
#include "user/right.hpp"

using namespace gradproof;

namespace {

template <Dtype D>
std::vector<double> backward(const Graph& graph) {
  const Graph g = gradient(graph);
  const Evaluation<Rounded<D>> values = evaluate<Rounded<D>>(g);
  std::vector<double> result;
  for (std::size_t i = graph.outputs().size(); i < g.outputs().size(); ++i)
    for (const Rounded<D>& v : values[g.outputs()[i].node]) result.push_back(v.value());
  return result;
}

struct Counts {
  int entries = 0, holds = 0, undecided = 0, fails = 0, seen = 0, unseen = 0;
};

template <Dtype D>
Counts swept(std::uint64_t graphs, double beyond) {
  Counts n;
  CheckOptions options;
  options.dtype = D;
  for (std::uint64_t index = 0; index < graphs; ++index) {
    Recipe recipe;
    recipe.max_nodes = 12;
    recipe.extreme_lambda = D == Dtype::f64;
    const Graph graph = quantized(random_graph(11, index, recipe), D);
    const std::vector<Right> right = gradient_of(graph, D);
    const std::vector<double> claimed = backward<D>(graph);
    REQUIRE(right.size() == claimed.size());
    for (std::size_t i = 0; i < right.size(); ++i) {
      const CheckedEntry e = judged(right[i], claimed[i], 1, false, options);
      ++n.entries;
      n.holds += e.verdict == Verdict::holds ? 1 : 0;
      n.undecided += e.verdict == Verdict::undecided ? 1 : 0;
      n.fails += e.verdict == Verdict::fails ? 1 : 0;
      if (e.verdict != Verdict::holds || !e.power || e.right == 0) continue;
      // A claim that is off by so much of what the verdict says that it sees, and by an ulp of a double at least.
      const double wrong = e.right * (1 + std::max(beyond * *e.power, 0x1p-51));
      (judged(right[i], wrong, 1, false, options).verdict == Verdict::holds ? n.unseen : n.seen) += 1;
    }
  }
  return n;
}

}  // namespace

TEMPLATE_TEST_CASE_SIG("sweep: backward passes on random graphs", "", ((Dtype D), D), Dtype::f64, Dtype::f32,
                       Dtype::bf16) {
  const Counts n = swept<D>(400, 1.5);
  INFO(n.entries << " entries: " << n.holds << " hold, " << n.undecided << " undecided, " << n.fails
                 << " fail; " << n.seen << " seen, " << n.unseen << " unseen");
  CHECK(n.entries > 1000);
  CHECK(n.fails == 0);
  CHECK(n.holds > n.entries / 2);
  CHECK(n.unseen == 0);
  // What is smaller than that is not seen: the verdict does not boast the other way either.
  CHECK(swept<D>(100, 0.1).unseen > 0);
}
