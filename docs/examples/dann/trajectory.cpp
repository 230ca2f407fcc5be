#include "trajectory.hpp"

#include <algorithm>
#include <cmath>
#include <gradproof/analysis.hpp>
#include <gradproof/calculus.hpp>
#include <gradproof/real.hpp>
#include <gradproof/splice.hpp>
#include <sstream>

namespace dann {

using gradproof::Builder, gradproof::Expr, gradproof::Graph, gradproof::Literal, gradproof::NodeId;

Graph first_steps(const Blobs& blobs, const Settings& settings, int steps) {
  const Graph start =
    losses(drawn_parameters(settings.seed), drawn_batch(blobs, settings, 1), strength(settings, 1));
  Builder b;
  const auto number = [&](double value) { return b.constant({}, Literal(value)); };
  std::vector<Expr> now, first, second;
  for (const NodeId id : start.inputs()) {
    now.push_back(b.input(start[id].shape, start.values(id), start.name(id)));
    first.push_back(b.constant(start[id].shape, Literal(0)));
    second.push_back(b.constant(start[id].shape, Literal(0)));
  }
  for (int step = 1; step <= steps; ++step) {
    const Graph backward = gradient(
      losses(drawn_parameters(settings.seed), drawn_batch(blobs, settings, step), strength(settings, step)));
    const std::vector<Expr> values = spliced(b, backward, now);
    const Expr rate = number(annealed_rate(settings, step));
    for (std::size_t k = 0; k < now.size(); ++k) {
      const Expr gradient = values[start.outputs().size() + k];
      // The differences from 1 are the schedule's own doubles: as nodes, their cancellation would count in each bound.
      first[k] = number(beta1) * first[k] + number(1 - beta1) * gradient;
      second[k] = number(beta2) * second[k] + number(1 - beta2) * square(gradient);
      const Expr mean = first[k] / number(unbias(beta1, step));
      const Expr size = sqrt(second[k] / number(unbias(beta2, step)));
      now[k] = now[k] - rate * mean / (size + number(epsilon));
      b.rename(now[k].id, start.name(start.inputs()[k]) + " after step " + std::to_string(step));
      b.output(now[k]);
    }
  }
  return std::move(b).finish_or_die();
}

namespace {

std::string disagreement(const std::string& name, std::size_t entry, const gradproof::Real& exact,
                         double computed, double allowed) {
  std::ostringstream text;
  text.precision(17);
  text << name << ", entry " << entry << ": " << computed << ", where " << exact.text(20) << " is right";
  text.precision(2);
  text << " and rounding explains " << allowed;
  return text.str();
}

}  // namespace

Trajectory judged(const Blobs& blobs, const Settings& settings, const std::vector<Parameters>& trained) {
  const Graph graph = first_steps(blobs, settings, static_cast<int>(trained.size()));
  const auto exact = gradproof::evaluate<gradproof::Real>(graph, gradproof::digits(50));
  const gradproof::Bounds bounds = gradproof::rounding_bounds(graph, gradproof::Dtype::f64);
  Trajectory t;
  for (std::size_t o = 0; o < graph.outputs().size(); ++o) {
    const std::vector<double>& computed = trained[o / parameter_shapes.size()][o % parameter_shapes.size()];
    const NodeId node = graph.outputs()[o].node;
    for (std::size_t k = 0; k < computed.size(); ++k) {
      const gradproof::Real& right = exact[node][k];
      // The bound is of first order; twice of it covers what that leaves out.
      const double allowed = 2 * bounds.outputs[o][k].error;
      const double off = std::abs((right - gradproof::Real(computed[k], gradproof::digits(50))).to_double());
      ++t.compared;
      if (!std::isfinite(allowed) || bounds.kink_margin <= 1) {
        ++t.undecided;
        continue;
      }
      t.worst = std::max(t.worst, off / allowed);
      // A parameter that is NaN is not within anything.
      if (off <= allowed) continue;
      if (t.wrong++ == 0) t.first_wrong = disagreement(graph.name(node), k, right, computed[k], allowed);
    }
  }
  return t;
}

std::string to_string(const Trajectory& t) {
  std::ostringstream text;
  text.precision(2);
  text << (t.wrong > 0       ? "FAILS"
           : t.undecided > 0 ? "is UNDECIDED"
                             : "holds")
       << ": of " << t.compared << " parameters " << t.wrong << " are off by more than rounding explains, "
       << t.undecided << " are undecided";
  if (t.wrong > 0) text << "\n  first: " << t.first_wrong;
  else text << "; the worst is off by " << t.worst << " of what it explains";
  return text.str();
}

}  // namespace dann
