// Every oracle on one graph.
#include <algorithm>
#include <cmath>

#include "compare.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/oracle.hpp"
#include "gradproof/truth.hpp"
#include "gradproof/verify.hpp"

namespace gradproof::inline v0 {

namespace {

// One entry of the gradient: the interval that is proven to hold it, its rounding bound in units of u and its
// absolute path sum.
struct Entry {
  std::string place;
  Enclosure truth;
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

// An oracle fails when what it says, give or take its own error bar, lies outside of the truth widened by the rounding
// of its arithmetic: done with guard bits, that is at most what reverse mode may be off by at the precision asked for.
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
    const Real said = to_real(answer->value[i], bits), difference = abs(said - middle(entries[i].truth));
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
    if (contains(widened(entries[i].truth, allowed), said)) continue;
    row.outcome = Outcome::fails;
    row.note =
      entries[i].place + ": oracle " + said.text(20) + ", reverse mode " + text(entries[i].truth, 20);
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

namespace {

// What is proven of values and gradient, entered into the report; the gradient's entries are returned.
std::vector<Entry> enter_truth(const Graph& graph, const Enclosures& truth, const Bounds& bounds,
                               CheckReport& report) {
  std::vector<Entry> entries;
  const int digits_shown = static_cast<int>(report.digits);
  for (std::size_t o = 0; o < truth.values.size(); ++o)
    for (std::size_t k = 0; k < truth.values[o].size(); ++k)
      report.values.push_back(
        {place(graph, graph.outputs()[o].node, k), text(truth.values[o][k], digits_shown)});
  for (std::size_t i = 0; i < truth.gradient.size(); ++i)
    for (std::size_t k = 0; k < truth.gradient[i].size(); ++k) {
      entries.push_back({place(graph, graph.inputs()[i], k), truth.gradient[i][k],
                         bounds.outputs[truth.values.size() + i][k]});
      report.gradient.push_back({entries.back().place, text(entries.back().truth, digits_shown)});
    }
  return entries;
}

// Why the oracles have nothing to say, where the truth has an obstacle that concerns them too. An entry that may be
// exactly 0 is no such obstacle: it is known well enough to judge an oracle by.
std::string obstacle(const Doubt& doubt) {
  switch (doubt.why) {
    case Obstacle::on_kink:
      return "a selection stands on its kink, where there is no derivative: " + doubt.message;
    case Obstacle::bad_precision:
    case Obstacle::not_finite:
    case Obstacle::outside_domain:
    case Obstacle::out_of_range: return doubt.message;
    case Obstacle::undecided: return "";
  }
  return "";
}

}  // namespace

CheckReport check_graph(const Graph& graph, std::int64_t digits_wanted) {
  CheckReport report;
  report.digits = digits_wanted;
  const Graph g = gradient(graph);
  const Bounds bounds = rounding_bounds(g, Dtype::f64);
  const Bits bits = working_bits(digits_wanted, bounds);
  // One decimal digit more than is shown.
  const auto proven = truth(graph, Bits{(digits_wanted + 1) * 3322 / 1000 + 1});
  const Enclosures& enclosures = proven ? *proven : proven.error().enclosures;
  if (!proven) report.reason = obstacle(proven.error().doubt);
  const std::vector<Entry> entries = enter_truth(graph, enclosures, bounds, report);
  // At some hundred nanoseconds each this is a matter of minutes; beyond it, of hours.
  constexpr double most_work = 3e8;
  if (oracle_work(graph) > most_work) {
    report.reason =
      "the graph is too large for oracles that perturb one entry at a time; check a smaller one of its kind";
    return report;
  }
  if (!proven && proven.error().doubt.why != Obstacle::on_kink && !report.reason.empty()) return report;
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

}  // namespace gradproof::inline v0
