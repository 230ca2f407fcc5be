#include "compare.hpp"

#include <limits>

#include "gradproof/ops.hpp"

namespace gradproof::inline v0 {

Judged::Judged(const Graph& graph, Dtype dtype)
    : graph_(graph), gradient_(gradient(graph)), bounds_(rounding_bounds(gradient_, dtype)) {
  if (!well_defined(gradient_)) undecidable_ = "a value is not finite or outside an operation's domain";
  else if (bounds_.overflows) undecidable_ = "a value may overflow " + std::string(format(dtype).words);
  else if (bounds_.kink_margin <= 1)
    undecidable_ = "an operand is nearer to a kink than rounding lets one see";
}

bool Judged::exact(Dtype dtype) const { return exact_bits(gradient_) <= format(dtype).precision; }

namespace {

Residual classify(double expected, double observed) {
  if (!std::isfinite(observed)) return Residual::not_finite;
  if (expected == 0) return Residual::expected_zero;
  if (observed == 0) return Residual::got_zero;
  const double ratio = observed / expected;
  // A flipped sign may come with a rounding error; anything within a part in 2^7 (bfloat16's worst) of -1 is
  // a flip.
  return std::abs(ratio + 1) < 0x1p-7 ? Residual::sign : Residual::ratio;
}

std::string entry_name(const Graph& graph, NodeId node, std::size_t entry) {
  const std::uint32_t cols = std::max(1U, graph[node].shape.cols);
  return graph.name(node) + " [" + std::to_string(entry / cols) + "," + std::to_string(entry % cols) + "]";
}

}  // namespace

Judgement Comparison::judged(Judgement::Of of, std::size_t index, std::size_t place, double expected,
                             double allowed) const {
  if (record_) return {Judgement::Of::record, *record_, place, expected, allowed};
  return {of, index, place, expected, allowed};
}

void Comparison::consider(const std::string& what, NodeId node, const Judgement& entry, double observed,
                          bool agrees) {
  ++finding_.compared;
  finding_.question.entries.push_back(entry);
  const auto [expected, allowed] = std::pair(entry.expected, entry.allowed);
  if (agrees) {
    if (finding_.outcome == Outcome::not_applicable) finding_.outcome = Outcome::holds;
    // An entry whose truth is 0 shows any error above the bound, and has no relative error.
    if (expected != 0)
      finding_.detection_power = std::max(finding_.detection_power.value_or(0), allowed / std::abs(expected));
    return;
  }
  // The excess over the bound ranks the disagreements; what is not finite comes first.
  const double miss = std::abs(observed - expected);
  const double excess = std::isfinite(miss) ? miss / (allowed + std::numeric_limits<double>::min())
                                            : std::numeric_limits<double>::infinity();
  finding_.outcome = Outcome::fails;
  if (finding_.worst && excess <= worst_excess_) return;
  worst_excess_ = excess;
  finding_.worst = Disagreement{what + " " + entry_name(graph_, node, entry.place), expected, observed,
                                allowed, classify(expected, observed)};
}

void Comparison::gradient_entry(std::size_t input, std::size_t entry, double expected, double observed,
                                double allowed) {
  if (!std::isfinite(expected) || !std::isfinite(allowed)) {
    undecided("the expected gradient or its bound is not finite");
    return;
  }
  judged_gradient_entry(input, entry, expected, observed, allowed, std::abs(observed - expected) <= allowed);
}

std::optional<Enclosure> ProvenGradient::entry(std::size_t input, std::size_t entry) {
  if (!enclosures_) {
    // Twice what a double holds, and a limit at which a graph of ours still takes milliseconds.
    auto found = truth(graph_, Bits{106}, Bits{2048});
    enclosures_ = found ? *std::move(found) : found.error().enclosures;
  }
  if (input >= enclosures_->gradient.size()) return {};
  const Enclosure& e = enclosures_->gradient[input][entry];
  return isfinite(e.lower) && isfinite(e.upper) ? std::optional(e) : std::nullopt;
}

void Comparison::true_entry(ProvenGradient& proven, std::size_t input, std::size_t entry, double expected,
                            double oracle_error, double observed, double allowed) {
  const bool near = std::abs(observed - expected) <= allowed;
  if (near || !std::isfinite(expected) || !std::isfinite(allowed) || !std::isfinite(observed)) {
    gradient_entry(input, entry, expected, observed, allowed);
    return;
  }
  const auto e = proven.entry(input, entry);
  const auto inside = [&](double x, double by) {
    return contains(widened(*e, Real(by, Bits{53})), Real(x, Bits{53}));
  };
  if (!e) {
    undecided("nothing is proven about the entry that disagrees");
  } else if (inside(observed, allowed) && inside(expected, oracle_error)) {
    if (width(*e).to_double() > allowed)
      undecided("the interval that is proven is wider than the allowed error");
    else judged_gradient_entry(input, entry, expected, observed, allowed, true);
  } else {
    // Outside of what is proven; or the oracle is, and one of our own rules is wrong.
    judged_gradient_entry(input, entry, expected, observed, allowed, false);
  }
}

void Comparison::output_entry(std::size_t output, std::size_t entry, double expected, double observed) {
  const bool same = (std::isnan(expected) && std::isnan(observed)) ||
                    (expected == observed && std::signbit(expected) == std::signbit(observed));
  Judgement bits = judged(Judgement::Of::output, output, entry, expected, 0);
  bits.zeros_differ = true;
  consider("value of", graph_.outputs()[output].node, bits, observed, same);
}

void Comparison::strength_entry(double observed) {
  ++finding_.compared;
  finding_.question.entries.push_back(judged(Judgement::Of::record, 0, 0, 0, 0));
  if (observed == 0) {
    if (finding_.outcome == Outcome::not_applicable) finding_.outcome = Outcome::holds;
    return;
  }
  finding_.outcome = Outcome::fails;
  if (!finding_.worst)
    finding_.worst = Disagreement{"gradient of λ", 0, observed, 0, Residual::expected_zero};
}

void Comparison::undecided(std::string reason) {
  if (finding_.outcome == Outcome::fails) return;
  finding_.outcome = Outcome::undecided;
  finding_.reason = std::move(reason);
}

Finding Comparison::finish() const {
  Finding f = finding_;
  if (f.outcome == Outcome::not_applicable) f.reason = "there was nothing to compare";
  // What was asked interests only where the answer was wrong.
  if (f.outcome != Outcome::fails) f.question = {};
  return f;
}

Finding undecided(std::string reason) {
  Finding f;
  f.outcome = Outcome::undecided;
  f.reason = std::move(reason);
  return f;
}

Finding not_applicable(std::string reason) {
  Finding f;
  f.reason = std::move(reason);
  return f;
}

Finding no_answer(const NoAnswer& why) {
  if (why.refusal == Refusal::unsupported) return not_applicable("unsupported: " + why.message);
  if (why.refusal == Refusal::not_tried) return undecided(why.message);
  Finding f;
  f.outcome = Outcome::fails;
  f.reason = why.message;
  f.detail = why.detail;
  f.worst = Disagreement{why.kind, 0, 0, 0, Residual::no_answer};
  return f;
}

Finding wrong_shape(std::string message) {
  Finding f;
  f.outcome = Outcome::fails;
  f.reason = std::move(message);
  f.worst = Disagreement{"shape or dtype", 0, 0, 0, Residual::shape};
  return f;
}

namespace {

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  return text + ")";
}

std::optional<std::string> misfit(const std::string& what, const Tensor& t, Shape shape, const Case& c) {
  const auto expected = shape_in_rank(shape, c.rank);
  if (t.shape != expected)
    return what + " has the shape " + shape_text(t.shape) + ", not " + shape_text(expected);
  if (t.dtype != format(c.dtype).name)
    return what + " has the dtype " + t.dtype + ", not " + std::string(format(c.dtype).name);
  if (t.values.size() != shape.size())
    return what + " has " + std::to_string(t.values.size()) + " values, not " + std::to_string(shape.size());
  return {};
}

}  // namespace

