// Hill climbing: of a handful of changed graphs the highest is the next to be changed, until nothing gets higher; then
// from the start again, from other random graphs.
#include "gradproof/climb.hpp"

#include <algorithm>
#include <cmath>

#include "catalogue.hpp"
#include "compare.hpp"
#include "examine.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/oracle.hpp"
#include "gradproof/text.hpp"
#include "verify/battery.hpp"
#include "verify/diagnose.hpp"
#include "verify/session.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr std::size_t at_once = 16;  // graphs that a step asks about
constexpr int patience = 40;         // steps without getting higher
constexpr std::size_t beginners =
  4;  // batches of random graphs, of which the highest is the first to be changed
constexpr Bits truth_bits{191};

// --- Changes ---

Literal fresh_value(Draw& draw, int most_exponent, Dtype dtype) {
  const int exponent = draw.between(-most_exponent, most_exponent);
  const double mantissa = 1 + std::ldexp(static_cast<double>(draw.next() >> 12), -52);
  const bool negative = draw.chance(1, 2);
  return rounded(dtype, std::ldexp(negative ? -mantissa : mantissa, exponent));
}

// A number near this one, or another one altogether.
Literal changed_value(Draw& draw, const Literal& now, int most_exponent, Dtype dtype) {
  const double x = now.nearest();
  const std::uint32_t kind = draw.below(8);
  if (kind == 0 || x == 0 || !std::isfinite(x)) return fresh_value(draw, most_exponent, dtype);
  if (kind == 1) return -x;
  if (kind == 2) return rounded(dtype, x * (draw.chance(1, 2) ? 2 : 0.5));
  // By some ulps, from one to nearly all that the number has.
  const int bits = draw.between(0, format(dtype).precision - 2);
  const double step = std::ldexp(ulp(dtype, x), bits);
  const double by = step * draw.between(1, 3);
  return rounded(dtype, draw.chance(1, 2) ? x + by : x - by);
}

// Of a lone operation only the inputs: a cotangent scales its error and no more.
void change_number(Draw& draw, Draft& d, int most_exponent, Dtype dtype, bool inputs_only) {
  std::size_t count = d.values.size();
  for (const Output& o : d.outputs) count += inputs_only ? 0 : o.cotangent.size();
  std::size_t at = draw.below(static_cast<std::uint32_t>(count));
  if (at < d.values.size()) {
    d.values[at] = changed_value(draw, d.values[at], most_exponent, dtype);
    return;
  }
  at -= d.values.size();
  for (Output& o : d.outputs) {
    if (at < o.cotangent.size()) {
      o.cotangent[at] = changed_value(draw, o.cotangent[at], most_exponent, dtype);
      return;
    }
    at -= o.cotangent.size();
  }
}

bool is_interchangeable(OpId op) {
  const OpInfo& i = info(op);
  return i.kind != Kind::leaf && i.kind != Kind::linear && i.attribute == AttributeKind::none &&
         op != id_of<Reverse>();
}

// Another operation of as many operands in the place of one, or a new one of one operand on top of an operand.
void change_operation(Draw& draw, Draft& d, std::uint64_t without) {
  const std::uint32_t at = draw.below(static_cast<std::uint32_t>(d.nodes.size()));
  const auto op = OpId{static_cast<std::uint8_t>(draw.below(op_count))};
  const bool on_top = draw.chance(1, 2);
  if (!is_interchangeable(op) || (without >> op.index & 1U) != 0) return;
  Node& node = d.nodes[at];
  if (!on_top) {
    if (is_interchangeable(node.op) && info(op).arity == info(node.op).arity) node.op = op;
    return;
  }
  if (info(op).arity != 1 || info(node.op).kind == Kind::leaf) return;
  Node above;
  above.op = op;
  above.operand[0] = node.operand[0];
  // The new node stands right below its reader: all from there on move up by one.
  for (Node& n : d.nodes)
    for (NodeId& operand : n.operand)
      if (operand.index >= at) ++operand.index;
  for (Output& o : d.outputs)
    if (o.node.index >= at) ++o.node.index;
  node.operand[0] = NodeId{at};
  d.nodes.insert(d.nodes.begin() + at, above);
  if (!d.names.empty()) d.names.insert(d.names.begin() + at, std::string());
}

// --- Heights ---

struct Height {
  double value = -1;  // below 0: nothing can be said
  Summit at;
};

