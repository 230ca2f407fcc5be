#include "user/rows.hpp"

#include <cmath>
#include <exception>

#include "gradproof/calculus.hpp"
#include "user/recording.hpp"

namespace gradproof::inline v0 {

std::string of_exception(const std::string& who) {
  try {
    throw;
  } catch (const std::exception& e) {
    return who + " threw an exception: " + e.what();
  } catch (...) {
    return who + " threw an exception";
  }
}

Result<Recorded, std::string> recorded(const calling::Function& f, const std::vector<double>& x,
                                       const std::vector<double>& cotangents, const CheckOptions& options) {
  const bool passes = options.contract.kind == GradientContract::Kind::straight_through;
  Recording recording(x, passes ? Rounding::straight_through : Rounding::constant);
  std::vector<Traced> results;
  try {
    results = f.traced(recording.inputs(), 1);
  } catch (...) {
    return of_exception("f");
  }
  if (results.empty()) return std::string("f has no results");
  std::vector<double> seeds = cotangents;
  seeds.resize(results.size(), options.contract.factor);
  auto graph = recording.graph(results, seeds);
  if (!graph) return graph.error();
  Recorded r{*std::move(graph), {}, recording.border()};
  for (const Traced& t : results) r.values.push_back(t.value());
  return r;
}

namespace {

// The graph with some of its outputs.
Graph with_outputs(const Graph& graph, std::vector<Output> outputs) {
  Draft draft = graph.draft();
  draft.outputs = std::move(outputs);
  return *Graph::make(std::move(draft));
}

// For each entry of the graph's gradient that entry's own gradient.
void append_gradients_of_gradient(Rows& rows, const Graph& graph, Dtype dtype) {
  const Graph g = gradient(graph);
  for (std::size_t i = graph.outputs().size(); i < g.outputs().size(); ++i) {
    const std::vector<Right> row = gradient_of(with_outputs(g, {{g.outputs()[i].node, {Literal(1)}}}), dtype);
    rows.right.insert(rows.right.end(), row.begin(), row.end());
  }
}

// <direction, gradient> as a graph, whose own gradient is the Hessian times the direction.
Graph gradient_along(const Graph& graph, const std::vector<double>& direction) {
  const Graph g = gradient(graph);
  std::vector<Output> outputs;
  for (std::size_t i = 0; i < direction.size(); ++i)
    outputs.push_back({g.outputs()[graph.outputs().size() + i].node, {Literal(direction[i])}});
  return with_outputs(g, std::move(outputs));
}

RowsOrReason measured(const calling::Function& f, const std::vector<double>& x, const CheckOptions& options) {
  Rows rows;
  try {
    rows.values = f.plain(x, 1);
    for (std::size_t i = 0; i < rows.values.size(); ++i) {
      const Component component = [&](std::span<const double> at) { return f.plain(at, 1).at(i); };
      const std::vector<Right> row = slopes_of(component, x, options);
      rows.right.insert(rows.right.end(), row.begin(), row.end());
    }
  } catch (...) {
    return of_exception("f");
  }
  if (rows.values.empty()) return std::string("f has no results");
  return rows;
}

}  // namespace

RowsOrReason jacobian_of(const calling::Function& f, const std::vector<double>& x,
                         const CheckOptions& options) {
  if (!f.traced) return measured(f, x, options);
  auto whole = recorded(f, x, {}, options);
  if (!whole) return whole.error();
  Rows rows{{}, whole->values, whole->border, whole->graph};
  for (const Output& output : whole->graph.outputs()) {
    const std::vector<Right> row = gradient_of(with_outputs(whole->graph, {output}), options.dtype);
    rows.right.insert(rows.right.end(), row.begin(), row.end());
  }
  return rows;
}

RowsOrReason hessian_of(const calling::Function& f, const std::vector<double>& x,
                        const CheckOptions& options) {
  auto whole = recorded(f, x, {}, options);
  if (!whole) return whole.error();
  Rows rows{{}, whole->values, whole->border, whole->graph};
  append_gradients_of_gradient(rows, whole->graph, options.dtype);
  return rows;
}

RowsOrReason hessian_along(const calling::Function& f, const std::vector<double>& x,
                           const std::vector<double>& direction, const CheckOptions& options) {
  auto whole = recorded(f, x, {}, options);
  if (!whole) return whole.error();
  Rows rows{{}, whole->values, whole->border, whole->graph};
  rows.right = gradient_of(gradient_along(whole->graph, direction), options.dtype);
  return rows;
}

RowsOrReason third_along(const calling::Function& f, const std::vector<double>& x,
                         const std::vector<double>& direction, const CheckOptions& options) {
  auto whole = recorded(f, x, {}, options);
  if (!whole) return whole.error();
  Rows rows{{}, whole->values, whole->border, whole->graph};
  append_gradients_of_gradient(rows, gradient_along(whole->graph, direction), options.dtype);
  return rows;
}

Right weighted(const std::vector<Right>& entries, const std::vector<double>& weights, Dtype dtype) {
  constexpr Bits start{64};
  Right sum{Enclosure{Real(0, start), Real(0, start)}, 0.0, 0.0, false, {}};
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Right& e = entries[i];
    const double w = std::abs(weights[i]);
    if (sum.doubt.empty()) sum.doubt = e.doubt;
    sum.on_kink = sum.on_kink || e.on_kink;
    if (e.truth && sum.truth) {
      const Enclosure term = scaled(*e.truth, weights[i]);
      const auto total = [](const Real& a, const Real& b, mpfr_rnd_t rounding) {
        Real r(std::max(a.precision(), b.precision()));
        mpfr_add(r.get(), a.get(), b.get(), rounding);
        return r;
      };
      sum.truth = Enclosure{total(sum.truth->lower, term.lower, MPFR_RNDD),
                            total(sum.truth->upper, term.upper, MPFR_RNDU)};
    } else sum.truth.reset();
    if (e.allowed && sum.allowed) *sum.allowed += w * *e.allowed;
    else sum.allowed.reset();
    if (e.bulk && sum.bulk) *sum.bulk += w * *e.bulk;
    else sum.bulk.reset();
  }
  // One rounding for each product, and one for each sum (Higham 2002, 4.2); twice that, as everywhere.
  const double n = static_cast<double>(entries.size());
  if (sum.allowed && sum.bulk) *sum.allowed += 2 * n * unit_roundoff(dtype) * *sum.bulk;
  return sum;
}

}  // namespace gradproof::inline v0
