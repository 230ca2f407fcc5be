#include "tests/faults/faults.hpp"

#include <algorithm>
#include <cmath>

#include "gradproof/ops.hpp"
#include "properties/rebuild.hpp"

namespace gradproof::inline v0 {

namespace {

using At = Backward::At;
using Contribution = std::function<Expr(const At&, const Expr& honest, const Expr& cotangent)>;
using Accumulate = std::function<Expr(const Expr& sum, const Expr& next)>;

class Wrong : public Backward {
 public:
  explicit Wrong(Contribution c, Accumulate a = {})
      : contribution_(std::move(c)), accumulate_(std::move(a)) {}
  Expr contribution(const At& at, const Expr& honest, const Expr& cotangent) const override {
    return contribution_ ? contribution_(at, honest, cotangent) : honest;
  }
  Expr accumulate(const Graph&, NodeId, const Expr& sum, const Expr& next) const override {
    return accumulate_ ? accumulate_(sum, next) : sum + next;
  }

 private:
  Contribution contribution_;
  Accumulate accumulate_;
};

// --- What a fault sees of the node it spoils
// ----------------------------------------------------------------------------

bool is_reversal(const Graph& g, NodeId id) { return g[id].op == id_of<Reverse>(); }
bool is_output(const Graph& g, NodeId id) {
  return std::ranges::any_of(g.outputs(), [&](const Output& o) { return o.node == id; });
}
std::size_t use_count(const Graph& g, NodeId id) { return uses(g)[id.index]; }
Expr value(const At& at, const Expr& g) { return {*g.builder, at.node}; }
Expr operand(const At& at, const Expr& g, std::size_t k) {
  return {*g.builder, at.graph.operands(at.node)[k]};
}
Expr lambda(const At& at, const Expr& g) { return operand(at, g, 1); }
// Another layer's λ where it fits this cotangent's shape, else the layer's own.
Expr foreign_lambda(const At& at, const Expr& g, NodeId other) {
  const Expr l(*g.builder, at.graph.operands(other)[1]);
  return l.shape().is_scalar() || l.shape() == g.shape() ? l : lambda(at, g);
}
Expr literal(const Expr& like, double v) { return like.builder->constant({}, Literal(v)); }

// A fault of the reversal's backward pass: f(λ, cotangent, where).
Fault reversal(std::string_view name, std::string_view story,
               std::function<Expr(const Expr&, const Expr&, const At&)> f) {
  auto c = [f = std::move(f)](const At& at, const Expr& honest, const Expr& g) {
    return is_reversal(at.graph, at.node) ? f(lambda(at, g), g, at) : honest;
  };
  return {name, story, std::make_shared<Wrong>(c), {}, {}, {}, false};
}

// A fault of one operation's backward pass.
template <class O>
Fault rule(std::string_view name, std::string_view story, Contribution f) {
  auto c = [f = std::move(f)](const At& at, const Expr& honest, const Expr& g) {
    return at.graph[at.node].op == id_of<O>() ? f(at, honest, g) : honest;
  };
  return {name, story, std::make_shared<Wrong>(c), {}, {}, {}, false};
}

Fault backward(std::string_view name, std::string_view story, Contribution c, Accumulate a = {}) {
  return {name, story, std::make_shared<Wrong>(std::move(c), std::move(a)), {}, {}, {}, false};
}

Fault rewired(std::string_view name, std::string_view story, std::function<Graph(const Graph&)> f) {
  return {name, story, nullptr, std::move(f), {}, {}, false};
}

// A fault of the reversal's forward pass: y from x and λ.
Fault forward(std::string_view name, std::string_view story, double (*f)(double x, double lambda)) {
  auto compute = [f](const Graph& g, NodeId id, const Evaluation<double>& values, std::span<double> out) {
    if (!is_reversal(g, id)) return false;
    const auto x = values[g.operands(id)[0]], l = values[g.operands(id)[1]];
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = f(x[i], l.size() == 1 ? l[0] : l[i]);
    return true;
  };
  return {name, story, nullptr, {}, compute, {}, false};
}

// Every literal λ replaced by f(λ).
std::function<Graph(const Graph&)> each_literal_lambda(double (*f)(double)) {
  return [f](const Graph& g) {
    return Rebuild(g).run([&](Rebuild& r, NodeId id) -> std::optional<Expr> {
      if (!is_reversal(g, id) || g[g.operands(id)[1]].op != id_of<Constant>()) return {};
      return reverse(r.operand(id, 0), Literal(f(g.values(g.operands(id)[1])[0].nearest())));
    });
  };
}

// The place of a reversal among the reversals, from 0.
std::size_t ordinal(const Graph& g, NodeId id) {
  const auto all = reversals(g);
  return static_cast<std::size_t>(std::ranges::find(all, id) - all.begin());
}

void leak_into_lambda(const Graph& g, Answer& answer) {
  std::vector<bool> feeds(g.size(), false);
  for (const NodeId r : reversals(g)) feeds[g.operands(r)[1].index] = true;
  for (std::uint32_t i = static_cast<std::uint32_t>(g.size()); i-- > 0;)
    if (feeds[i])
      for (const NodeId x : g.operands(NodeId{i})) feeds[x.index] = true;
  for (std::size_t i = 0; i < g.inputs().size(); ++i)
    if (feeds[g.inputs()[i].index])
      for (double& v : answer.gradients[i]->values) v += 1;
}

void add_zero(const Graph& /*g*/, Answer& answer) {
  for (auto& gradient : answer.gradients)
    for (double& v : gradient->values) v += 0.0;
}

// --- The faults
// ---------------------------------------------------------------------------------------------------------

std::vector<Fault> reversal_faults() {
  return {
    reversal("no-minus", "The backward pass multiplies by +λ.",
             [](auto& l, auto& g, auto&) { return l * g; }),
    reversal("identity", "The layer does nothing.", [](auto&, auto& g, auto&) { return g; }),
    reversal("lambda-ignored", "The sign is flipped and λ forgotten.",
             [](auto&, auto& g, auto&) { return -g; }),
    reversal("lambda-squared", "λ is applied twice.", [](auto& l, auto& g, auto&) { return -(l * l * g); }),
    reversal("sign-lost-for-negative-lambda", "|λ| is used.",
             [](auto& l, auto& g, auto&) { return -(abs(l) * g); }),
    reversal("lambda-clamped", "λ is clamped to [0, 1].",
             [](auto& l, auto& g, auto&) { return -(min(max(l, literal(g, 0)), literal(g, 1)) * g); }),
    reversal("lambda-zero-falsy", "`λ or 1.0`: zero counts as not given.",
             [](auto& l, auto& g, auto&) { return -((l + (1 - step(l) - step(-l))) * g); }),
    reversal("one-minus-lambda", "The factor is 1 - λ.", [](auto& l, auto& g, auto&) { return (1 - l) * g; }),
    reversal("tiny-lambda-flushed", "A λ below 2^-20 counts as zero.",
             [](auto& l, auto& g, auto&) { return -(l * step(abs(l) - literal(g, 0x1p-20)) * g); }),
    reversal("times-x", "The factor is -λ x.",
             [](auto& l, auto& g, auto& at) { return -(l * (operand(at, g, 0) * g)); }),
    reversal("cotangent-clipped", "The cotangent is clipped to [-1, 1].",
             [](auto& l, auto& g, auto&) { return -(l * min(max(g, literal(g, -1)), literal(g, 1))); }),
    reversal("cotangent-sign-only", "Only the cotangent's sign is passed.",
             [](auto& l, auto& g, auto&) { return -(l * (step(g) - step(-g))); }),
    reversal(
      "divided-by-batch", "The gradient is divided by the number of rows.",
      [](auto& l, auto& g, auto& at) { return -(l * g) / static_cast<int>(at.graph[at.node].shape.rows); }),
    reversal("stacked-drops-lambda", "A reversal of a reversal forgets its λ.",
             [](auto& l, auto& g, auto& at) {
               return is_reversal(at.graph, at.graph.operands(at.node)[0]) ? -g : -(l * g);
             }),
    reversal("wrong-only-at-the-output", "A reversal that is an output does nothing.",
             [](auto& l, auto& g, auto& at) { return is_output(at.graph, at.node) ? g : -(l * g); }),
    reversal("wrong-only-on-a-leaf", "A reversal of an input does nothing.",
             [](auto& l, auto& g, auto& at) {
               return at.graph[at.graph.operands(at.node)[0]].op == id_of<Input>() ? g : -(l * g);
             }),
    reversal("third-reversal-skipped", "Every third reversal does nothing.",
             [](auto& l, auto& g, auto& at) { return ordinal(at.graph, at.node) % 3 == 2 ? g : -(l * g); }),
    reversal("once-for-each-consumer", "A hook fires once for each consumer, and scales each time.",
             [](auto& l, auto& g, auto& at) {
               Expr r = g;
               for (std::size_t i = 0; i < use_count(at.graph, at.node); ++i) r = -(l * r);
               return r;
             }),
    reversal(
      "last-writer-wins", "λ lives on the class: all layers use the last one's.",
      [](auto&, auto& g, auto& at) { return -(foreign_lambda(at, g, reversals(at.graph).back()) * g); }),
    reversal("stale-lambda", "A layer uses the λ of the layer whose backward ran before it.",
             [](auto& l, auto& g, auto& at) {
               const auto all = reversals(at.graph);
               const std::size_t next = ordinal(at.graph, at.node) + 1;
               return next < all.size() ? -(foreign_lambda(at, g, all[next]) * g) : -(l * g);
             }),
    rewired("lambda-through-float32", "λ is rounded to float32.",
            each_literal_lambda([](double l) { return static_cast<double>(static_cast<float>(l)); })),
    forward("lambda-on-forward", "The forward pass multiplies by λ.",
            [](double x, double l) { return l * x; }),
    forward("stop-gradient-trick", "The forward pass is (1 + λ) x - λ x, which rounds.",
            [](double x, double l) { return (1 + l) * x - l * x; }),
    forward("forward-through-float32", "The forward pass rounds to float32.",
            [](double x, double) { return static_cast<double>(static_cast<float>(x)); }),
    {"sign-of-zero-lost", "It is 0 - λg, never a negative zero.", nullptr, {}, {}, add_zero, false},
    {"lambda-gets-a-gradient", "λ receives a gradient.", nullptr, {}, {}, leak_into_lambda, false},
  };
}

std::vector<Fault> sharing_faults() {
  Fault positive = reversal("second-order-positive", "Double backward multiplies by +λ.",
                            [](auto& l, auto& g, auto&) { return l * g; });
  Fault missing = reversal("second-order-missing", "Double backward passes the layer by.",
                           [](auto&, auto& g, auto&) { return g; });
  positive.second_order_only = missing.second_order_only = true;
  return {
    positive,
    missing,
    backward("hook-flips-all-consumers",
             "A hook on the shared input flips what its other consumers send back.",
             [](const At& at, const Expr& honest, const Expr& g) {
               if (is_reversal(at.graph, at.node)) return honest;
               const NodeId x = at.graph.operands(at.node)[static_cast<std::size_t>(at.operand)];
               for (const NodeId r : reversals(at.graph))
                 if (at.graph.operands(r)[0] == x)
                   return -(Expr(*g.builder, at.graph.operands(r)[1]) * honest);
               return honest;
             }),
    backward("sibling-corrupted",
             "The incoming cotangent is negated in place, so the other operand of the sum sees it negated.",
             [](const At& at, const Expr& honest, const Expr&) {
               const auto x = at.graph.operands(at.node);
               return at.graph[at.node].op == id_of<Add>() && at.operand == 1 && is_reversal(at.graph, x[0])
                        ? -honest
                        : honest;
             }),
    backward("fan-out-overwritten", "The last contribution to a shared node overwrites the others.", {},
             [](const Expr&, const Expr& next) { return next; }),
    backward("fan-out-first-only", "Only the first contribution to a shared node is kept.", {},
             [](const Expr& sum, const Expr&) { return sum; }),
    backward("same-operand-counted-once", "x op x sends back one contribution.",
             [](const At& at, const Expr& honest, const Expr&) {
               const auto x = at.graph.operands(at.node);
               return x.size() == 2 && x[0] == x[1] && at.operand == 1 ? Expr(0) : honest;
             }),
    rewired("seed-ignored", "Every output is seeded with ones.",
            [](const Graph& g) {
              return with_cotangents(g, [](std::size_t, std::size_t, const Literal&) { return Literal(1); });
            }),
    rewired("stop-leaks", "stop passes the gradient.",
            [](const Graph& g) {
              return Rebuild(g).run([](Rebuild& r, NodeId id) -> std::optional<Expr> {
                if (r.graph()[id].op != id_of<Stop>()) return {};
                return reverse(r.operand(id, 0), Literal(-1));
              });
            }),
  };
}

std::vector<Fault> linear_faults() {
  return {
    rule<Broadcast>("broadcast-not-reduced",
                    "The adjoint of broadcast takes the first copy's cotangent instead of the sum.",
                    [](const At& at, const Expr&, const Expr& g) {
                      const Shape s = at.graph[at.graph.operands(at.node)[0]].shape;
                      return slice(g, {0, s.rows}, {0, s.cols});
                    }),
    rule<Sum>("sum-as-mean", "The adjoint of sum divides by the number of entries.",
              [](const At& at, const Expr& honest, const Expr&) {
                return honest / static_cast<int>(at.graph[at.graph.operands(at.node)[0]].shape.size());
              }),
    rule<Matmul>("nonsquare-matmul",
                 "The right factor's gradient reshapes A where it should transpose it, wrong unless A is a "
                 "row or a column.",
                 [](const At& at, const Expr& honest, const Expr& g) {
                   const Expr a = operand(at, g, 0);
                   return at.operand == 1 && a.shape().rows != a.shape().cols
                            ? matmul(reshape(a, {a.shape().cols, a.shape().rows}), g)
                            : honest;
                 }),
    rule<Matmul>("square-matmul-untransposed", "With square factors, nothing is transposed.",
                 [](const At& at, const Expr& honest, const Expr& g) {
                   const Expr a = operand(at, g, 0), b = operand(at, g, 1);
                   if (a.shape().rows != a.shape().cols || b.shape().rows != b.shape().cols) return honest;
                   return at.operand == 0 ? matmul(g, b) : matmul(a, g);
                 }),
    rule<Slice>(
      "slice-offset", "The adjoint of slice puts the block at the top left.",
      [](const At& at, const Expr&, const Expr& g) {
        const Shape whole = at.graph[at.graph.operands(at.node)[0]].shape, s = g.shape();
        Expr r = g;
        if (s.cols < whole.cols)
          r = concat(r, g.builder->constant({s.rows, whole.cols - s.cols}, Literal(0)), Axis::cols);
        if (s.rows < whole.rows)
          r = concat(r, g.builder->constant({whole.rows - s.rows, whole.cols}, Literal(0)), Axis::rows);
        return r;
      }),
    rule<Concat>("concat-second-from-the-front", "The second operand's gradient is cut from the front.",
                 [](const At& at, const Expr& honest, const Expr& g) {
                   const Shape s = at.graph[at.graph.operands(at.node)[1]].shape;
                   return at.operand == 1 ? slice(g, {0, s.rows}, {0, s.cols}) : honest;
                 }),
    rule<Transpose>("transpose-as-reshape", "The adjoint of transpose reshapes.",
                    [](const At& at, const Expr&, const Expr& g) {
                      return reshape(g, at.graph[at.graph.operands(at.node)[0]].shape);
                    }),
    rule<Reshape>("reshape-by-columns", "The adjoint of reshape reads by columns.",
                  [](const At& at, const Expr&, const Expr& g) {
                    return reshape(transpose(g), at.graph[at.graph.operands(at.node)[0]].shape);
                  }),
  };
}

std::vector<Fault> rule_faults() {
  return {
    rule<Subtract>("sub-second-sign", "a - b sends +g to b.", [](auto&, auto&, auto& g) { return g; }),
    rule<Divide>(
      "div-second-unsquared", "a/b sends -g a/b to b.",
      [](auto& at, auto& honest, auto& g) { return at.operand == 1 ? -(value(at, g) * g) : honest; }),
    rule<Square>("square-without-two", "x^2 sends x g.",
                 [](auto& at, auto&, auto& g) { return operand(at, g, 0) * g; }),
    rule<Power>(
      "pow-exponent", "x^n sends n x^n g.",
      [](auto& at, auto&, auto& g) { return at.graph[at.node].attributes.v[0] * value(at, g) * g; }),
    rule<Tanh>("tanh-unsquared", "tanh sends (1 - y) g.",
               [](auto& at, auto&, auto& g) { return (1 - value(at, g)) * g; }),
    rule<Sigmoid>("sigmoid-one-factor", "sigmoid sends y g.",
                  [](auto& at, auto&, auto& g) { return value(at, g) * g; }),
    rule<Relu>("relu-leaks", "relu sends g where it cut.", [](auto&, auto&, auto& g) { return g; }),
    rule<Abs>("abs-unsigned", "abs sends g.", [](auto&, auto&, auto& g) { return g; }),
    rule<Max>("max-to-both", "max sends g to both operands.", [](auto&, auto&, auto& g) { return g; }),
    rule<Cos>("cos-sign", "cos sends +sin(x) g.", [](auto&, auto& honest, auto&) { return -honest; }),
    rule<Sqrt>("sqrt-without-half", "sqrt sends g / y.",
               [](auto&, auto& honest, auto&) { return honest * 2; }),
    rule<Round>("round-has-no-gradient", "Straight-through rounding sends nothing.",
                [](auto&, auto&, auto&) { return Expr(0); }),
  };
}

}  // namespace

std::span<const Fault> faults() {
  static const std::vector<Fault> all = [] {
    std::vector<Fault> list;
    for (auto part : {reversal_faults(), sharing_faults(), linear_faults(), rule_faults()})
      list.insert(list.end(), part.begin(), part.end());
    return list;
  }();
  return all;
}

namespace {

Answer answer_of(const Graph& gradient_graph, std::size_t outputs, const Fault& fault, int rank) {
  Evaluation<double> values(gradient_graph);
  if (fault.forward)
    values.run(
      [&](NodeId id, std::span<double> out) { return fault.forward(gradient_graph, id, values, out); });
  else values.run();
  Answer a;
  for (std::size_t i = 0; i < gradient_graph.outputs().size(); ++i) {
    const NodeId node = gradient_graph.outputs()[i].node;
    const auto v = values[node];
    Tensor t{"f64", shape_in_rank(gradient_graph[node].shape, rank), {v.begin(), v.end()}};
    if (i < outputs) a.outputs.push_back(std::move(t));
    else a.gradients.emplace_back(std::move(t));
  }
  return a;
}

Graph first_gradient(const Graph& g, const Fault& fault) {
  const Graph asked = fault.rewire ? fault.rewire(g) : g;
  return fault.backward && !fault.second_order_only ? gradient(asked, Seed::literal, *fault.backward)
                                                    : gradient(asked);
}

}  // namespace

std::vector<Reply> FaultyEngine::run(std::span<const Case> cases) {
  std::vector<Reply> replies;
  for (const Case& c : cases) {
    Answer a = answer_of(first_gradient(c.graph, fault_), c.graph.outputs().size(), fault_, c.rank);
    if (fault_.spoil) fault_.spoil(c.graph, a);
    replies.emplace_back(std::move(a));
  }
  return replies;
}

Reply FaultyEngine::run_twice(const Case& c) {
  const Graph first = weighted_gradient(first_gradient(c.graph, fault_), c.graph.outputs().size());
  const Graph second = fault_.backward ? gradient(first, Seed::literal, *fault_.backward) : gradient(first);
  Answer a = answer_of(second, first.outputs().size(), fault_, c.rank);
  a.outputs.clear();
  return a;
}

}  // namespace gradproof::inline v0
