#include <thread>

#include "crew.hpp"
#include "examine.hpp"
#include "gradproof/text.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

// The engine, but every gradient of a graph with a product in it has its sign flipped.
class FlipsProducts : public Engine {
 public:
  using Subject::run;
  std::vector<Reply> run(std::span<const Case> cases) override {
    std::vector<Reply> replies = Engine::run(cases);
    for (std::size_t i = 0; i < cases.size(); ++i) {
      if (!replies[i] || print(cases[i].graph).find("matmul") == std::string::npos) continue;
      Answer flipped = *replies[i];
      for (auto& gradient : flipped.gradients)
        for (double& v : gradient->values) v = -v;
      replies[i] = std::move(flipped);
    }
    return replies;
  }
  std::unique_ptr<Subject> another() const override { return std::make_unique<FlipsProducts>(); }
};

Examined examined(std::size_t jobs) {
  FlipsProducts subject;
  Examination e;
  e.graphs = 400;
  e.jobs = jobs;
  return examine(subject, *find_property("gradient-duals"), e);
}

}  // namespace

TEST_CASE("jobs: the tally, the first failure and its minimal graph are the same for every number of them") {
  const Examined one = examined(1);
  REQUIRE(one.counterexample);
  for (const std::size_t jobs : {2, 3, 8}) {
    const Examined many = examined(jobs);
    REQUIRE(many.counterexample);
    CHECK(many.found_at == one.found_at);
    CHECK(many.tally.holds == one.tally.holds);
    CHECK(many.tally.undecided == one.tally.undecided);
    CHECK(print(many.counterexample->minimal.graph) == print(one.counterexample->minimal.graph));
  }
}

TEST_CASE("jobs: each index is worked on once, and an exception reaches the caller") {
  for (const std::size_t workers : {1, 2, 5}) {
    std::vector<std::atomic<int>> seen(1000);
    in_parallel(workers, seen.size(), [&](std::size_t, std::size_t i) { ++seen[i]; });
    CHECK(std::ranges::all_of(seen, [](const auto& n) { return n == 1; }));
    CHECK_THROWS_AS(in_parallel(workers, 100,
                                [](std::size_t, std::size_t i) {
                                  if (i == 40) throw std::runtime_error("no");
                                }),
                    std::runtime_error);
  }
}
