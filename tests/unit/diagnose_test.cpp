// Whom a diagnosis blames.
#include "verify/diagnose.hpp"
#include "gradproof/text.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

Counterexample failing(const char* graph) {
  Counterexample e{"gradient-duals", {parse(graph)->graph, Dtype::f64}, {}, 2, 0, ""};
  e.finding.outcome = Outcome::fails;
  e.finding.worst = Disagreement{"gradient of x [0,0]", 2, 0, 1e-15, Residual::ratio};
  return e;
}

std::string cause(const std::vector<Counterexample>& examples) {
  Engine engine;
  return diagnose(engine, examples, {}).cause;
}

}  // namespace

TEST_CASE("Where no smallest graph has a reversal, the operations are named and the layer is not blamed") {
  const Counterexample without = failing("x = input 1x1 [3]\ny = pow x 3\nz = square y\noutput z\n"),
                       with = failing("x = input 1x1 [3]\ny = reverse x 2\noutput y\n");
  CHECK(cause({without}).find("no part in it: the smallest graphs have none, and are made of pow, square,") !=
        std::string::npos);
  CHECK(cause({with}).find("no part") == std::string::npos);
  CHECK(cause({without, with}).find("no part") == std::string::npos);
}