Result<Numbers, Finding> numbers(const Reply& reply, const Case& c) {
  if (!reply) return no_answer(reply.error());
  const Graph& g = c.graph;
  if (reply->outputs.size() != g.outputs().size())
    return wrong_shape("the answer has " + std::to_string(reply->outputs.size()) + " outputs, not " +
                       std::to_string(g.outputs().size()));
  if (reply->gradients.size() != g.inputs().size())
    return wrong_shape("the answer has " + std::to_string(reply->gradients.size()) + " gradients, not " +
                       std::to_string(g.inputs().size()));
  if (!reply->damage.empty()) {
    const std::string& what = reply->damage.front();
    const auto end = what.find(", ");
    Finding f = wrong_shape(end == std::string::npos ? "the caller's buffer was overwritten: " + what
                                                     : "what is the caller's was " + what.substr(end + 2) +
                                                         ": " + what.substr(0, end));
    f.worst->place = "damage";
    f.question.overwrote = reply->damage;
    return f;
  }
  Numbers n;
  for (std::size_t i = 0; i < reply->outputs.size(); ++i) {
    const NodeId node = g.outputs()[i].node;
    if (auto why = misfit("the value of " + g.name(node), reply->outputs[i], g[node].shape, c))
      return wrong_shape(*why);
    n.outputs.push_back(reply->outputs[i].values);
  }
  for (std::size_t i = 0; i < reply->gradients.size(); ++i) {
    const NodeId node = g.inputs()[i];
    const auto& gradient = reply->gradients[i];
    if (!gradient) {
      n.gradients.emplace_back(g[node].shape.size(), 0.0);
      continue;
    }
    if (auto why = misfit("the gradient of " + g.name(node), *gradient, g[node].shape, c))
      return wrong_shape(*why);
    n.gradients.push_back(gradient->values);
  }
  return n;
}

}  // namespace gradproof::inline v0
