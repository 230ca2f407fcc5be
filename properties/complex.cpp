// The layer on complex numbers, given as pairs of a real and an imaginary part.
#include <string>

#include "catalogue.hpp"
#include "compare.hpp"
#include "lone.hpp"

namespace gradproof::inline v0 {

namespace {

// Three complex entries of six real numbers.
Scenario on_pairs(const Lone& layer, Dtype dtype) {
  const Shape shape{1, static_cast<std::uint32_t>(layer.x.size())};
  Scenario life{dtype, {}};
  life.steps.push_back({.what = Act::Do::make, .name = "a", .number = layer.lambda});
  life.steps.push_back({.what = Act::Do::pairs, .name = "x", .shape = shape, .values = layer.x});
  life.steps.push_back({.what = Act::Do::forward, .name = "y", .of = "a", .input = "x"});
  life.steps.push_back({.what = Act::Do::read, .name = "y", .shape = shape});
  life.steps.push_back(
    {.what = Act::Do::backward, .of = "y", .input = "x", .shape = shape, .values = layer.cotangent});
  return life;
}

// Real numbers in the shape of those: what fails there is no matter of complex numbers.
Case on_reals(const Lone& layer, Dtype dtype) {
  const std::size_t count = layer.x.size() / 2;
  const std::vector<Literal> x(layer.x.begin(), layer.x.begin() + static_cast<std::ptrdiff_t>(count)),
    g(layer.cotangent.begin(), layer.cotangent.begin() + static_cast<std::ptrdiff_t>(count));
  Builder b;
  b.output(reverse(b.input({1, static_cast<std::uint32_t>(count)}, x, "x"), Literal(layer.lambda)), g);
  return Case{std::move(b).finish_or_die(), dtype};
}

// What is wrong with the gradient, where all entries tell the same.
std::string likeness(const Lone& layer, Dtype dtype, const std::vector<double>& gradient) {
  const auto all = [&](double imaginary) {
    for (std::size_t k = 0; k < gradient.size(); ++k) {
      const double g = k % 2 == 1 ? imaginary * layer.cotangent[k] : layer.cotangent[k];
      if (!accepted(dtype, layer.lambda, g, gradient[k]).agrees) return false;
    }
    return true;
  };
  if (all(-1)) return "the gradient of a complex tensor comes back conjugated";
  if (all(0)) return "the gradient of a complex tensor loses its imaginary part";
  return "the gradient of a complex tensor is not -λ·g";
}

Finding check_complex(Subject& subject, const Case& c) {
  const auto layer = lone(c.graph);
  if (!layer) return not_applicable(std::string(not_alone));
  if (layer->x.empty() || layer->x.size() % 2 != 0)
    return not_applicable("it takes an even count of numbers to make complex ones");
  if (backward_rounded.check(subject, on_reals(*layer, c.dtype)).outcome == Outcome::fails)
    return not_applicable("the layer is wrong on real numbers already");
  const Scenario life = on_pairs(*layer, c.dtype);
  const Reply reply = subject.live(life);
  Finding f;
  Comparison comparison(c.graph);
  if (!reply) {
    f = no_answer(reply.error());
  } else if (reply->gradients.size() != 2 || !reply->gradients[0] ||
             reply->gradients[0]->values.size() != layer->x.size()) {
    f = wrong_shape("the result of a complex tensor is not complex");
  } else if (reply->gradients[1] && reply->gradients[1]->values.size() != layer->x.size()) {
    f = wrong_shape("the gradient of a complex tensor is not complex");
  } else {
    const std::vector<double>& y = reply->gradients[0]->values;
    const std::vector<double> none(layer->x.size(), 0);
    const std::vector<double>& gx = reply->gradients[1] ? reply->gradients[1]->values : none;
    for (std::size_t k = 0; k < y.size(); ++k) {
      comparison.record(0);
      comparison.judged_gradient_entry(0, k, layer->x[k], y[k], 0, y[k] == layer->x[k]);
      comparison.record(1);
      const Accepted a = accepted(c.dtype, layer->lambda, layer->cotangent[k], gx[k]);
      comparison.judged_gradient_entry(0, k, a.expected, gx[k], a.allowed, a.agrees);
    }
    f = comparison.finish();
    if (f.outcome == Outcome::fails)
      f.reason = y == layer->x ? likeness(*layer, c.dtype, gx) : "a complex tensor comes out as another one";
  }
  if (f.outcome == Outcome::fails) {
    f.question.life = life;
    f.story =
      "a = a layer\nx = a complex input\ny = a(x)\nlook at y, real and imaginary parts by turns\n"
      "go backward from y to x\n";
  }
  return f;
}

}  // namespace

const Property complex_too{
  .id = "complex-too",
  .claim = "A complex tensor passes as it is, and its gradient is -λ·g, not the conjugate.",
  .explain =
    "λ is real, so that a complex cotangent is scaled, real and imaginary part alike. Signals and Fourier "
    "features are complex, and a layer for them is easily written with a conjugate too many, by the formula "
    "for holomorphic functions, or with the real part alone. Tried where the framework has complex tensors "
    "and the layer takes them; a layer that raises an exception there takes none.",
  .breaks = "grad_output.conj() * -λ, grad_output.real, a cast to a real dtype.",
  .mend = "Multiply the cotangent by the real number -λ, and do nothing else to it.",
  .check = check_complex,
  .looks = Looks::at_its_life,
  .tier = Tier::recommended};

}  // namespace gradproof::inline v0