std::string entry_place(const char* what, const Graph& g, NodeId node, std::size_t k) {
  const std::uint32_t cols = std::max(1U, g[node].shape.cols);
  return std::string(what) + " of " + g.name(node) + " [" + std::to_string(k / cols) + "," +
         std::to_string(k % cols) + "]";
}

class Climb {
 public:
  Climb(Subject& subject, const std::vector<std::string>& ops, ClimbReport& report)
      : subject_(subject), report_(report), options_(report.options), draw_(options_.seed, 0) {
    recipe_ = graph_recipe(Family::smooth, options_.dtype, ops);
  }

  void run() {
    while (!over()) {
      ++report_.climbs;
      Case best = beginning();
      if (over()) break;
      climb_from(std::move(best));
    }
  }

  [[nodiscard]] const std::optional<Case>& beyond() const { return beyond_; }

 private:
  [[nodiscard]] bool over() const {
    return report_.evaluations >= options_.evaluations || (options_.stop != nullptr && options_.stop->load());
  }

  Case random_case() {
    const std::uint64_t index = draw_.next();
    Graph g = options_.operation.empty() ? random_graph(options_.seed, index, recipe_) : lone_operation();
    return {quantized(g, options_.dtype), options_.dtype};
  }

  // x -> op -> output, or x, y -> op -> output, from numbers of all sizes.
  Graph lone_operation() {
    const OpId op = *find_op(options_.operation);
    while (true) {
      Builder b;
      std::vector<Expr> operands;
      for (int k = 0; k < info(op).arity; ++k) {
        const Literal value = fresh_value(draw_, most_exponent(), options_.dtype);
        const bool detached = (info(op).detached >> k & 1U) != 0;
        operands.push_back(detached ? b.constant({1, 1}, value)
                                    : b.input({1, 1}, std::span(&value, 1), k == 0 ? "x" : "y"));
      }
      Attributes attributes;
      if (info(op).attribute == AttributeKind::exponent) attributes.v[0] = 3;
      b.output(b.node(op, operands, attributes));
      if (auto g = std::move(b).finish(); g && well_defined(gradient(*g))) return *std::move(g);
    }
  }

  [[nodiscard]] int most_exponent() const {
    return options_.operation.empty() ? 8 : format(options_.dtype).max_exponent / 2;
  }

  Case changed(const Case& c) {
    for (int attempt = 0; attempt < 20; ++attempt) {
      Draft d = c.graph.draft();
      const int changes = draw_.between(1, 2);
      for (int i = 0; i < changes; ++i) {
        const bool operation = draw_.chance(1, 3);
        if (operation && options_.operation.empty()) change_operation(draw_, d, recipe_.without);
        else change_number(draw_, d, most_exponent(), options_.dtype, !options_.operation.empty());
      }
      auto g = Graph::make(std::move(d));
      if (g && g->size() <= 40) return {quantized(*g, options_.dtype), options_.dtype};
    }
    return c;
  }

  // The highest of some random ones.
  Case beginning() {
    Case best = random_case();
    double highest = -1;
    for (std::size_t i = 0; i < beginners && !over(); ++i) {
      std::vector<Case> cases;
      for (std::size_t k = 0; k < at_once; ++k) cases.push_back(random_case());
      const auto [height, at] = highest_of(cases);
      report_.random_height = std::max(report_.random_height, height);
      if (height <= highest) continue;
      highest = height;
      best = cases[at];
    }
    start_ = highest;
    return best;
  }

  void climb_from(Case best) {
    double height = start_;
    for (int idle = 0; idle < patience && !over(); ++idle) {
      std::vector<Case> cases;
      for (std::size_t k = 0; k < at_once; ++k) cases.push_back(changed(best));
      const auto [next, at] = highest_of(cases);
      // As high is good too: it may lead on.
      if (next < height) continue;
      if (next > height) idle = 0;
      height = next;
      best = cases[at];
    }
  }

