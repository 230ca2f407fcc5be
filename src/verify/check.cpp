// Every oracle on one graph.
#include <algorithm>
#include <cmath>

#include "compare.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/oracle.hpp"
#include "gradproof/verify.hpp"
#include "graph/apply.hpp"

namespace gradproof {

namespace {

// One entry of the gradient as reverse mode has it, with its error bound in units of u and its absolute path
// sum.
struct Entry {
  std::string place;
  Real value;
  Bound bound;
};

std::string place(const Graph& g, NodeId node, std::size_t k) {
  const std::uint32_t cols = std::max(1U, g[node].shape.cols);
  return g.name(node) + " [" + std::to_string(k / cols) + "," + std::to_string(k % cols) + "]";
}

template <class S>
Real to_real(const S& x, Bits bits) {
  if constexpr (std::is_same_v<S, Rational>) return Real(to_literal(x), bits);
  else return x;
}

// An oracle's rounding, done with guard bits, is at most that of reverse mode at the precision asked for.
template <class S>
OracleRow judged(std::string name, const OracleAnswer<S>& answer, const std::vector<Entry>& entries,
                 Bits bits) {
  OracleRow row{std::move(name), Outcome::holds, "", "0", "0"};
  Real largest(0, bits);
  if (!answer) return {row.oracle, Outcome::not_applicable, answer.error().reason, "", ""};
  if (answer->value.empty())
    return {row.oracle, Outcome::undecided, "the graph has no input entries", "", ""};
  const Real u = Real::power_of_two(-bits.count, bits);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Real difference = abs(to_real(answer->value[i], bits) - entries[i].value);
    Real allowed = Real(2 * entries[i].bound.error * 0x1p53, bits) * u;
    if (!answer->error.empty()) allowed = allowed + to_real(answer->error[i], bits);
    if (!std::isfinite(entries[i].bound.error) || !isfinite(difference)) {
      row.outcome = Outcome::undecided;
      row.note = entries[i].place + " is not finite, or outside an operation's domain";
      return row;
    }
    const Real scale = Real(entries[i].bound.bulk == 0 ? 1 : entries[i].bound.bulk, bits);
    const Real relative = difference / scale;
    if (largest <= relative) {
      largest = relative;
      row.worst = numeric<Real>::sign(relative) == 0 ? "0" : relative.text(2);
      row.allowed = numeric<Real>::sign(allowed) == 0 ? "0" : (allowed / scale).text(2);
    }
    if (difference <= allowed) continue;
    row.outcome = Outcome::fails;
    row.note = entries[i].place + ": oracle " + to_real(answer->value[i], bits).text(20) + ", reverse mode " +
               entries[i].value.text(20);
    return row;
  }
  return row;
}

// The working precision of an evaluation in which `digits` decimal digits survive the errors that the bound
// foresees.
Bits working_bits(std::int64_t digits_wanted, const Bounds& bounds) {
  double worst = 0;
  for (const auto& output : bounds.outputs)
    for (const Bound& b : output)
      if (b.value != 0 && std::isfinite(b.error))
        worst = std::max(worst, std::log2(std::max(1.0, b.error * 0x1p53 / std::abs(b.value))));
  return digits(digits_wanted + 3 + static_cast<std::int64_t>(worst / 3.3));
}

// The first node of the graph with an operand outside its domain.
std::optional<NodeId> outside_domain(const Graph& graph, const Evaluation<Real>& values) {
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const Node& node = graph[NodeId{i}];
    const bool good = with_op(node.op, [&]<class O>(std::type_identity<O>) {
      if constexpr (O::kind == Kind::elementwise || O::kind == Kind::selection) {
        for (std::size_t k = 0; k < O::arity; ++k)
          for (const Real& x : values[node.operand[k]])
            if (!inside(O::domain[k], x, node.attributes)) return false;
      }
      return true;
    });
    if (!good) return NodeId{i};
  }
  return {};
}

