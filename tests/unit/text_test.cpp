#include "gradproof/text.hpp"

#include <array>

#include "gradproof/ops.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

std::string error_of(std::string_view text) {
  const auto r = parse(text);
  return r ? "parsed" : r.error().message();
}

}  // namespace

TEST_CASE("text: a number of 5000 digits and an exponent of 5000 survives printing and parsing") {
  const std::string nines(5000, '9');
  for (const std::string& number :
       std::array<std::string, 3>{nines + "e5000", "-0." + nines.substr(1) + "e-5000", "1e5000"}) {
    const auto once = parse("x = input 1x1 [" + number + "]\noutput x\n");
    REQUIRE(once);
    const auto twice = parse(print(*once));
    REQUIRE(twice);
    CHECK(twice->graph == once->graph);
  }
  CHECK_FALSE(parse("x = input 1x1 [" + std::string(20001, '9') + "]\noutput x\n"));
}

TEST_CASE("text: every operation survives printing and parsing") {
  const std::string text =
    "gradproof 1\n"
    "@subject so:./lib.so\n"
    "x = input 2x3 [1 2 0x1.999999999999ap-4; -0 5 1/3]\n"
    "c = const 2x3 [0.5]\n"
    "p = mul x c\n"
    "s = add p x\n"
    "d = sub s x\n"
    "q = div d c\n"
    "e = exp q\n"
    "l = log e\n"
    "w = pow l -2\n"
    "r = reverse w 1/10\n"
    "m = transpose r\n"
    "t = matmul r m\n"
    "u = sum t rows\n"
    "v = broadcast u 3x2\n"
    "k = reshape v 2x3\n"
    "f = slice k 0:1 1:3\n"
    "g = concat f f rows\n"
    "o = max g g\n"
    "z = sum o all\n"
    "output z cotangent [-3]\n"
    "output g cotangent [1 2; 3 4]\n";
  const auto document = parse(text);
  REQUIRE(document.ok());
  CHECK(print(*document) == text);
  CHECK(document->find("subject") == "so:./lib.so");
  CHECK(document->graph.name(document->graph.inputs()[0]) == "x");
}

TEST_CASE("text: nameless graphs get numbered names and come back equal") {
  Builder b;
  const Expr x = b.input({2, 2}, std::array{Literal(1), Literal(2), Literal(3), Literal(4)});
  const Expr lambda = b.constant({}, Literal(2));
  b.output(reverse(reverse(x, lambda), Literal(0.1)) * lambda);
  const Graph g = std::move(b).finish_or_die();
  const auto again = parse(print(g));
  REQUIRE(again.ok());
  CHECK(again->graph == g);
  CHECK(print(again->graph) == print(g));
}

TEST_CASE("text: macros expand") {
  const auto d = parse(
    "x = input 2x2 [1 2; 3 4]\ny = const 2x2 [1 0; 0 1]\na = mean x\nb = logsumexp x\nc = "
    "softmax_cross_entropy x y\n"
    "d = squared_error x y\noutput a\noutput b\noutput c\noutput d\n");
  REQUIRE(d.ok());
  CHECK(d->graph[d->graph.outputs()[1].node].shape == Shape{2, 1});
}

TEST_CASE("text: a mistake is one line that says where and what was expected") {
  CHECK(error_of("x = input 2x [1]\noutput x\n") ==
        "line 1, column 11: expected a shape such as 2x3, found '2x'");
  CHECK(error_of("x = input 1x1 [1]\ny = frobnicate x\noutput y\n") ==
        "line 2, column 5: expected an operation (gradproof list ops names them), found 'frobnicate'");
  CHECK(error_of("x = input 1x1 [1]\ny = neg z\noutput y\n") ==
        "line 2, column 9: expected an operand: the name of a line above, or a number, found 'z'");
  CHECK(error_of("x = input 1x2 [1 2]\ny = input 2x1 [1; 2]\nz = add x y\noutput z\n") ==
        "line 3, column 1: add: the shapes 1x2 and 2x1 differ");
  CHECK(error_of("x = input 1x1 [1]\ny = reverse x nan\noutput y\n") ==
        "line 2, column 15: λ is nan; a reversal needs a finite λ");
  CHECK(error_of("x = input 1x100001 [1]\ny = logsumexp x\noutput y\n") ==
        "line 2, column 16: expected an operand of at most 100000 columns for logsumexp, found the end of "
        "the line");
  CHECK(error_of("x = input 1x1 [1]\n") == "line 2, column 1: the graph has no output");
  CHECK(error_of("x = input 2x2 [1 2; 3]\noutput x\n") ==
        "line 1, column 22: expected 2 values in each row of a 2x2, found ']'");
  CHECK(error_of("x = input 1x1 [1]\nx = neg x\noutput x\n") ==
        "line 2, column 1: expected a new name, found 'x' again");
  CHECK(error_of("x = input 1x1 [1] 7\n") == "line 1, column 19: expected the end of the line, found '7'");
  CHECK(error_of("gradproof 2\n") == "line 1, column 11: expected the format version 1, found '2'");
  CHECK(error_of("x = input 99999x99999 [1]\n").find("at most") != std::string::npos);
  CHECK(error_of("x = input 1x1 [1e999999]\n").find("expected a number") != std::string::npos);
  CHECK(error_of("").find("no output") != std::string::npos);
}

TEST_CASE("text: no input makes the parser crash", "[text]") {
  // Every truncation and every one-byte change of a real graph either parses or says why not.
  const std::string text =
    "gradproof 1\nx = input 2x2 [1 2; 3 0x1p-3]\nr = reverse x -1/3\ny = pow r 2\ns = sum y all\noutput s "
    "cotangent [2]\n";
  std::size_t refused = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    refused += parse(text.substr(0, i)).ok() ? 0 : 1;
    for (const char c : {'\0', ' ', '[', ';', '9', '-', 'z', '\n', '\xff'}) {
      std::string changed = text;
      changed[i] = c;
      refused += parse(changed).ok() ? 0 : 1;
    }
  }
  CHECK(refused > 400);
}
