#include "gradproof/calculus.hpp"

#include "gradproof/analysis.hpp"
#include "gradproof/oracle.hpp"
#include "gradproof/text.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

Graph graph_of(std::string_view text) {
  auto d = parse(text);
  if (!d) FAIL(d.error().message());
  return d->graph;
}

std::vector<double> gradient_of(const Graph& g) {
  const Graph d = gradient(g);
  const auto values = evaluate<double>(d);
  std::vector<double> all;
  for (std::size_t i = g.outputs().size(); i < d.outputs().size(); ++i)
    for (const double v : values[d.outputs()[i].node]) all.push_back(v);
  return all;
}

const char* const smooth =
  "x = input 2x3 [0.5 -0.25 1; 2 0.125 -1.5]\n"
  "w = input 3x2 [1 0.5; -0.5 0.25; 0.75 -1]\n"
  "h = matmul x w\n"
  "t = tanh h\n"
  "r = reverse t 1/3\n"
  "u = reverse r -1000000\n"
  "s = sigmoid u\n"
  "p = softplus r\n"
  "q = mul s p\n"
  "b = sum q rows\n"
  "c = broadcast b 2x2\n"
  "d = concat c q cols\n"
  "e = slice d 0:2 1:3\n"
  "f = exp e\n"
  "k = pow f -2\n"
  "m = max k q\n"
  "o = sum m all\n"
  "output o cotangent [-3]\n"
  "output q cotangent [0.5]\n";

}  // namespace

TEST_CASE("gradient: the reversal scales by -lambda what is behind it") {
  const Graph g = graph_of(
    "x = input 1x2 [3 5]\ny = square x\nr = reverse y 0.25\ns = sum r all\noutput s cotangent [2]\n");
  CHECK(gradient_of(g) == std::vector<double>{-3, -5});
}

TEST_CASE("gradient: a detached lambda gets none, an unread input gets zeros") {
  const Graph g =
    graph_of("x = input 1x2 [3 5]\nl = input 1x1 [2]\nr = reverse x l\ns = sum r all\noutput s\n");
  CHECK(gradient_of(g) == std::vector<double>{-2, -2, 0});
}

TEST_CASE("oracles: all agree with reverse mode on a graph with every kind of operation") {
  const Graph g = graph_of(smooth);
  const auto truth = reverse_mode(g, Bits{400});
  REQUIRE(truth.ok());
  REQUIRE(truth->value.size() == 12);
  for (const auto& [name, answer, bits] :
       {std::tuple{"complex step", complex_step(g, Bits{191}), 180.0},
        std::tuple{"duals", duals(g, Bits{191}), 180.0},
        std::tuple{"central differences", central_differences(g, Bits{191}), 170.0}}) {
    REQUIRE(answer.ok());
    for (std::size_t i = 0; i < 12; ++i) {
      INFO(name << " entry " << i << ": " << answer->value[i].text(30) << " against "
                << truth->value[i].text(30));
      const Real error = abs(answer->value[i] - truth->value[i]) / abs(truth->value[i]);
      CHECK(error.to_double() < std::exp2(-bits));
      if (name == std::string_view("central differences"))
        CHECK(abs(answer->value[i] - truth->value[i]) <= answer->error[i]);
    }
  }
}

TEST_CASE("oracles: exact in rationals") {
  const Graph g = graph_of(
    "x = input 2x2 [1 -2; 3 1/3]\ny = input 2x2 [2 1; -1 4]\na = matmul x y\nb = square a\nc = relu b\nd = "
    "reverse c 0.5\n"
    "e = mul d x\nf = abs e\nh = round f\ni = max h y\nj = sum i cols\noutput j cotangent [3; -2]\n");
  const auto reverse = reverse_mode_exact(g);
  const auto differences = rational_differences(g), dual = rational_duals(g);
  REQUIRE(reverse.ok());
  REQUIRE(differences.ok());
  REQUIRE(dual.ok());
  CHECK(reverse->value == differences->value);
  CHECK(reverse->value == dual->value);
}

TEST_CASE("oracles: say what they can't judge") {
  CHECK(rational_differences(graph_of("x = input 1x1 [1]\ny = exp x\noutput y\n")).error().reason ==
        "the graph has the analytic operation exp");
  CHECK(rational_differences(graph_of("x = input 1x1 [1]\ny = div 1 x\noutput y\n")).error().reason ==
        "the graph is not a polynomial of moderate degree");
  CHECK(rational_duals(graph_of("x = input 1x1 [0]\ny = div 1 x\noutput y\n")).error().reason ==
        "a value is undefined in rationals");
  CHECK(rational_differences(graph_of("x = input 1x1 [0]\ny = relu x\noutput y\n")).error().reason ==
        "a selection stands on its kink");
  CHECK(complex_step(graph_of("x = input 1x1 [inf]\noutput x\n"), Bits{100}).error().reason ==
        "a leaf is not finite");
}

TEST_CASE("second order: each application of a reversal multiplies by -lambda") {
  // f = x^3 behind a reversal of 2: the gradient is -2 * 3x^2, and the reversal of the forward node is passed
  // once more.
  const Graph g = graph_of("x = input 1x1 [5]\nr = reverse x 2\ny = pow r 3\noutput y\n");
  const Graph first = gradient(g);
  Draft only_gradient = first.draft();
  only_gradient.outputs = {first.outputs()[1]};
  const Graph second = gradient(*Graph::make(only_gradient));
  const auto values = evaluate<double>(second);
  CHECK(values[second.outputs()[0].node][0] == -2 * 3 * 25);
  CHECK(values[second.outputs()[1].node][0] == -2 * -2 * 6 * 5);
}

TEST_CASE("analysis: exactness and rounding") {
  const Graph g = graph_of(
    "x = input 1x2 [3 5]\ny = square x\nr = reverse y 0.25\ns = sum r all\noutput s cotangent [2]\n");
  CHECK(exact_bits(gradient(g)) <= 8);
  CHECK(exact_bits(graph_of("x = input 1x1 [1/3]\noutput x\n")) > 1e5);
  CHECK(exact_bits(graph_of("x = input 1x1 [1]\ny = exp x\noutput y\n")) > 1e5);
  const Bounds bounds = rounding_bounds(graph_of(smooth), Dtype::f64);
  CHECK(bounds.outputs.size() == 2);
  CHECK(bounds.outputs[0][0].error > 0x1p-53);
  CHECK_FALSE(bounds.overflows);
  CHECK(rounding_bounds(graph_of("x = input 1x1 [300]\ny = square x\noutput y\n"), Dtype::f16).overflows);
  CHECK(rounding_bounds(graph_of("x = input 1x1 [0]\ny = relu x\noutput y\n"), Dtype::f64).kink_margin == 0);
  CHECK(well_defined(graph_of(smooth)));
  CHECK_FALSE(well_defined(graph_of("x = input 1x1 [-1]\ny = log x\noutput y\n")));
}
