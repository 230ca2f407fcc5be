// Every property can fail, every fault is caught: property x fault, the number of the first graph that shows
// it.
#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "examine.hpp"
#include "gradproof/text.hpp"
#include "tests/faults/faults.hpp"
#include "tests/golden.hpp"
#include "verify/battery.hpp"

using namespace gradproof;

namespace {

constexpr std::uint64_t graphs_tried = 60;

Examination small_graphs() {
  Examination e;
  e.graphs = graphs_tried;
  e.exact.max_nodes = e.smooth.max_nodes = 10;
  return e;
}

bool of_lone_layer(const Property* p) { return p->looks == Looks::at_the_layer; }
// Scenarios have faults of their own: life_faults_test.cpp; so have schedules and trainings.
bool of_graphs_or_layer(const Property* p) { return of_lone_layer(p) || p->looks == Looks::at_graphs; }

// The cases that a property is tried on: those of the lone layer, or random graphs.
std::vector<Case> cases_for(const Property* p, const Examination& e) {
  if (of_lone_layer(p)) return layer_cases(Dtype::f64, 1, {});
  std::vector<Case> cases;
  for (std::uint64_t i = 0; i < e.graphs; ++i)
    cases.push_back({quantized(nth_graph(e, i), e.dtype), e.dtype});
  return cases;
}

// The number of the first case on which the property fails, without shrinking it.
std::optional<std::uint64_t> first_failure(Subject& subject, const Property& property,
                                           const std::vector<Case>& cases) {
  for (std::size_t i = 0; i < cases.size(); ++i)
    if (property.check(subject, cases[i]).outcome == Outcome::fails) return i + 1;
  return {};
}

}  // namespace

TEST_CASE("kill matrix: every fault is caught and every property catches one") {
  const Examination e = small_graphs();
  std::vector<std::vector<std::string>> rows;
  std::map<std::string_view, int> caught_by;
  const std::vector<Case> layer = cases_for(find_property("forward-bits"), e),
                          graphs = cases_for(find_property("double-backward"), e);
  for (const Fault& fault : faults()) {
    FaultyEngine subject(fault);
    std::vector<std::string> row = {std::string(fault.name)};
    int catchers = 0;
    for (const Property* p : catalogue()) {
      if (!of_graphs_or_layer(p)) continue;
      const auto at = first_failure(subject, *p, of_lone_layer(p) ? layer : graphs);
      row.push_back(at ? std::to_string(*at) : ".");
      catchers += at ? 1 : 0;
      caught_by[p->id] += at ? 1 : 0;
    }
    INFO("fault " << fault.name);
    CHECK(catchers > 0);
    rows.push_back(std::move(row));
  }
  std::string text =
    "# The number of the first random graph (for the first two properties: case of the lone layer) on which "
    "a property catches a planted fault, '.' for none of " +
    std::to_string(graphs_tried) + ".\n# The properties, from left to right:\n";
  int column = 0;
  for (const Property* p : catalogue() | std::views::filter(of_graphs_or_layer))
    text += fmt::format("#  {:>2} {} ({} faults)\n", ++column, p->id, caught_by[p->id]);
  text += fmt::format("{:<32}", "# fault");
  for (int i = 1; i <= column; ++i) text += fmt::format(" {:>3}", i);
  text += "\n";
  for (const auto& row : rows) {
    text += fmt::format("{:<32}", row[0]);
    for (std::size_t i = 1; i < row.size(); ++i) text += fmt::format(" {:>3}", row[i]);
    text += "\n";
  }
  for (const Property* p : catalogue() | std::views::filter(of_graphs_or_layer)) {
    INFO("property " << p->id);
    CHECK(caught_by[p->id] > 0);
  }
  check_golden("tests/faults/kill_matrix.txt", text);
}

TEST_CASE("the engine itself passes the whole catalogue") {
  Engine engine;
  Examination e;
  e.graphs = 120;
  for (const Property* p : catalogue()) {
    if (p->looks != Looks::at_graphs) continue;
    const Examined x = examine(engine, *p, e);
    INFO(p->id << ": "
               << (x.counterexample && x.counterexample->finding.worst
                     ? x.counterexample->finding.worst->place
                     : "")
               << (x.counterexample ? print(x.counterexample->minimal.graph) : ""));
    CHECK(x.tally.fails == 0);
    CHECK(x.tally.holds > 0);
  }
}
