// Graphs as text: one format for counterexamples, the corpus, golden tests, the protocol, the command line
// and the docs.
//
//   gradproof 1
//   @subject py:grl.py:GRL              metadata: a key and the rest of the line
//   x = input 2x3 [1 2 3; 4 5 6]        a differentiated leaf
//   c = const 2x3 [0.5]                 one value fills
//   r = reverse x 1/3                   an operand may be a literal, a 1x1 constant
//   y = mul r c
//   s = sum y all
//   output s cotangent [0x1.8p-3]       without `cotangent`, ones
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gradproof/graph.hpp"

namespace gradproof::inline v0 {

// Line and column count from 1, columns in bytes.
struct ParseError {
  int line;
  int column;
  std::string expected;  // empty where the text can be read but makes no graph: `found` says why not
  std::string found;
  [[nodiscard]] std::string what() const;     // "expected a shape such as 2x3, found 'two'"
  [[nodiscard]] std::string message() const;  // "line 3, column 9: expected a shape such as 2x3, found 'two'"
};

// A graph and what stands beside it in its file.
struct Document {
  std::vector<std::pair<std::string, std::string>> metadata;
  Graph graph;
  [[nodiscard]] std::optional<std::string> find(std::string_view key) const;
};

// Any text is a document or a mistake in it: nothing is thrown.
[[nodiscard]] Result<Document, ParseError> parse(std::string_view text);

// Lossless: parse(print(g)) is g again.
[[nodiscard]] std::string print(const Graph& graph);
[[nodiscard]] std::string print(const Document& document);

// The names of the macros that the parser expands.
[[nodiscard]] std::vector<std::string_view> macro_names();

}  // namespace gradproof::inline v0
