#include <catch2/catch.hpp>
#include <gradproof/calculus.hpp>
#include <gradproof/rapidcheck.hpp>

// An engine of your own that answers for graphs; here gradproof's stands in its place.
class Mine : public gradproof::Engine {};

TEST_CASE("the catalogue holds on my engine") {
  Mine mine;
  REQUIRE(gradproof::rc::holds("reversal-scales", mine));
  for (const auto& run : gradproof::rc::all(mine, {.seed = 7, .graphs = 50})) CHECK(run);
}

// A property of your own, on graphs that shrink and print as text.
TEST_CASE("a gradient graph has the values of its graph") {
  CHECK(rc::check([](const gradproof::Graph& graph) {
    const auto values = gradproof::evaluate<double>(graph);
    const auto with_gradient = gradproof::evaluate<double>(gradproof::gradient(graph));
    for (std::uint32_t i = 0; i < graph.size(); ++i)
      for (std::size_t k = 0; k < values[{i}].size(); ++k) RC_ASSERT(values[{i}][k] == with_gradient[{i}][k]);
  }));
}
