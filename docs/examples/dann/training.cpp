#include "training.hpp"

#include <algorithm>
#include <cmath>
#include <gradproof/calculus.hpp>

namespace dann {

std::string_view name(Layer layer) {
  switch (layer) {
    case Layer::none: return "source only";
    case Layer::reversal: return "reversal";
    case Layer::minus_lost: return "minus sign lost";
  }
  return "?";
}

double scheduled_lambda(double progress) { return 2 / (1 + std::exp(-10 * progress)) - 1; }

double strength(const Settings& settings, int step) {
  const double lambda = scheduled_lambda(static_cast<double>(step) / settings.steps);
  switch (settings.layer) {
    case Layer::none: return 0;
    case Layer::reversal: return lambda;
    case Layer::minus_lost: return -lambda;
  }
  return 0;
}

double annealed_rate(const Settings& settings, int step) {
  return settings.rate / std::pow(1 + 10.0 * step / settings.steps, 0.75);
}

double unbias(double beta, int step) { return 1 - std::pow(beta, step); }

Batch drawn_batch(const Blobs& blobs, const Settings& settings, int step) {
  gradproof::Draw draw(settings.seed, 1000 + static_cast<std::uint64_t>(step));
  const auto all = static_cast<std::uint32_t>(blobs.source.points.size());
  Batch batch;
  for (int i = 0; i < settings.half_batch; ++i) {
    const std::size_t s = draw.below(all), t = draw.below(all);
    batch.source.push_back(blobs.source.points[s]);
    batch.labels.push_back(blobs.source.labels[s]);
    batch.target.push_back(blobs.target.points[t]);
  }
  return batch;
}

namespace {

// Adam's moving averages of one tensor's gradient and of its square.
struct Averages {
  std::vector<double> first, second;
};

void descend(std::vector<double>& parameter, Averages& averages, std::span<const double> gradient,
             double rate, int step) {
  averages.first.resize(parameter.size());
  averages.second.resize(parameter.size());
  for (std::size_t i = 0; i < parameter.size(); ++i) {
    double &m = averages.first[i], &v = averages.second[i];
    m = beta1 * m + (1 - beta1) * gradient[i];
    v = beta2 * v + (1 - beta2) * gradient[i] * gradient[i];
    parameter[i] -= rate * (m / unbias(beta1, step)) / (std::sqrt(v / unbias(beta2, step)) + epsilon);
  }
}

}  // namespace

Parameters train(const Blobs& blobs, const Settings& settings, int steps, const After& after) {
  Parameters parameters = drawn_parameters(settings.seed);
  std::array<Averages, parameter_shapes.size()> averages;
  for (int step = 1; step <= steps; ++step) {
    const gradproof::Graph forward =
      losses(parameters, drawn_batch(blobs, settings, step), strength(settings, step));
    // The graph of the gradient has the graph's outputs, then the gradient of each input.
    const gradproof::Graph backward = gradproof::gradient(forward);
    const auto values = gradproof::evaluate<double>(backward);
    for (std::size_t k = 0; k < parameters.size(); ++k)
      descend(parameters[k], averages[k], values[backward.outputs()[forward.outputs().size() + k].node],
              annealed_rate(settings, step), step);
    after(step, parameters);
  }
  return parameters;
}

namespace {

double told_rightly(const Domain& domain, const Parameters& parameters) {
  const gradproof::Graph graph = label_logits(parameters, domain.points);
  const auto values = gradproof::evaluate<double>(graph);
  const auto logits = values[graph.outputs()[0].node];
  int right = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) right += (logits[i] > 0) == (domain.labels[i] == 1) ? 1 : 0;
  return static_cast<double>(right) / static_cast<double>(logits.size());
}

}  // namespace

Accuracy accuracy(const Blobs& blobs, const Parameters& parameters) {
  return {told_rightly(blobs.source, parameters), told_rightly(blobs.target, parameters)};
}

Course trained(const Blobs& blobs, const Settings& settings) {
  Course course;
  const int stride = std::max(1, settings.steps / 100);
  const auto look = [&](int step, const Parameters& now) {
    if (step % stride != 0) return;
    course.steps.push_back(step);
    course.accuracies.push_back(accuracy(blobs, now));
  };
  course.parameters = train(blobs, settings, settings.steps, look);
  return course;
}

}  // namespace dann
