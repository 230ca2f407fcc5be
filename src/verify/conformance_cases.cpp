#include "verify/conformance_cases.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "compare.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/text.hpp"

namespace gradproof::inline v0 {

namespace {

using Names = std::vector<std::string>;

bool has(const Names& names, std::string_view name) { return std::ranges::find(names, name) != names.end(); }

// One small graph for each operation. Where the operation allows, all values are exact in every dtype, so that nothing but
// the exact result will do; no operand is near a kink.
struct Sample {
  std::string_view op, graph;
};
constexpr std::string_view one = "x = input 2x3 [0.5 -1 0.25; 2 -0.75 1.5]\n";
constexpr std::string_view two = "x = input 2x3 [1 -2 4; 8 0.5 -1]\nz = input 2x3 [2 4 -1; 0.5 1 -8]\n";
constexpr std::string_view above = "x = input 2x3 [0.5 1 0.25; 2 0.75 1.5]\n";
constexpr std::string_view out = "output y cotangent [1 2 -3; 0.5 4 -1]\n";

std::string elementwise(const OpInfo& op) {
  const std::string name(op.name);
  const bool positive = name == "log" || name == "log1p" || name == "sqrt";
  std::string text(op.arity == 2 ? two : positive ? above : one);
  text += "y = " + name + (op.arity == 2 ? " x z" : " x") +
          (op.attribute == AttributeKind::exponent ? " 3\n" : "\n");
  return text + std::string(out);
}

const Sample samples[] = {
  {"input", "x = input 2x3 [1 -2 4; 8 0.5 -1]\noutput x cotangent [1 2 -3; 0.5 4 -1]\n"},
  {"const", "c = const 2x3 [1 -2 4; 8 0.5 -1]\nx = input 1x1 [2]\noutput c\noutput x\n"},
  {"matmul",
   "x = input 2x3 [1 -2 4; 8 0.5 -1]\nz = input 3x2 [1 2; -1 0.5; 2 4]\ny = matmul x z\noutput y cotangent "
   "[1 2; -0.5 4]\n"},
  {"transpose",
   "x = input 2x3 [1 -2 4; 8 0.5 -1]\ny = transpose x\noutput y cotangent [1 2; -3 0.5; 4 -1]\n"},
  {"sum", "x = input 2x3 [1 -2 4; 8 0.5 -1]\ny = sum x all\noutput y cotangent [2]\n"},
  {"sum", "x = input 2x3 [1 -2 4; 8 0.5 -1]\ny = sum x rows\noutput y cotangent [1 2 -3]\n"},
  {"sum", "x = input 2x3 [1 -2 4; 8 0.5 -1]\ny = sum x cols\noutput y cotangent [1; 2]\n"},
  {"broadcast", "x = input 1x3 [1 -2 4]\ny = broadcast x 2x3\noutput y cotangent [1 2 -3; 0.5 4 -1]\n"},
  {"broadcast", "x = input 2x1 [1; -2]\ny = broadcast x 2x3\noutput y cotangent [1 2 -3; 0.5 4 -1]\n"},
  {"reshape",
   "x = input 2x3 [1 -2 4; 8 0.5 -1]\ny = reshape x 3x2\noutput y cotangent [1 2; -3 0.5; 4 -1]\n"},
  {"slice",
   "x = input 3x4 [1 -2 4 3; 8 0.5 -1 2; 5 6 7 9]\ny = slice x 1:3 0:2\noutput y cotangent [1 2; -3 4]\n"},
  {"concat",
   "x = input 2x2 [1 -2; 4 8]\nz = input 1x2 [3 5]\ny = concat x z rows\noutput y cotangent [1 2; -3 4; 5 "
   "6]\n"},
  {"concat",
   "x = input 2x2 [1 -2; 4 8]\nz = input 2x1 [3; 5]\ny = concat x z cols\noutput y cotangent [1 2 -3; 4 5 "
   "6]\n"},
};

// λ of the layer that is tried: any, unless it is fixed.
double strength(const protocol::Hello& hello, double wanted) { return hello.fixed_lambda.value_or(wanted); }

std::string word(double v) { return Literal(v).text(); }

std::vector<std::string> op_graphs(const OpInfo& op, const protocol::Hello& hello) {
  std::vector<std::string> graphs;
  if (op.name == "reverse") {
    if (hello.lambda_is_fixed && !hello.fixed_lambda) return {};
    graphs.push_back("x = input 2x3 [1 -2 4; 8 0.5 -1]\ny = reverse x " + word(strength(hello, 0.25)) + "\n" +
                     std::string(out));
    return graphs;
  }
  for (const Sample& s : samples)
    if (s.op == op.name) graphs.emplace_back(s.graph);
  const bool by_rule = op.kind == Kind::elementwise || op.kind == Kind::selection;
  if (by_rule) graphs.push_back(elementwise(op));
  return graphs;
}

class Gathering {
 public:
  explicit Gathering(const protocol::Hello& hello) : hello_(hello) {
    // The widest dtype there is: what is told of graphs does not depend on it.
    for (const Dtype d : {Dtype::f64, Dtype::f32, Dtype::f16, Dtype::bf16})
      if (usual_.empty() && has(hello.dtypes, format(d).name)) usual_ = format(d).name;
  }