  std::pair<double, std::size_t> highest_of(const std::vector<Case>& cases) {
    const std::vector<Reply> replies = subject_.run(cases);
    std::pair<double, std::size_t> best{-1, 0};
    for (std::size_t i = 0; i < cases.size(); ++i) {
      Height h =
        options_.operation.empty() ? share_of_bound(cases[i], replies[i]) : ulps(cases[i], replies[i]);
      ++report_.evaluations;
      report_.undecided += h.value < 0 ? 1 : 0;
      if (h.value > best.first) best = {h.value, i};
      if (h.value <= report_.summit.height) continue;
      h.at.height = h.value;
      h.at.graph = print(cases[i].graph);
      report_.summit = std::move(h.at);
      if (options_.operation.empty() && h.value > 1) beyond_ = cases[i];
    }
    if (options_.progress) options_.progress(report_.evaluations, report_.summit.height);
    return best;
  }

  Height share_of_bound(const Case& c, const Reply& reply) {
    Height height;
    const Judged judged(c.graph, c.dtype);
    if (!judged.undecidable().empty()) return height;
    const auto answer = numbers(reply, c);
    const auto truth = reverse_mode(c.graph, truth_bits);
    if (!answer || !truth) return height;
    std::size_t at = 0;
    for (std::size_t i = 0; i < answer->gradients.size(); ++i)
      for (std::size_t k = 0; k < answer->gradients[i].size(); ++k) {
        const Real& t = truth->value[at++];
        const double observed = answer->gradients[i][k];
        const double error = abs(Real(observed, truth_bits) - t).to_double();
        const double allowed = judged.allowed(i, k);
        const double value = error == 0 ? 0 : error / allowed;
        if (value <= height.value) continue;
        height = {value,
                  {value, entry_place("gradient", c.graph, c.graph.inputs()[i], k), observed, text_of(t),
                   allowed, ""}};
      }
    return height;
  }

  Height ulps(const Case& c, const Reply& reply) {
    Height height;
    const auto answer = numbers(reply, c);
    const Graph derivative = gradient(c.graph);
    if (!answer || !well_defined(derivative)) return height;
    const Evaluation<Real> truth = evaluate<Real>(derivative, truth_bits);
    const std::size_t outputs = c.graph.outputs().size();
    const auto look = [&](const char* what, std::size_t output, NodeId node, double observed) {
      const Real& t = truth[derivative.outputs()[output].node][0];
      // What overflows or vanishes in the format has no ulps of worth.
      const double size = std::abs(t.to_double());
      if (size != 0 && (size < std::ldexp(1, format(c.dtype).min_exponent) ||
                        size >= std::ldexp(1, format(c.dtype).max_exponent)))
        return;
      const double value = ulp_distance(c.dtype, observed, t);
      if (value > height.value)
        height = {value, {value, entry_place(what, c.graph, node, 0), observed, text_of(t), 0, ""}};
    };
    look("value", 0, c.graph.outputs()[0].node, answer->outputs[0][0]);
    for (std::size_t i = 0; i < answer->gradients.size(); ++i)
      look("gradient", outputs + i, c.graph.inputs()[i], answer->gradients[i][0]);
    return height;
  }

  static std::string text_of(const Real& x) { return x.text(20); }

  Subject& subject_;
  ClimbReport& report_;
  const ClimbOptions& options_;
  Draw draw_;
  Recipe recipe_;
  double start_ = -1;
  std::optional<Case> beyond_;
};

}  // namespace

void climb(Subject& subject, const std::vector<std::string>& ops, ClimbReport& report) {
  Climb search(subject, ops, report);
  search.run();
  Report& r = report.report;
  if (report.evaluations == report.undecided) {
    r.reason = "nothing could be decided";
    return;
  }
  r.conclusion = Conclusion::verified;
  if (!search.beyond()) return;
  const Finding f = gradient_duals.check(subject, *search.beyond());
  if (f.outcome != Outcome::fails) {
    r.conclusion = Conclusion::inconclusive;
    r.reason = "an error is beyond the bound, and the proven interval does not confirm it";
    return;
  }
  r.conclusion = Conclusion::not_verified;
  r.counterexamples.push_back(shrunk(subject, gradient_duals, *search.beyond(), f));
}

ClimbReport climb(const Target& target, const Launch& launch, const ClimbOptions& options) {
  ClimbReport report;
  report.options = options;
  report.report.command = "climb";
  report.report.seed = options.seed;
  with_subject(target, launch, report.report, [&](Subject& subject, const Hello& hello) {
    climb(subject, hello.ops, report);
    if (!report.report.counterexamples.empty())
      report.report.diagnosis = diagnose(subject, report.report.counterexamples, hello.fixed_lambda);
  });
  return report;
}

}  // namespace gradproof::inline v0
