#include "tests/bench/checkers/cases.hpp"

#include "gradproof/calculus.hpp"
#include "gradproof/rounded.hpp"
#include "gradproof/text.hpp"

namespace gradproof::inline v0 {

const std::vector<ScalarCase>& scalar_cases() {
  static const std::vector<ScalarCase> cases = {
    {"tail", "exp x, far up", "y = exp x", 700, {}},
    {"tail", "exp x, far down", "y = exp x", -700, {}},
    {"tail", "log x, near 0", "y = log x", 1e-300, {}},
    {"tail", "log x, far out", "y = log x", 1e300, {}},
    {"tail", "exp(-x^2)", "q = square x\nn = neg q\ny = exp n", 20, {500, 0}},
    {"near zero", "cos x, beside its maximum", "y = cos x", 1e-9, {}},
    {"near zero", "(x - 1)^3, beside its flat point", "d = sub x 1\ny = pow d 3", 1 + 0x1p-20, {}},
    {"zero", "(x - 1)^2, at its minimum", "d = sub x 1\ny = square d", 1, {}},
    // e^x and e^x - 1 are rounded where they are about 1.
    {"cancellation", "exp x - 1 - x", "e = exp x\nd = sub e 1\ny = sub d x", 1e-4, {4, 0x1p-52}},
    // Two roots of up to 2.3e4, each off by half of 2^-38.
    {"cancellation",
     "sqrt(x + 1) - sqrt x",
     "a = add x 1\nb = sqrt a\nc = sqrt x\ny = sub b c",
     1e8,
     {4, 0x1p-37}},
    // Terms of up to 1.3e17, where an ulp is 16; six roundings.
    {"cancellation",
     "(x + 1)^3 - x^3 - 3 x^2",
     "a = add x 1\nb = pow a 3\nc = pow x 3\nd = sub b c\ne = square x\nf = mul 3 e\ny = sub d f",
     1e5,
     {4, 48}},
    // The argument is rounded at 1300, or at 1000.
    {"oscillation", "sin(1000 x)", "a = mul 1000 x\ny = sin a", 1.3, {4, 0x1p-42}},
    {"oscillation", "sin(1 / x)", "a = div 1 x\ny = sin a", 1e-3, {4, 0x1p-42}},
    {"oscillation", "sin x, far out", "y = sin x", 1e8, {}},
    {"kink nearby", "relu x + x", "r = relu x\ny = add r x", 1e-9, {}},
    {"kink nearby", "|x - 1| + x^2", "d = sub x 1\na = abs d\nq = square x\ny = add a q", 1 + 0x1p-30, {}},
    {"kink nearby", "max(x^2, x)", "q = square x\ny = max q x", 1 + 0x1p-24, {}},
    {"steep", "sigmoid(10^4 (x - 1/2))", "d = sub x 0.5\na = mul 10000 d\ny = sigmoid a", 0.501, {32, 0}},
    {"saturated", "sigmoid x", "y = sigmoid x", 40, {}},
    {"saturated", "tanh x", "y = tanh x", 20, {}},
    {"saturated", "softplus x", "y = softplus x", -50, {}},
    {"scale", "x^2, at 10^150", "y = square x", 1e150, {}},
    // The argument is of order 1 and is rounded twice.
    {"scale", "sin(10^300 x)", "a = mul 1e300 x\ny = sin a", 1e-300, {4, 0x1p-48}},
    {"scale", "10^-300 exp(sin x)", "s = sin x\ne = exp s\ny = mul 1e-300 e", 1, {}}};
  return cases;
}

Graph graph_of(const ScalarCase& c) {
  const auto document = parse("x = input 1x1 [" + Literal(c.point).text() + "]\n" + c.body + "\noutput y\n");
  return document->graph;
}

double computed(const Graph& graph, double x) {
  using Double = Rounded<Dtype::f64>;
  Evaluation<Double> e(graph);
  e.leaf(graph.inputs()[0])[0] = Double(x);
  e.run();
  return e[graph.outputs()[0].node][0].value();
}

}  // namespace gradproof::inline v0
