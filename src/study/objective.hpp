// A graph as a function of its inputs' entries to one number, and that function in any number type.
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "gradproof/calculus.hpp"
#include "gradproof/complex.hpp"
#include "gradproof/dtype.hpp"
#include "gradproof/dual.hpp"
#include "gradproof/real.hpp"
#include "gradproof/rounded.hpp"
#include "gradproof/study.hpp"

namespace gradproof::inline v0 {

// The sum over the outputs of <cotangent, value> as the one output of a graph; a graph with a single number as its
// output and no other cotangent than 1 stays what it is.
[[nodiscard]] Graph scalar_objective(const Graph& graph);

// An entry of an input: its place among the inputs and in the input.
struct EntryOf {
  std::size_t input = 0, place = 0;
};
// A study goes entry by entry; above so many it asks which.
inline constexpr std::size_t most_entries = 1024;
[[nodiscard]] std::vector<EntryOf> entries_of(const Graph& graph);
// "x[0,1]"; "x" of a scalar.
[[nodiscard]] std::string place_name(const Graph& graph, const EntryOf& entry);
// The literal that stands there.
[[nodiscard]] Literal literal_at(const Graph& graph, const EntryOf& entry);
// The graph with another number at a place of a leaf.
[[nodiscard]] Graph moved(const Graph& graph, NodeId leaf, std::size_t place, double to);

// Decimal logarithm of |x|.
[[nodiscard]] Size size_of(const Real& x);
[[nodiscard]] Size size_of(double x);

// The declared function: the graph anchored at its point. Its derivative there is the declared gradient, whatever
// surrogates the graph has.
struct Declared {
  explicit Declared(const Graph& g) : graph(g), anchor(anchored(g)) {}
  // The graph as it is, whose derivative knows nothing of surrogates.
  [[nodiscard]] static Declared as_it_is(const Graph& g) {
    Declared d(g);
    d.anchor = {g, g.inputs(), {}};
    return d;
  }
  Graph graph;
  Anchored anchor;
};

template <class S>
S number_from(const Real& exact, Bits precision) {
  if constexpr (std::is_same_v<S, Real>) return exact.rounded(precision);
  else if constexpr (std::is_floating_point_v<S>) return static_cast<S>(exact.to_double());
  else return S(exact);
}
template <class S>
Real real_from(const S& x) {
  if constexpr (std::is_same_v<S, Real>) return x;
  else if constexpr (std::is_floating_point_v<S>) return Real(static_cast<double>(x), Bits{53});
  else return Real(x.value(), Bits{53});
}

// The declared function in one number type, its entries to be moved one at a time or all together.
template <class S>
class Moving {
 public:
  Moving(const Declared& declared, Bits precision)
      : declared_(&declared), evaluation_(declared.anchor.graph, precision) {
    const Evaluation<S> base = evaluate<S>(declared.graph, precision);
    for (const auto& [leaf, source] : declared.anchor.frozen)
      for (std::size_t k = 0; k < base[source].size(); ++k) evaluation_.leaf(leaf)[k] = base[source][k];
    evaluation_.run();
  }
  S& entry(const EntryOf& e) { return evaluation_.leaf(declared_->anchor.inputs[e.input])[e.place]; }
  // With one entry at another place for the length of this call.
  S with(const EntryOf& e, const S& there) {
    const S base = entry(e);
    entry(e) = there;
    evaluation_.run_after(declared_->anchor.inputs[e.input]);
    S value = evaluation_.objective();
    entry(e) = base;
    return value;
  }
  S now() {
    evaluation_.run();
    return evaluation_.objective();
  }

 private:
  const Declared* declared_;
  Evaluation<S> evaluation_;
};

// Calls f with the number type that computes in a format.
template <class F>
decltype(auto) with_number_of(Dtype dtype, F&& f) {
  switch (dtype) {
    case Dtype::f16: return f(std::type_identity<Rounded<Dtype::f16>>{});
    case Dtype::bf16: return f(std::type_identity<Rounded<Dtype::bf16>>{});
    case Dtype::f32: return f(std::type_identity<float>{});
    case Dtype::f64: break;
  }
  return f(std::type_identity<double>{});
}

// What is known of a graph: the middles of its values and of its gradient's entries, or why there are none.
struct Proven {
  std::vector<Real> values, slopes;
};
[[nodiscard]] Result<Proven, std::string> proven(const Graph& graph, Bits precision);
using Slopes = Result<std::vector<Real>, std::string>;
[[nodiscard]] Slopes proven_slopes(const Graph& graph, Bits precision);

// d^n f of the declared function in one entry, by a stencil in so many digits that its own error is far below any use
// that is made of it here; exactly 0 where nothing but its rounding is left.
[[nodiscard]] Real derivative_of_order(Moving<Real>& f, const EntryOf& entry, int order, Bits working);
// The working precision that it needs.
[[nodiscard]] Bits stencil_precision(const Graph& graph);

// A bound on the error of one value of the graph in a format, to first order.
[[nodiscard]] double rounding_of_value(const Graph& graph, Dtype dtype);
// The anchored graph as one of its own, its frozen leaves loaded with the values in double: what rounding_of_value takes.
[[nodiscard]] Graph loaded(const Declared& declared);

}  // namespace gradproof::inline v0