  std::vector<Probe> take() {
    if (usual_.empty()) return {};
    text();
    dtypes();
    layouts();
    operations();
    ranks();
    twice();
    steps();
    return std::move(probes_);
  }

 private:
  Probe& add(std::string clause, std::string claim, std::string graph) {
    probes_.push_back({std::move(clause), std::move(claim), std::move(graph), usual_});
    return probes_.back();
  }

  // Graphs without any operation, and so without the subject.
  void text() {
    add("tensors", "An output and a gradient are tensors with dtype, shape and data in base64 that agree.",
        "x = input 2x3 [1 2 3; 4 5 6]\noutput x cotangent [6 5 4; 3 2 1]\n");
    add("order",
        "Gradients come in the order of the inputs in the text, outputs in that of the output lines.",
        "z = input 1x2 [1 2]\ny = input 1x2 [3 4]\nx = input 1x2 [5 6]\noutput x cotangent [10 20]\noutput z "
        "cotangent "
        "[30 40]\noutput y cotangent [50 60]\n");
    add("outputs-add", "Gradients are those of all outputs together.",
        "x = input 1x2 [1 2]\noutput x cotangent [1 2]\noutput x cotangent [16 32]\n");
    add("cotangents", "A cotangent that is left out is all ones, and one number fills it.",
        "x = input 2x2 [1 2; 3 4]\nz = input 2x2 [5]\noutput x\noutput z cotangent [8]\n");
    add("unread-input", "An input that no output needs has a gradient of zeros, or none.",
        "x = input 1x2 [1 2]\nu = input 2x2 [3 4; 5 6]\noutput x\n");
    add("text", "Version, metadata, comments and empty lines of a graph's text are no statements.",
        "gradproof 1\n@subject somebody\n# a comment\n\nx = input 1x2 [1 2]  # and another\noutput x\n");
    add("numbers", "A number is a decimal, a hex float, a ratio, inf, -inf or nan.",
        "x = input 1x8 [0x1.8p-3 -0x1p4 -3/4 1e1 -2.5e-1 inf -inf nan]\noutput x cotangent [1 1/2 -1 0.25 "
        "0x1p2 1 1 1]\n");
    add("empty-shapes", "A shape may have no rows, or no columns.",
        "x = input 0x3 []\nz = input 2x0 []\noutput x cotangent []\noutput z cotangent []\n");
    std::string many = "x = input 150x200 [";
    for (int i = 0; i < 30000; ++i)
      many += (i % 200 == 0 && i > 0 ? "; " : " ") + std::to_string(i % 251 - 125);
    add("long-lines", "A request may be long: 30000 numbers in one line.",
        many + "]\noutput x cotangent [2]\n");
  }