// Whether a selection stands on its kink. (A rounding at a tie has a value and a declared gradient.)
bool on_kink(const Graph& graph, const Evaluation<Real>& values) {
  for (const Node& node : graph.nodes()) {
    const bool on = with_op(node.op, [&]<class O>(std::type_identity<O>) {
      if constexpr (O::kind == Kind::selection) {
        const auto a = values[node.operand[0]], b = values[node.operand[O::arity - 1]];
        for (std::size_t k = 0; k < a.size(); ++k) {
          if constexpr (O::arity == 1) {
            if (numeric<Real>::sign(O::kink(a[k])) == 0) return true;
          } else if (numeric<Real>::sign(O::kink(a[k], b[k])) == 0) {
            return true;
          }
        }
      }
      return false;
    });
    if (on) return true;
  }
  return false;
}

// About how many operations on numbers the oracles need: each entry of an input is perturbed by itself.
double oracle_work(const Graph& graph) {
  double once = 0, entries = 0;
  for (const Node& node : graph.nodes()) {
    const double inner =
      info(node.op).kind == Kind::linear
        ? static_cast<double>(graph[node.operand[0]].shape.size()) / std::max(1U, node.shape.rows)
        : 1;
    once += static_cast<double>(node.shape.size()) * std::max(1.0, inner);
  }
  for (const NodeId input : graph.inputs()) entries += static_cast<double>(graph[input].shape.size());
  return once * entries;
}

}  // namespace

CheckReport check_graph(const Graph& graph, std::int64_t digits_wanted) {
  CheckReport report;
  report.digits = digits_wanted;
  const Graph g = gradient(graph);
  const Bounds bounds = rounding_bounds(g, Dtype::f64);
  const Bits bits = working_bits(digits_wanted, bounds);
  const Evaluation<Real> values = evaluate<Real>(g, bits);
  std::vector<Entry> entries;
  for (std::size_t o = 0; o < g.outputs().size(); ++o) {
    const NodeId node = g.outputs()[o].node;
    const bool is_value = o < graph.outputs().size();
    const NodeId named = is_value ? graph.outputs()[o].node : graph.inputs()[o - graph.outputs().size()];
    for (std::size_t k = 0; k < values[node].size(); ++k) {
      const Real& v = values[node][k];
      (is_value ? report.values : report.gradient)
        .push_back({place(graph, named, k), v.text(static_cast<int>(digits_wanted))});
      if (!is_value) entries.push_back({place(graph, named, k), v, bounds.outputs[o][k]});
    }
  }
  // At some hundred nanoseconds each this is a matter of minutes; beyond it, of hours.
  constexpr double most_work = 3e8;
  if (oracle_work(graph) > most_work) {
    report.reason =
      "the graph is too large for oracles that perturb one entry at a time; check a smaller one of its kind";
    return report;
  }
  if (const auto node = outside_domain(graph, values)) {
    report.reason = graph.name(*node) + " is given an operand outside the domain of " +
                    std::string(info(graph[*node].op).name);
    return report;
  }
  if (on_kink(graph, values)) report.reason = "a selection stands on its kink, where there is no derivative";
  report.rows.push_back(judged("differences in rationals", rational_differences(graph), entries, bits));
  report.rows.push_back(judged("duals in rationals", rational_duals(graph), entries, bits));
  report.rows.push_back(judged("central differences", central_differences(graph, bits), entries, bits));
  report.rows.push_back(judged("complex step", complex_step(graph, bits), entries, bits));
  report.rows.push_back(judged("duals", duals(graph, bits), entries, bits));
  if (!report.reason.empty())
    for (OracleRow& row : report.rows)
      if (row.outcome != Outcome::not_applicable) row.outcome = Outcome::undecided;
  const auto count = [&](Outcome o) { return std::ranges::count(report.rows, o, &OracleRow::outcome); };
  if (count(Outcome::fails) > 0) report.conclusion = Conclusion::not_verified;
  else if (count(Outcome::holds) > 0) report.conclusion = Conclusion::verified;
  else if (report.reason.empty()) report.reason = "no oracle could decide";
  return report;
}

}  // namespace gradproof
