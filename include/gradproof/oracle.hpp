// The oracles: ways to find a graph's gradient that do not read the column of the table that they judge.
//
//   differences in rationals   forward, surrogate   exact, on polynomial graphs of class rational
//   duals in rationals         Dual's own rules     exact, on graphs of class rational
//   central differences        forward, surrogate   about half of the digits, with an error bar
//   complex step               forward, surrogate   all digits
//   duals                      Dual's own rules     all digits
//
// All of them work on the anchored graph, whose true derivative is the declared gradient.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradproof/calculus.hpp"
#include "gradproof/rational.hpp"
#include "gradproof/real.hpp"

namespace gradproof::inline v0 {

// d objective / d entry, for every entry of every input in order. `error` is the oracle's own bound on how
// far it may be off, beyond the rounding of its arithmetic; empty when it claims none.
template <class S>
struct OracleGradient {
  std::vector<S> value;
  std::vector<S> error;
};

// Why an oracle does not speak about a graph, as a phrase: "the graph has an analytic operation".
struct NotApplicable {
  std::string reason;
};

// A gradient for each input, or why this oracle has nothing to say.
template <class S>
using OracleAnswer = Result<OracleGradient<S>, NotApplicable>;

// Exact, of graphs whose operations are all rational: by differences of the anchored graph, and by dual numbers.
[[nodiscard]] OracleAnswer<Rational> rational_differences(const Graph& graph);
[[nodiscard]] OracleAnswer<Rational> rational_duals(const Graph& graph);
// `precision`: the bits wanted of the result, relative to the absolute path sum. The working precision and
// the step are chosen from the graph.
[[nodiscard]] OracleAnswer<Real> central_differences(const Graph& graph, Bits precision);
[[nodiscard]] OracleAnswer<Real> complex_step(const Graph& graph, Bits precision);
[[nodiscard]] OracleAnswer<Real> duals(const Graph& graph, Bits precision);
// The derivative along one direction, in one sweep: `direction` has a number for every entry of every input.
struct Along {
  Real value;
  double error;  // beyond the rounding of its arithmetic
};
[[nodiscard]] Result<Along, NotApplicable> complex_step_along(const Graph& graph, Bits precision,
                                                              std::span<const double> direction);

// What these are compared with: the reverse-mode gradient graph, evaluated.
[[nodiscard]] OracleAnswer<Real> reverse_mode(const Graph& graph, Bits precision);
[[nodiscard]] OracleAnswer<Rational> reverse_mode_exact(const Graph& graph);

}  // namespace gradproof::inline v0
