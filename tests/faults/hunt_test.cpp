// How soon a campaign finds each planted fault, and how small it makes what it found.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "campaign/examiner.hpp"
#include "catalogue.hpp"
#include "compare.hpp"
#include "examine.hpp"
#include "gradproof/ops.hpp"
#include "tests/faults/faults.hpp"
#include "tests/golden.hpp"
#include "verify/battery.hpp"

using namespace gradproof;

namespace {

constexpr std::uint64_t seeds = 5, give_up = 2000, block = 20;

struct Found {
  std::uint64_t graphs;  // looked at, the failing one included
  const Property* property;
  Case c;
  Finding finding;
};

// What the campaign does with a graph of a subject in a process of its own: the screening, and what it can't see.
const Property* shown_by(Subject& subject, const Case& c, bool second_order) {
  const auto answer = numbers(subject.run(c), c);
  if (!answer || screened(c.graph, c.dtype, answer->gradients).outcome == Outcome::fails)
    return &gradient_duals;
  if (forward_identity.check(subject, c).outcome == Outcome::fails) return &forward_identity;
  return second_order && double_backward.check(subject, c).outcome == Outcome::fails ? &double_backward
                                                                                     : nullptr;
}

std::optional<Found> hunt(Subject& subject, std::uint64_t seed, bool second_order) {
  Recipe exact, smooth;
  exact.family = Family::exact;
  smooth.family = Family::smooth;
  for (std::uint64_t i = 0; i < give_up; ++i) {
    const Recipe r = swarm(seed, i / block, i % 2 == 0 ? exact : smooth);
    const Case c{quantized(random_graph(seed, i, r), Dtype::f64), Dtype::f64};
    const Property* p = shown_by(subject, c, second_order);
    if (p == nullptr) continue;
    Finding f = p->check(subject, c);
    if (f.outcome == Outcome::fails) return Found{i + 1, p, c, std::move(f)};
  }
  return {};
}

double mean(const std::vector<std::size_t>& all) {
  return static_cast<double>(std::accumulate(all.begin(), all.end(), std::size_t{0})) /
         static_cast<double>(all.size());
}

}  // namespace

TEST_CASE("hunt: each planted fault is found soon and made small") {
  std::string text = fmt::format(
    "# Graphs until a campaign finds a planted fault: the mean and the most of {} seeds. The first seed's "
    "graph, made small: its inputs\n"
    "# and operations, the evaluations that this took, and what it is.\n{:<32} {:>7} {:>5} {:>6} {:>12}  "
    "{}\n",
    seeds, "# fault", "mean", "most", "nodes", "evaluations", "smallest graph");
  std::vector<std::size_t> nodes, evaluations;
  std::size_t soon = 0;
  for (const Fault& fault : faults()) {
    INFO("fault " << fault.name);
    FaultyEngine subject(fault);
    std::vector<std::size_t> graphs;
    std::string smallest;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      const auto found = hunt(subject, seed, fault.second_order_only);
      graphs.push_back(found ? found->graphs : give_up);
      // The sign of a zero is for the strict, and for the layer alone: no graph shows it.
      CHECK(found.has_value() == (fault.name != "sign-of-zero-lost"));
      if (!found) continue;
      const Counterexample e = shrunk(subject, *found->property, found->c, found->finding);
      nodes.push_back(e.nodes);
      evaluations.push_back(e.shrink_evaluations);
      // Slippage: what came out fails in the same way as what went in.
      CHECK(e.finding.worst->residual == found->finding.worst->residual);
      if (seed == 1)
        smallest = fmt::format("{:>6} {:>12}  {}", e.nodes, e.shrink_evaluations, skeleton(e.minimal.graph));
    }
    soon += mean(graphs) <= 100 ? 1 : 0;
    const bool never = std::ranges::count(graphs, give_up) == static_cast<std::ptrdiff_t>(seeds);
    text += never ? fmt::format("{:<32}   never, in {} graphs of each seed\n", fault.name, give_up)
                  : fmt::format("{:<32} {:>7.1f} {:>5} {}\n", fault.name, mean(graphs),
                                *std::ranges::max_element(graphs), smallest);
  }
  text += fmt::format(
    "# {} of {} faults within 100 graphs in the mean; nodes {:.2f} in the mean and {} at most; evaluations "
    "{:.1f} in the mean\n",
    soon, faults().size(), mean(nodes), *std::ranges::max_element(nodes), mean(evaluations));
  CHECK(10 * soon >= 9 * faults().size());
  CHECK(mean(nodes) <= 3);
  CHECK(*std::ranges::max_element(nodes) <= 5);
  CHECK(mean(evaluations) <= 100);
  check_golden("tests/faults/hunt.txt", text);
}