  // Subnormal numbers apart: some frameworks make 0 of them, which their adapter knows.
  void dtypes() {
    for (const Dtype d : all_dtypes) {
      const Format& f = format(d);
      const double tiny = std::ldexp(1, f.min_exponent - f.precision + 1),
                   least = std::ldexp(1, f.min_exponent);
      const double largest = std::ldexp(2 - std::ldexp(1, 1 - f.precision), f.max_exponent);
      const std::string claim = "Values come back in " + std::string(f.words) + ", every bit of them";
      add("dtype-" + std::string(f.name), claim + ".",
          "x = input 2x4 [1.5 -0.0 inf -inf; nan " + word(least) + " " + word(-largest) +
            " 0.0]\noutput x cotangent [-0.0 inf nan 2; " + word(-least) + " " + word(largest) + " 1 0.0]\n")
        .dtype = f.name;
      Probe& p = add("subnormal-" + std::string(f.name), claim + ", where they are subnormal too.",
                     "x = input 1x2 [" + word(tiny) + " " + word(-tiny) + "]\noutput x cotangent [" +
                       word(-tiny) + " " + word(tiny) + "]\n");
      p.dtype = f.name;
      p.may_refuse = true;
    }
  }

  void layouts() {
    for (const Layout l :
         {Layout::contiguous, Layout::transposed, Layout::strided, Layout::offset, Layout::expanded}) {
      const std::string claim =
        "Tensors are given and reported right in the layout " + std::string(name(l)) + ".";
      const std::string rows = l == Layout::expanded ? "[1 -2 4; 1 -2 4]" : "[1 -2 4; 8 0.5 -1]";
      add("layout-" + std::string(name(l)), claim,
          "x = input 2x3 " + rows + "\noutput x cotangent " + rows + "\n")
        .layout = name(l);
    }
  }

  void operations() {
    for (std::size_t i = 0; i < op_count; ++i) {
      const OpInfo& op = info(OpId{static_cast<std::uint8_t>(i)});
      for (const std::string& graph : op_graphs(op, hello_)) {
        Probe& p = add("op-" + std::string(op.name),
                       "Value and gradient of " + std::string(op.name) + " are the engine's.", graph);
        p.ops = {std::string(op.name)};
      }
    }
  }

  void ranks() {
    for (const int rank : {0, 1, 3, 4}) {
      Probe& p = add("rank-" + std::to_string(rank),
                     "An input is given in rank " + std::to_string(rank) + ", and comes back so.",
                     rank == 0   ? "x = input 1x1 [3]\noutput x cotangent [5]\n"
                     : rank == 1 ? "x = input 1x3 [1 2 3]\noutput x cotangent [4 5 6]\n"
                                 : "x = input 2x3 [1 2 3; 4 5 6]\noutput x cotangent [6 5 4; 3 2 1]\n");
      p.rank = rank;
      p.may_refuse = true;
    }
  }

  void twice() {
    Probe& p = add("twice", "Double backward weights the entries of the gradient 1, 2, 3 ... row by row.",
                   "x = input 2x2 [1 2; -3 4]\ny = square x\noutput y cotangent [1 2; 0.5 4]\n");
    p.twice = true;
    p.ops = {"square"};
  }

  void steps();
  void scenario(const std::string& step, std::vector<Act> acts, bool may_refuse) {
    Probe& p = add("step-" + step, "The scenario step " + step + " does what the protocol says.", "");
    p.steps = std::move(acts);
    p.may_refuse = may_refuse;
  }

