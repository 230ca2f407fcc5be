// The layer inside a training, step by step, against the engine's.
#include "training.hpp"

#include <algorithm>
#include <cmath>

#include "catalogue.hpp"
#include "compare.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/real.hpp"
#include "gradproof/splice.hpp"

namespace gradproof::inline v0 {

std::string_view name(Loss loss) {
  switch (loss) {
    case Loss::half_sum: return "half the sum of squares";
    case Loss::sum: return "the sum of squares";
    case Loss::mean: return "the mean of squares";
    case Loss::half_mean: return "half the mean of squares";
    case Loss::logistic_mean: return "the mean logistic loss";
    case Loss::logistic_sum: return "the sum of logistic losses";
  }
  return "?";
}

namespace {

Expr loss_of(Loss loss, const Expr& z, const Expr& t) {
  // -log of the probability that sigmoid(z) gives to a target of 0 or 1.
  const auto logistic = [&] { return softplus(z) - t * z; };
  switch (loss) {
    case Loss::half_sum: return squared_error(z, t);
    case Loss::sum: return sum(square(z - t), Axis::all);
    case Loss::mean: return mean(square(z - t));
    case Loss::half_mean: return mean(square(z - t)) / 2;
    case Loss::logistic_mean: return mean(logistic());
    case Loss::logistic_sum: return sum(logistic(), Axis::all);
  }
  return z;
}

// Numbers of about one, with few digits, so that a reader can type them; those of a batch's targets are 0 and 1.
std::vector<Literal> drawn(Draw& draw, Shape shape, bool targets) {
  std::vector<Literal> values;
  for (std::size_t k = 0; k < shape.size(); ++k)
    values.emplace_back(
      targets ? static_cast<double>(k % 2 == 0 ? draw.between(0, 1) : 1 - values.back().nearest() != 0)
              : std::ldexp(draw.between(-63, 63), -6));
  return values;
}

Expr behind(Wiring::Layer layer, Wiring::Layer here, const Expr& e, double strength) {
  if (layer != here) return e;
  return here == Wiring::Layer::cut ? stop(e) : reverse(e, Literal(strength));
}

}  // namespace

Graph network(const Wiring& w, std::uint64_t seed) {
  using Layer = Wiring::Layer;
  constexpr Shape batch{4, 3}, square_matrix{3, 3}, head{3, 1}, target{4, 1};
  Builder b;
  Draw draw(seed, 300);
  const auto input = [&](Shape shape, const char* name) {
    return b.input(shape, drawn(draw, shape, false), name);
  };
  const auto constant = [&](Shape shape, const char* name, bool targets) {
    return b.constant(shape, drawn(draw, shape, targets), name);
  };
  const Expr W = input(square_matrix, "W"), V = input(head, "V"), U = input(head, "U");
  const Expr x = constant(batch, "x", false), y = constant(target, "y", true),
             d = constant(target, "d", true);
  const Expr h = behind(w.layer, Layer::before_both_heads, tanh(matmul(x, W)), w.strength);
  const Expr features =
    behind(w.layer, Layer::cut, behind(w.layer, Layer::before_the_domain_head, h, w.strength), 0);
  const Expr domain = behind(w.layer, Layer::behind_the_domain_head, matmul(features, U), w.strength);
  b.output(loss_of(w.label_loss, matmul(h, V), y));
  b.output(loss_of(w.domain_loss, domain, d), {Literal(w.weight)});
  return std::move(b).finish_or_die();
}

Graph trained(const Graph& network, bool accumulates) {
  const Graph backward = gradient(network);
  Builder b;
  std::vector<Expr> now, sums;
  for (const NodeId id : network.inputs())
    now.push_back(b.input(network[id].shape, network.values(id), network.name(id)));
  // Rounded, where the format has no 0.1.
  const Expr rate = b.constant({}, Literal(learning_rate)) * b.constant({}, Literal(1));
  for (int step = 1; step <= training_steps; ++step) {
    const std::vector<Expr> all = spliced(b, backward, now);
    std::vector<Expr> gradients(all.begin() + static_cast<std::ptrdiff_t>(network.outputs().size()),
                                all.end());
    for (std::size_t k = 0; k < now.size(); ++k) {
      if (accumulates && step > 1) gradients[k] = gradients[k] + sums[k];
      now[k] = now[k] - gradients[k] * rate;
      b.rename(now[k].id, network.name(network.inputs()[k]) + " after step " + std::to_string(step));
    }
    sums = gradients;
    for (const Expr& e : now) b.output(e);
  }
  return std::move(b).finish_or_die();
}

std::vector<Case> training_cases(Dtype dtype, std::uint64_t seed, std::optional<double> fixed_lambda) {
  std::vector<Case> cases;
  for (const double lambda : {0.5, 2.0, -0.25}) {
    Wiring w;
    w.strength = fixed_lambda.value_or(lambda);
    cases.push_back({quantized(network(w, seed), dtype), dtype});
  }
  return cases;
}

namespace {

using Trajectory =
  std::vector<std::vector<double>>;  // each input after the first step, then after the second ...

// The descent in the case's format, with the subject's gradients.
Result<Trajectory, Finding> descended(Subject& subject, const Case& c) {
  std::vector<std::vector<double>> now;
  for (const NodeId id : c.graph.inputs()) {
    const auto values = c.graph.values(id);
    now.emplace_back(c.graph[id].shape.size(), values[0].nearest());
    for (std::size_t k = 0; k < values.size(); ++k) now.back()[k] = values[k].nearest();
  }
  Trajectory all;
  Case step = c;
  for (int s = 0; s < training_steps; ++s) {
    step.graph = with_inputs(c.graph, now);
    auto answer = numbers(subject.run(step), step);
    if (!answer) return answer.error();
    for (std::size_t i = 0; i < now.size(); ++i) {
      for (std::size_t k = 0; k < now[i].size(); ++k)
        now[i][k] = rounded(
          c.dtype, now[i][k] - rounded(c.dtype, answer->gradients[i][k] * rounded(c.dtype, learning_rate)));
      all.push_back(now[i]);
    }
  }
  return all;
}

// What the author's own step came to.
Result<Trajectory, Finding> trained_by(Subject& subject, const Case& c, const Graph& truth) {
  const Reply reply = subject.run(c);
  if (!reply) return no_answer(reply.error());
  if (reply->outputs.size() != truth.outputs().size())
    return wrong_shape("the training gave " + std::to_string(reply->outputs.size()) + " tensors in " +
                       std::to_string(training_steps) + " steps, not " +
                       std::to_string(truth.outputs().size()));
  Trajectory all;
  for (std::size_t o = 0; o < reply->outputs.size(); ++o) {
    const Tensor& t = reply->outputs[o];
    const NodeId node = truth.outputs()[o].node;
    const Shape shape = truth[node].shape;
    if (t.shape != shape_in_rank(shape, 2) || t.dtype != format(c.dtype).name ||
        t.values.size() != shape.size())
      return wrong_shape(truth.name(node) + " has not the shape " + shape.text() + " and the dtype " +
                         std::string(format(c.dtype).name));
    all.push_back(t.values);
  }
  return all;
}

Finding check_training(Subject& subject, const Case& c) {
  if (c.graph.inputs().empty() || c.rank != 2)
    return not_applicable("there is nothing to train in the graph");
  const Graph run = trained(c.graph);
  const Bounds bounds = rounding_bounds(run, c.dtype);
  if (!well_defined(run)) return undecided("a value is not finite or outside an operation's domain");
  if (bounds.overflows) return undecided("a value may overflow " + std::string(format(c.dtype).words));
  if (bounds.kink_margin <= 1) return undecided("an operand is nearer to a kink than rounding lets one see");
  const auto observed = c.contract == trains_itself ? trained_by(subject, c, run) : descended(subject, c);
  if (!observed) return observed.error();
  const auto exact = evaluate<Real>(run, Bits{106});
  Comparison comparison(run);
  const std::size_t inputs = c.graph.inputs().size();
  for (std::size_t o = 0; o < run.outputs().size(); ++o) {
    // What comes after the first wrong step is only its consequence.
    if (o % inputs == 0 && comparison.finish().outcome == Outcome::fails) break;
    for (std::size_t k = 0; k < (*observed)[o].size(); ++k)
      comparison.near_output_entry(o, k, exact[run.outputs()[o].node][k].to_double(), (*observed)[o][k],
                                   2 * bounds.outputs[o][k].error);
  }
  return comparison.finish();
}

}  // namespace

const Property training_trajectory{
  .id = "training-trajectory",
  .claim =
    "Four steps of training a network with two heads take its parameters where the formula takes them.",
  .explain =
    "h = tanh(x W) goes to a label head, h V, and through the layer to a domain head, h U; both losses are "
    "added, and W, V "
    "and U descend at a rate of 0.1. The label head and the domain head descend their losses; W descends the "
    "label loss and "
    "ascends λ times the domain loss. The allowed error is that of all roundings of all steps. With "
    "--contract training "
    "the steps are the author's own, and what only a training shows comes out: a layer that was never wired "
    "in, one behind "
    "the domain head, a domain loss that is subtracted as well as reversed, a λ that is computed and not "
    "passed on, "
    "gradients that are never set to zero.",
  .breaks =
    "A layer that was defined and never called, the layer behind the head, a loss that is subtracted as "
    "well, a λ that "
    "stays in a variable, and gradients that pile up from step to step.",
  .mend =
    "features -> layer -> domain head, loss = label_loss + domain_loss, zero_grad before each step; the sign "
    "is the "
    "layer's business alone.",
  .check = check_training,
  .looks = Looks::at_training};

}  // namespace gradproof::inline v0