  const protocol::Hello& hello_;
  std::string usual_;
  std::vector<Probe> probes_;
};

using Do = Act::Do;

Act make(std::string name, double lambda) {
  return {.what = Do::make, .name = std::move(name), .number = lambda};
}
Act leaf(std::string name, std::vector<double> values) {
  return {.what = Do::leaf, .name = std::move(name), .shape = {1, 2}, .values = std::move(values)};
}
Act forward(std::string name, std::string of, std::string input) {
  return {.what = Do::forward, .name = std::move(name), .of = std::move(of), .input = std::move(input)};
}
Act backward(std::string of, std::string input, std::vector<double> cotangent) {
  return {.what = Do::backward,
          .of = std::move(of),
          .input = std::move(input),
          .shape = {1, 2},
          .values = std::move(cotangent)};
}

// A life of one layer, with some steps between its making and its use, and some behind.
std::vector<Act> life(double lambda, std::vector<Act> before, const std::string& layer,
                      std::vector<Act> behind, const std::string& suffix = "") {
  std::vector<Act> steps{make("a" + suffix, lambda)};
  steps.insert(steps.end(), before.begin(), before.end());
  steps.push_back(leaf("x" + suffix, {1, -2}));
  steps.push_back(forward("y" + suffix, layer + suffix, "x" + suffix));
  steps.insert(steps.end(), behind.begin(), behind.end());
  return steps;
}

void Gathering::steps() {
  if (hello_.lambda_is_fixed && !hello_.fixed_lambda) return;
  const double s = strength(hello_, 0.5);
  const Act back = backward("y", "x", {3, 0.25});
  for (const char* step : {"make", "leaf", "forward", "backward"})
    scenario(step, life(s, {}, "a", {back, back}), false);
  if (!hello_.lambda_is_fixed)
    scenario("set", life(s, {{.what = Do::set, .name = "a", .number = 2}}, "a", {back}), true);
  scenario("deepcopy", life(s, {{.what = Do::deepcopy, .name = "b", .of = "a"}}, "b", {back}), true);
  scenario("pickle", life(s, {{.what = Do::pickle, .name = "b", .of = "a"}}, "b", {back}), true);
  scenario("evaluate", life(s, {{.what = Do::evaluate, .name = "a"}}, "a", {back}), true);
  scenario("read", life(s, {}, "a", {{.what = Do::read, .name = "y", .shape = {1, 2}}, back}), false);
  Act bits = leaf("z", {1, -2});
  bits.what = Do::bits;
  scenario("bits", {make("a", s), bits, forward("y", "a", "z"), backward("y", "z", {3, 0.25})}, true);
  bits.what = Do::pairs;
  scenario("pairs", {make("a", s), bits, forward("y", "a", "z"), backward("y", "z", {3, 0.25})}, true);
  scenario(
    "shares",
    life(s, {leaf("z", {1, -2})}, "a",
         {{.what = Do::shares, .name = "x", .input = "x"}, {.what = Do::shares, .name = "x", .input = "z"}}),
    true);
  scenario("glance",
           life(s, {leaf("z", {1, -2}), {.what = Do::glance, .name = "w", .of = "a", .input = "z"}}, "a",
                {{.what = Do::read, .name = "w", .shape = {1, 2}}, back}),
           true);
  scenario("multiply",
           life(s, {}, "a",
                {{.what = Do::multiply, .name = "y", .number = 4},
                 {.what = Do::read, .name = "y", .shape = {1, 2}},
                 back}),
           true);
  scenario("strength", life(s, {}, "a", {back, {.what = Do::strength, .of = "a"}}), true);
  Act together{.what = Do::together};
  for (const char* suffix : {"1", "2"})
    together.threads.push_back(
      life(s, {}, "a", {backward(std::string("y") + suffix, std::string("x") + suffix, {8, 16})}, suffix));
  scenario("together", {together}, true);
}

std::string in_words(const Disagreement& d) {
  return d.place + " is " + word(d.observed) + ", expected " + word(d.expected) +
         (d.allowed > 0 ? " to within " + word(d.allowed) : "");
}

std::string in_words(const Finding& f) {
  if (f.outcome == Outcome::holds) return "";
  return f.worst && f.worst->residual != Residual::shape && f.worst->residual != Residual::no_answer
           ? in_words(*f.worst)
           : f.reason;
}

// Values of inputs alone pass in bits; behind an operation, to within twice the bound on its own rounding, and once more
// for the double that they are compared with.
std::string wrong_with_graph(const Probe& p, const Case& c, const Numbers& found) {
  const Graph graph = gradient(c.graph);
  const auto expected = evaluate<double>(graph);
  std::optional<Judged> judged;
  if (!p.ops.empty()) judged.emplace(c.graph, c.dtype);
  const bool exact = !judged || judged->exact(c.dtype);
  Comparison comparison(c.graph);
  const std::size_t outputs = c.graph.outputs().size();
  for (std::size_t i = 0; i < graph.outputs().size(); ++i) {
    const auto values = expected[graph.outputs()[i].node];
    for (std::size_t k = 0; k < values.size(); ++k) {
      const double e = values[k], o = i < outputs ? found.outputs[i][k] : found.gradients[i - outputs][k];
      if (!judged && i < outputs) {
        comparison.output_entry(i, k, e, o);
      } else if (i < outputs) {
        comparison.near_output_entry(i, k, e, o, exact ? 0 : 3 * judged->value_bound(i, k).error);
      } else {
        const double allowed = exact ? 0 : 3 * judged->bound(i - outputs, k).error;
        const bool agrees = std::abs(o - e) <= allowed || e == o || (std::isnan(e) && std::isnan(o));
        comparison.judged_gradient_entry(i - outputs, k, e, o, allowed, agrees);
      }
    }
  }
  const Finding f = comparison.finish();
  return f.compared == 0 ? "" : in_words(f);
}

std::string wrong_with_twice(const Case& c, const Reply& reply) {
  Engine engine;
  Case in_double = c;  // every value is exact in every dtype
  in_double.dtype = Dtype::f64;
  const Reply expected = engine.run_twice(in_double);
  assert(expected.ok());
  if (!reply->outputs.empty()) return "double backward has no outputs";
  for (std::size_t i = 0; i < expected->gradients.size(); ++i) {
    if (i >= reply->gradients.size() || !reply->gradients[i]) return "a second gradient is missing";
    if (reply->gradients[i]->values != expected->gradients[i]->values)
      return "the second gradient is not the engine's";
  }
  return "";
}

std::string wrong_with_life(const Probe& p, const Reply& reply) {
  Engine engine;
  const Reply expected = engine.live({Dtype::f64, p.steps});
  assert(expected.ok());
  if (reply->gradients.size() != expected->gradients.size())
    return std::to_string(reply->gradients.size()) + " records where the steps make " +
           std::to_string(expected->gradients.size());
  for (std::size_t i = 0; i < expected->gradients.size(); ++i) {
    const auto& e = expected->gradients[i];
    const auto& o = reply->gradients[i];
    const bool zeros = o && std::ranges::all_of(o->values, [](double v) { return v == 0; });
    if (!e && (!o || zeros)) continue;
    const std::string place = "record " + std::to_string(i);
    if (!e || !o) return place + (o ? " is a tensor where null is right" : " is missing");
    if (o->dtype != p.dtype) return place + " is in " + o->dtype;
    if (o->shape != e->shape) return place + " has another shape";
    if (o->values != e->values)
      return place + " is " + word(o->values.front()) + " ..., expected " + word(e->values.front()) + " ...";
  }
  return "";
}

}  // namespace

std::vector<Probe> probes(const protocol::Hello& hello) { return Gathering(hello).take(); }

std::string wrong_with(const Probe& probe, const Reply& reply) {
  if (!reply) return reply.error().kind + ": " + reply.error().message;
  if (!probe.steps.empty()) return wrong_with_life(probe, reply);
  auto document = parse(probe.graph);
  assert(document.ok());
  const Case c{(*std::move(document)).graph, *find_dtype(probe.dtype), *find_layout(probe.layout),
               probe.rank};
  if (probe.twice) return wrong_with_twice(c, reply);
  if (!reply->damage.empty()) return "it says that memory was overwritten: " + reply->damage.front();
  const auto found = numbers(reply, c);
  if (!found) return in_words(found.error());
  return wrong_with_graph(probe, c, *found);
}

}  // namespace gradproof::inline v0
