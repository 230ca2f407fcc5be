#include "verify/diagnose.hpp"

#include <array>
#include <cmath>
#include <functional>
#include <span>

#include "catalogue.hpp"
#include "gradproof/format.hpp"
#include "gradproof/ops.hpp"
#include "number/spelled.hpp"
#include "verify/battery.hpp"
#include "verify/extremes.hpp"
#include "verify/factors.hpp"
#include "verify/repetition.hpp"
#include "verify/signatures.hpp"

namespace gradproof::inline v0 {

namespace {

std::string number(double v) {
  return Literal(v).text().find("0x") == std::string::npos ? Literal(v).text() : [v] {
    std::array<char, 40> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.9g", v);
    return std::string(buffer.data());
  }();
}

// The probes of the lone layer: six strengths on ordinary numbers, in the widest dtype that answered; or why there was
// no answer.
struct Probed {
  std::vector<Observation> seen;
  std::optional<NoAnswer> silent;
};

constexpr Shape usual_shape{2, 3};

// A reversal of what another operation has made of the input, whose value and gradient are as without it.
Graph reversal_of_a_result(Shape shape, double lambda, std::span<const double> x,
                           std::span<const double> cotangent) {
  Builder b;
  const Expr input = b.input(shape, std::vector<Literal>(x.begin(), x.end()), "x");
  b.output(reverse(-(-input), Literal(lambda)), {cotangent.begin(), cotangent.end()});
  return std::move(b).finish_or_die();
}

using Lay = Graph (*)(Shape, double, std::span<const double>, std::span<const double>);

Probed observe(Subject& subject, Dtype dtype, std::optional<double> fixed_lambda, double scale,
               Shape shape = usual_shape, Lay lay = lone_reversal) {
  constexpr std::array usual_x = {0.7, -1.3, 2.1, -0.4, 0.9, 1.7},
                       usual_g = {0.3, -0.6, 2.9, -5.3, 1.1, -0.2};
  const std::size_t size = shape.size(), cols = shape.cols;
  const auto rows = static_cast<double>(shape.rows);
  std::vector<double> x, g, column_means(cols, 0);
  double mean = 0;
  for (std::size_t i = 0; i < size; ++i) {
    // Beyond six entries they come again, larger each time.
    const std::size_t time = i / usual_x.size();
    const double larger = 1 + static_cast<double>(time) / 8;
    x.push_back(rounded(dtype, larger * usual_x[i % usual_x.size()]));
    g.push_back(scale * rounded(dtype, larger * usual_g[i % usual_g.size()]));
    mean += g[i] / static_cast<double>(size);
    column_means[i % cols] += g[i] / rows;
  }
  // The last one has more digits than a λ that was rounded to decimals or to a narrower format keeps.
  std::vector<double> lambdas = {0.3, 2.7, -0.7, 0, 1.9, 0.123456789};
  if (fixed_lambda) lambdas = {*fixed_lambda};
  Probed probed;
  for (const double lambda : lambdas) {
    const auto reply = subject.run(Case{lay(shape, lambda, x, g), dtype});
    if (!reply) return {{}, reply.error()};
    if (reply->outputs.size() != 1 || reply->outputs[0].values.size() != size) return {};
    const auto& gx = reply->gradients[0];
    if (gx && gx->values.size() != size) return {};
    for (std::size_t i = 0; i < size; ++i)
      probed.seen.push_back({lambda, x[i], g[i], reply->outputs[0].values[i], gx ? gx->values[i] : 0, mean,
                             column_means[i % cols], rows, static_cast<double>(size), i + cols >= size,
                             i % cols == cols - 1, lambdas.front()});
  }
  return probed;
}

bool close(Dtype dtype, double predicted, double observed) {
  // A wrong formula may round some four times where the right one rounds once.
  return std::abs(predicted - observed) <= 4 * ulp(dtype, predicted) || predicted == observed;
}

const Signature* explaining(std::span<const Signature> signatures, const std::vector<Observation>& seen,
                            Dtype dtype, double (*value)(const Observation&)) {
  const auto fits = [&](const Signature& s, const Observation& o) {
    const double predicted = s.predicted(o);
    // Where a mean is subtracted, the roundings are those of the larger numbers.
    const double size =
      std::max({std::abs(predicted), std::abs(o.lambda * o.g), std::abs(o.lambda * o.mean_g)});
    return predicted == value(o) ||
           std::abs(predicted - value(o)) <= (s.subtracts ? 4 * ulp(dtype, size) : 4 * ulp(dtype, predicted));
  };
  for (const Signature& s : signatures)
    if (std::ranges::all_of(seen, [&](const Observation& o) { return fits(s, o); })) return &s;
  return nullptr;
}

// --- Layers beside each other
// ---------------------------------------------------------------------------------------------

struct MeetingSignature {
  Meeting meeting;
  bool (*explains)(const std::vector<double>& gradients);
  const char* cause;
  const char* mend;
};

// In the order in which they are tried; the right gradients stand in the comments.
const MeetingSignature meeting_signatures[] = {
  // -2 + 16
  {Meeting::shared_input, [](const std::vector<double>& g) { return g[0] == -2 - 32; },
   "every consumer of the input is reversed, not only the layer's own branch: a hook sits on the shared "
   "tensor",
   "hook a fresh tensor (x.clone() or x.view_as(x)), never the input itself"},
  // -8, 4
  {Meeting::neighbour, [](const std::vector<double>& g) { return g[1] != 4; },
   "the incoming cotangent is changed in place, so a neighbouring branch sees it changed",
   "write -λ * grad_output into a new tensor; never grad_output.mul_() or .neg_()"},
  // 16
  {Meeting::stacked,
   [](const std::vector<double>& g) { return g[0] == 4 || g[0] == 64 || g[0] == -4 || g[0] == -64; },
   "two layers in a row use one λ: the last (or first) writer wins, because λ is shared state",
   "keep λ on the autograd context (ctx) or the instance, not on the class or in a global"},
  // 16, or once more by the λ of a layer that is still open: 2 * 8 * 2, 2 * 8 * 8
  {Meeting::stacked,
   [](const std::vector<double>& g) {
     return std::abs(g[0]) == 32 || std::abs(g[0]) == 128 || std::abs(g[0]) == 256;
   },
   "two layers in a row do not multiply: a λ is applied more than once, because the layers share state",
   "scale by this layer's own λ, once, in each backward; keep no state between layers"},
  // -2, -8
  {Meeting::side_by_side, [](const std::vector<double>& g) { return g[0] != -2 || g[1] != -8; },
   "two layers side by side share a λ or a result buffer: the last writer wins",
   "keep λ on the autograd context (ctx) or the instance, and return a fresh tensor from backward"},
  // -10
  {Meeting::one_input, [](const std::vector<double>& g) { return g[0] != -10; },
   "two layers on one input share a λ or a result buffer: one overwrites the other",
   "keep λ on the autograd context (ctx) or the instance, and return a fresh tensor from backward"},
  // 16
  {Meeting::stacked, [](const std::vector<double>& g) { return g[0] != 16; },
   "two layers in a row do not multiply: each must scale by its own λ, once",
   "scale by this layer's own λ, once, in each backward; keep no state between layers"},
  // -34
  {Meeting::two_consumers, [](const std::vector<double>& g) { return g[0] != -34; },
   "a layer with two consumers scales once for each of them, or loses one",
   "return -λ * grad_output from one backward"},
};

// A consumer beside the layer, of what another operation has made: a hook on that step acts on both.
bool flips_a_shared_result(Subject& subject, Dtype dtype) {
  Builder b;
  const Expr result = -(-b.input({}, std::array{Literal(3)}, "x"));
  b.output(reverse(result, Literal(2)) + result * b.constant({}, Literal(16)));
  const auto reply = subject.run(Case{std::move(b).finish_or_die(), dtype});
  return reply && reply->gradients[0] && reply->gradients[0]->values == std::vector{-34.0};
}

std::optional<std::pair<const char*, const char*>> shared_cause(Subject& subject, Dtype dtype) {
  if (flips_a_shared_result(subject, dtype))
    return std::pair{meeting_signatures[0].cause, meeting_signatures[0].mend};
  for (const MeetingSignature& signature : meeting_signatures) {
    const Case c{meeting_graph(signature.meeting), dtype};
    const auto reply = subject.run(c);
    if (!reply) continue;
    std::vector<double> gradients;
    for (const auto& g : reply->gradients)
      gradients.push_back(g && g->values.size() == 1 ? g->values[0] : 0.0);
    if (gradients.size() == c.graph.inputs().size() && signature.explains(gradients))
      return std::pair{signature.cause, signature.mend};
  }
  return {};
}

// --- The layer's life
// -------------------------------------------------------------------------------------------------------

struct LifeCause {
  std::string_view property;
  const char* cause;
  const char* mend;
};

// The first of them that failed names the cause; later ones often fail with it.
const LifeCause life_causes[] = {
  {"two-layers-alive",
   "layers that live at the same time share one λ, so that the last (or first) writer decides for all",
   "keep λ on the autograd context (ctx) or the instance, not on the class, in a global or in a shared "
   "buffer"},
  {"forward-again",
   "each forward pass leaves something on the input (a hook), which acts again in later passes",
   "hook a fresh tensor (x.clone() or x.view_as(x)), never the input itself"},
  {"set-lambda-takes", "λ is read once and kept, so that setting it later has no effect",
   "read λ from where it is set, in each forward pass"},
  {"lambda-of-the-forward-pass",
   "λ is read in the backward pass, so that a λ set after the forward pass is applied",
   "save λ in forward (ctx.alpha = alpha; a copy, where it is a tensor), and use that in backward"},
  {"pending-in-any-order",
   "forward passes that wait for their backward passes get each other's λ, as from a stack or a single slot",
   "keep what backward needs on the autograd context (ctx) of each call"},
  {"backward-again",
   "a backward pass changes what it needs again (λ, a saved tensor, or a buffer that it returned before)",
   "write the result into a new tensor, and change nothing that was saved"},
  {"adds-when-asked", "the backward pass that adds (backward_add) does not add -λ·g to what is there",
   "add -λ·g to each entry as it is found"},
  {"copies-keep-lambda", "a deep copy of the layer does not reverse with its λ",
   "keep λ in an attribute or buffer of the layer"},
  {"copies-stand-alone", "a deep copy and its original share one λ: setting the copy's sets the other's",
   "keep λ in an attribute or buffer of the layer, not in a registry or a default that all copies share"},
  {"pickles-keep-lambda", "the layer does not keep its λ when it is pickled",
   "keep λ in an attribute or buffer of the layer"},
  {"evaluation-mode-reverses", "in evaluation mode the layer is another one", "do not look at self.training"},
  {"pass-without-gradient",
   "a forward pass for which no gradient is asked (torch.no_grad) switches the layer off, or leaves "
   "something for later passes",
   "decide in each forward pass anew, and keep nothing but what ctx keeps"},
  {"in-place-after-the-layer",
   "an in-place operation on the result changes the input or the gradient: the result is the input's own "
   "memory",
   "return x.view_as(x) from an autograd Function, so that the framework sees it, or a copy"},
  {"lambda-gets-no-gradient", "λ receives a gradient, so that an optimiser would train the reversal away",
   "return None for λ from backward; keep it a number or a buffer, not a parameter"},
  {"threads-keep-apart",
   "threads that use the layer at the same time overwrite what the other's backward pass needs",
   "keep what backward needs on the autograd context (ctx), not on the class or in a global"},
  {"double-backward",
   "the second derivative is wrong: backward is cut off from the graph (.data, detach, numpy), or scales "
   "otherwise the second time",
   "make backward of differentiable operations on grad_output: return -λ * grad_output"},
};

// Of layers that only a strict property refuses.
const LifeCause strict_causes[] = {
  {"signed-zeros",
   "a zero comes back with the other sign: something is added to the product, or taken from 0",
   "return g * -λ, or -(λ * g), and nothing else"},
  {"rounded-once",
   "in some case -λ·g is rounded twice: λ goes through another format, or the product through a wider one",
   "form λ in double precision, round it once to the gradient's format, and multiply once"},
};

// Where the finding itself tells what is wrong: which λ a vector is taken for, whose memory the result has.
constexpr std::array<std::pair<const char*, const char*>, 4> telling = {{
  {"vector-lambda", "multiply each row by its own λ: -λ.view(-1, 1) * grad_output, where there are two axes"},
  {"memory-as-declared", "return x.view_as(x) for a view, x.clone() for a copy, or declare what is done"},
  {"nan-payload", "hand the tensor on without arithmetic"},
  {"complex-too", "multiply the cotangent by the real number -λ, and do nothing else to it"},
}};
std::optional<Named> named_by_finding(const std::vector<Counterexample>& examples) {
  for (const auto& [property, mend] : telling)
    for (const Counterexample& e : examples)
      if (e.property == property && !e.finding.reason.empty()) return Named{e.finding.reason, mend};
  return {};
}

const LifeCause* cause_among(std::span<const LifeCause> causes, const std::vector<Counterexample>& examples) {
  for (const LifeCause& cause : causes)
    for (const Counterexample& e : examples)
      // A layer whose gradient is wrong has a wrong second one, which then explains nothing.
      if (e.property == cause.property && (e.property != "double-backward" || &e == &examples.front()))
        return &cause;
  return nullptr;
}

// A λ that is set and then neither used nor left as it was: the scenario's other λ is -4 times the one that is set.
std::optional<Named> set_to_another(const std::vector<Counterexample>& examples) {
  for (const Counterexample& e : examples) {
    if (e.property == "two-layers-alive" || e.property == "forward-again") return {};
    if (e.property != "set-lambda-takes" || !e.finding.worst) continue;
    const double wanted = e.finding.worst->expected, got = e.finding.worst->observed;
    if (wanted == 0 || !std::isfinite(got) || std::abs(got + 4 * wanted) <= 0x1p-8 * std::abs(wanted))
      return {};
    return Named{"a λ that is set is not the one that is used: the gradient is " + number(got / wanted) +
                   " times what it must be (a moving average of λ, a bound, a step towards it?)",
                 "let setting λ replace it, and use it as it is given"};
  }
  return {};
}

// --- Operands that are looked at
// ------------------------------------------------------------------------------------------------

// Whether the failing case is right with the same cotangent and another input: its values decide.
std::optional<Named> decided_by_values(Subject& subject, const Counterexample& e) {
  const Graph& graph = e.minimal.graph;
  if (e.property != "backward-rounded" || graph.inputs().size() != 1) return {};
  const Output& output = graph.outputs()[0];
  const Shape shape = graph[graph.inputs()[0]].shape;
  const double lambda = graph.values(graph.operands(output.node)[1])[0].nearest();
  std::vector<double> g;
  for (std::size_t i = 0; i < shape.size(); ++i)
    g.push_back(output.cotangent[output.cotangent.size() == 1 ? 0 : i].nearest());
  for (const double value : {0.0, 1.0, -1.0, 1000.0, -1000.0}) {
    Case other = e.minimal;
    other.graph = lone_reversal(shape, lambda, std::vector(shape.size(), value), g);
    if (find_property(e.property)->check(subject, other).outcome == Outcome::holds)
      return Named{
        "whether the gradient is reversed depends on the values of the input (a mask, a threshold, a "
        "gate): with an input of " +
          number(value) + " throughout it is right",
        "return -λ * grad_output, whatever the input was"};
  }
  return {};
}

// --- Putting it together
// ----------------------------------------------------------------------------------------------------

std::string_view observed_factor(double lambda, double factor, Dtype dtype) {
  // The factor is a quotient of numbers that were each rounded a few times.
  const double rounding = 32 * unit_roundoff(dtype);
  const auto near = [&](double f) { return std::abs(factor - f) <= rounding * std::max(1.0, std::abs(f)); };
  if (near(lambda) && lambda != 0) return "+λ";
  if (near(1)) return "1";
  if (near(-1)) return "-1";
  if (near(0)) return "0";
  if (near(-lambda * lambda)) return "-λ²";
  if (near(1 - lambda)) return "1-λ";
  return "";
}

std::string factor_text(const Counterexample& e) {
  const Graph& g = e.minimal.graph;
  const auto& worst = *e.finding.worst;
  const bool lone = g.size() == 3 && g.outputs().size() == 1 && g[g.outputs()[0].node].op == id_of<Reverse>();
  if (!lone || !worst.place.starts_with("gradient") || worst.expected == 0 ||
      !std::isfinite(worst.expected) || !std::isfinite(worst.observed))
    return "";
  const double lambda = g.values(g.operands(g.outputs()[0].node)[1])[0].nearest();
  const double factor = worst.observed / (worst.expected / -lambda);
  const std::string_view symbol = observed_factor(lambda, factor, e.minimal.dtype);
  return " (λ = " + number(lambda) + ", observed factor " + number(factor) +
         (symbol.empty() || symbol == number(factor) ? "" : ", that is " + std::string(symbol)) + ")";
}

}  // namespace

std::string headline(const Counterexample& e) {
  const auto& worst = *e.finding.worst;
  const std::string where = " in " + std::string(format(e.minimal.dtype).words);
  if (worst.residual == Residual::no_answer || worst.residual == Residual::shape)
    return e.finding.reason + where;
  // Nine digits read well; where they hide the difference, all are shown.
  SpelledPair words = {number(worst.expected), number(worst.observed)};
  if (words.expected == words.observed) words = spelled_apart(worst.expected, worst.observed, 17);
  return worst.place + where + ": expected " + words.expected + ", observed " + words.observed +
         factor_text(e);
}

namespace {

// Whether the layer alone is right on ordinary numbers of a shape.
bool right_at(Subject& subject, Dtype dtype, Shape shape, int rank) {
  std::vector<double> x, g;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    x.push_back(rounded(dtype, 0.25 + static_cast<double>(i)));
    g.push_back(rounded(dtype, 1.5 - static_cast<double>(i)));
  }
  const auto reply = subject.run(Case{lone_reversal(shape, 0.5, x, g), dtype, Layout::contiguous, rank});
  if (!reply || reply->outputs.size() != 1 || reply->outputs[0].values != x) return false;
  const auto& gx = reply->gradients[0];
  if (!gx || gx->values.size() != g.size()) return false;
  for (std::size_t i = 0; i < g.size(); ++i)
    if (!close(dtype, -0.5 * g[i], gx->values[i])) return false;
  return true;
}

// What sets the failing cases apart, where the layer is right on ordinary ones.
std::pair<std::string, std::string> circumstance(Subject& subject, const Counterexample& e) {
  const Case& c = e.minimal;
  if (c.layout != Layout::contiguous)
    return {"it fails on tensors of " + std::string(name(c.layout)) +
              " layout only: strides or the storage offset are ignored",
            "address elements by stride, or make the tensor contiguous first"};
  if (e.finding.worst->residual == Residual::not_finite || std::isnan(e.finding.worst->expected) ||
      std::isinf(e.finding.worst->expected))
    return {"NaN, infinities or overflow are not treated as IEEE arithmetic does (nan_to_num, clipping)",
            "leave non-finite values as they are: they tell of trouble"};
  if (c.graph.inputs().empty())
    return {
      "it fails on tensors that ask for no gradient only, such as constants and whatever torch.no_grad "
      "makes",
      "make the layer independent of whether a gradient is asked for: if y.requires_grad: "
      "y.register_hook(…)"};
  const Shape shape = c.graph[c.graph.inputs()[0]].shape;
  const auto stands = [&](Shape other, int rank) { return right_at(subject, c.dtype, other, rank); };
  if (shape.rows == shape.cols && shape.rows > 1 && stands({shape.rows, shape.cols + 1}, c.rank))
    return {"it fails on square tensors: rows and columns are swapped where the shapes allow it",
            "address the gradient as the input is addressed; transpose nothing"};
  if (shape.size() >= 64)
    return {"it fails on larger tensors only: the tail of a grid or block is not handled",
            "bound the loop by n, not by the grid"};
  if (shape.rows == 1 && !stands(shape, 2) && stands({2, shape.cols}, 2))
    return {"it fails on a batch of one row only", "make the layer independent of the size of the batch"};
  if (c.rank == 1 && shape.cols > 1 && stands({1, shape.cols + 1}, 1))
    return {"it fails on some sizes only, such as one of " + std::to_string(shape.cols) + " entries",
            "make the layer independent of the tensor's size"};
  if (c.rank != 2 && stands(shape, 2))
    return {"it fails on tensors of rank " + std::to_string(c.rank) + " only",
            "make the layer independent of rank"};
  const auto holds_in = [&](Dtype other) {
    return find_property(e.property)->check(subject, {c.graph, other, c.layout, c.rank}).outcome ==
           Outcome::holds;
  };
  if ((c.dtype == Dtype::f16 || c.dtype == Dtype::bf16) && holds_in(Dtype::f32))
    return {"it fails in " + std::string(format(c.dtype).words) + " only",
            "compute in the dtype of the tensors"};
  const double magnitude = std::abs(e.finding.worst->expected);
  if (magnitude > 0 && magnitude < std::ldexp(1, format(c.dtype).min_exponent))
    return {"subnormal numbers lose their digits or are flushed to zero",
            "return a view of the input, and do no arithmetic on it"};
  if (e.finding.worst->place.starts_with("value") && e.finding.worst->expected == 0)
    return {"the sign of zero is lost in the forward value (x + 0?)",
            "return a view of the input, not the result of arithmetic"};
  return {"", ""};
}

// What exceptions say, in the words of the framework, and what it means for the layer.
struct Complaint {
  std::string_view says;
  const char* cause;
  const char* mend;
};

const Complaint complaints[] = {
  {"incorrect number of gradients", "backward returns the wrong number of gradients",
   "return one gradient for each argument of forward: the input's, and None for λ and all others"},
  {"gradient different than None", "backward returns a gradient in λ's place, where None belongs",
   "return the gradients in the order of forward's arguments: -λ * grad_output for the input, None for λ"},
  {"Legacy autograd function", "the layer is a legacy autograd function: an instance that is called",
   "make forward and backward static methods with a ctx, and call GRL.apply(x, λ)"},
  {"save_for_backward can only save", "save_for_backward is given a number (λ?), and takes tensors only",
   "keep λ as ctx.alpha = alpha"},
  {"view size is not compatible", "view is asked of a tensor that is not contiguous",
   "use view_as(x), which changes nothing, or reshape"},
  {"invalid gradient at index", "backward returns a gradient of another shape than the input's",
   "return a tensor like grad_output from backward"},
  {"must match the size of tensor",
   "shapes don't fit: a vector (a λ for each sample?) lies along the wrong axis",
   "give a per-sample λ the shape (N, 1, ...), so that it goes along the batch"},
  {"0-d tensor", "a tensor without dimensions (a loss) is not provided for",
   "make the layer independent of rank"},
  {"doesn't require gradient", "a hook is put on a tensor that asks for no gradient",
   "if y.requires_grad: y.register_hook(…)"},
  {"refers to a single memory location", "a tensor that is not the layer's own is written to in place",
   "write results into new tensors; never change grad_output or the input in place"},
  {"numel() == 0", "an empty tensor (an empty batch) is not provided for",
   "let backward be -λ * grad_output, which takes any shape"},
  {"leaf Variable that requires grad", "the input is changed in place in the forward pass",
   "return x.view_as(x) or x.clone()"},
  {"can only be called once", "what backward needs is used up by the first backward pass",
   "keep what backward needs on ctx, and change nothing there"},
  {"ScalarType BFloat16", "the layer goes through numpy, which has no bfloat16",
   "use PyTorch's own operations in backward"},
};

// What the host of C and C++ layers says of a call, or an adapter of an operand, and what it means: the first words
// that are found count.
const Complaint complaints_of_hosts[] = {
  {"made an input ask for a gradient",
   "the layer asks for the gradient of a tensor that its caller wants none of",
   "leave requires_grad as it is"},
  {"added to what was", "the layer adds to its result where it should write",
   "write -λ·g; a caller that wants it added calls backward_add"},
  {"overwrote the gap", "strides are ignored, or the input's is taken for the result's",
   "address entry i of the input at i * x_stride, and of the result at i * y_stride"},
  {"strides 2 and 3",
   "entries of a strided result are left unwritten: a stride is ignored or taken for another",
   "address entry i of the input at i * x_stride, and of the result at i * y_stride"},
  {"unwritten",
   "entries of the result are left unwritten: the tail of a grid, block or vector is not handled",
   "bound the loop by n, and round the number of blocks up, not down"},
  {"a null pointer", "no layer is made", "return the layer from create, for every lambda"},
  {"it returned", "a pass returns another number of entries than it was given", "return one entry for each"},
  {"threw an exception", "a pass throws an exception", "its own words are in the report"},
  {"_set_lambda returned", "setting λ returns an error", "return GRADPROOF_DONE where all went well"},
  {"_forward returned", "the forward kernel returns an error", "return GRADPROOF_DONE where all went well"},
  {"_backward returned", "the backward kernel returns an error", "return GRADPROOF_DONE where all went well"},
  {"_of returned", "a kernel returns an error", "return GRADPROOF_DONE where all went well"},
};

// Which buffer was written to that is not the layer's to write, likewise.
const Complaint damage_complaints[] = {
  {"set anew: the seed", "the layer seeds the random numbers of the whole program",
   "use a generator of the layer's own (torch.Generator), or draw no random numbers"},
  {"set anew", "the layer changes a setting of the whole program, such as the default dtype",
   "give dtype and device where a tensor is made, and leave settings alone"},
  {"made to ask for a gradient", "the layer asks for the gradient of a tensor that its caller wants none of",
   "leave requires_grad as it is"},
  {"was disposed of: cotangent", "the incoming gradient (dy) is disposed of, which belongs to the caller",
   "dispose of nothing that the layer was given; tf.tidy frees what it has made itself"},
  {"was disposed of", "the input is disposed of, which belongs to the caller",
   "dispose of nothing that the layer was given; tf.tidy frees what it has made itself"},
  {"the gap after", "the gaps between the entries of a strided buffer are written to",
   "write entry i at i * stride, and nothing between; a block copy needs stride 1"},
  {"after the last", "the layer writes past the end of its result",
   "bound the loop by n: look for `<=`, and for a size that is rounded up"},
  {"past the end", "the layer writes past the end of its result",
   "bound the loop by n: look for `<=`, and for a size that is rounded up"},
  {"before the", "the layer writes before the start of its result", "let the loop begin at entry 0"},
  {"a buffer of an earlier call", "a pointer into the caller's buffers is kept from one call to the next",
   "use the pointers of each call, and keep none in a static variable"},
  {"the input of", "the input of a pass is changed in place",
   "write results where they belong; never change the input or gy in place"},
};

template <std::size_t n>
const Complaint* found(const Complaint (&table)[n], const std::string& message) {
  for (const Complaint& c : table)
    if (message.find(c.says) != std::string::npos) return &c;
  return nullptr;
}

// What a case that was not answered says, by the kind of the trouble.
std::pair<std::string, std::string> silence(const std::string& kind, const std::string& message) {
  if (kind == "raised" || kind == "returned")
    if (const Complaint* c = found(complaints_of_hosts, message)) return {c->cause, c->mend};
  if (kind == "raised") {
    for (const Complaint& c : complaints)
      if (message.find(c.says) != std::string::npos)
        return {std::string("the layer raises an exception: ") + c.cause, c.mend};
    return {"the layer raises an exception",
            "its own words are below; give backward one gradient for each argument of forward"};
  }
  if (kind == "returned")
    return {"the layer does not return a tensor",
            "return the output from forward, and a gradient from backward"};
  if (kind == "timed_out")
    return {"the layer does not come back in time", "look for a loop or a lock; --timeout gives it longer"};
  if (kind == "memory")
    return {"the layer takes more and more memory",
            "look for what is kept from call to call; --memory allows more"};
  if (kind == "crashed" || kind == "exited")
    return {"the layer takes its process down", "run it under a debugger on the counterexample"};
  return {"the layer did not answer (" + kind + ")", ""};
}

// A layer that is right on six entries, and on more does to all of them what some formula says.
std::optional<Named> at_a_size(Subject& subject, const Counterexample& e,
                               std::optional<double> fixed_lambda) {
  const Case& c = e.minimal;
  if (c.layout != Layout::contiguous || c.graph.inputs().empty()) return {};
  const Shape shape = c.graph[c.graph.inputs()[0]].shape;
  if (shape.size() <= usual_shape.size() || shape.size() > 4096) return {};
  const auto formula = [&](Shape at) -> const Signature* {
    const auto seen = observe(subject, c.dtype, fixed_lambda, 1, at).seen;
    const bool right =
      std::ranges::all_of(seen, [&](const Observation& o) { return close(c.dtype, -o.lambda * o.g, o.gx); });
    if (right) return nullptr;
    return explaining(backward_signatures(), seen, c.dtype, [](const Observation& o) { return o.gx; });
  };
  const Signature* s = formula(shape);
  // A block of 256 that leaves out the rest leaves out the last of 257, and more of more.
  Shape larger = shape;
  auto& longer = larger.rows > larger.cols ? larger.rows : larger.cols;
  longer += longer / 2 + 1;
  if (s == nullptr || formula(larger) != s) return {};
  return Named{"it fails on larger tensors only, such as one of " + std::to_string(shape.rows) + " x " +
                 std::to_string(shape.cols) + ": " + s->cause,
               s->mend};
}

// One λ after another, the later ones so near to the first that a key of few digits is the same for both.
std::optional<Named> remembered_strength(Subject& subject, Dtype dtype) {
  constexpr std::array lambdas = {0.5, 0.500001, 0.50003, 0.5004, 0.504, 0.54, 0.9};
  const double one = 1;
  subject.refresh();
  for (std::size_t i = 0; i < lambdas.size(); ++i) {
    const auto reply = subject.run(Case{lone_reversal({}, lambdas[i], {&one, 1}, {&one, 1}), dtype});
    if (!reply || !reply->gradients[0] || reply->gradients[0]->values.size() != 1) return {};
    const double used = -reply->gradients[0]->values[0];
    if (close(dtype, lambdas[i], used)) continue;
    for (std::size_t earlier = 0; earlier < i; ++earlier)
      if (close(dtype, lambdas[earlier], used))
        return Named{"a λ near to an earlier one is taken for that: after " + number(lambdas[earlier]) +
                       ", a layer with λ = " + number(lambdas[i]) +
                       " reverses with the former (a memo whose key is λ rounded)",
                     "make the layer anew for each λ, or let all digits of λ be the key"};
    return {};
  }
  return {};
}

// Two forward passes with two λ, and their backward passes in the order of the forward passes or in the other: whether
// each got the other's λ; nothing where one got neither.
std::optional<bool> swapped(Subject& subject, Dtype dtype, bool latest_first) {
  constexpr std::array lambdas = {0.5, 2.0};
  Scenario s{dtype, {}};
  const auto name = [](const char* letter, std::size_t i) { return letter + std::to_string(i); };
  for (const std::size_t i : {0, 1}) {
    s.steps.push_back({.what = Act::Do::make, .name = name("a", i), .number = lambdas[i]});
    s.steps.push_back({.what = Act::Do::leaf, .name = name("x", i), .shape = {1, 1}, .values = {3}});
    s.steps.push_back(
      {.what = Act::Do::forward, .name = name("y", i), .of = name("a", i), .input = name("x", i)});
  }
  for (const std::size_t k : {0, 1}) {
    const std::size_t i = latest_first ? 1 - k : k;
    s.steps.push_back(
      {.what = Act::Do::backward, .of = name("y", i), .input = name("x", i), .shape = {1, 1}, .values = {1}});
  }
  subject.refresh();
  const auto reply = subject.live(s);
  if (!reply || reply->gradients.size() != 2) return {};
  std::array<double, 2> used{};
  for (const std::size_t k : {0, 1}) {
    const auto& g = reply->gradients[k];
    if (!g || g->values.size() != 1) return {};
    used[latest_first ? 1 - k : k] = -g->values[0];
  }
  if (used == lambdas) return false;
  return used[0] == lambdas[1] && used[1] == lambdas[0] ? std::optional(true) : std::nullopt;
}

// λ that is put down in a forward pass and taken up in a backward pass. One that all share is the last (or first)
// writer's for both of two; here each gets the other's, in one of both orders.
std::optional<Named> named_by_the_order(Subject& subject, Dtype dtype) {
  const auto in_order = swapped(subject, dtype, false);
  if (!in_order || swapped(subject, dtype, true) != !*in_order) return {};
  return Named{
    *in_order
      ? "each backward pass takes the λ of the latest forward pass that still waits, as from a stack"
      : "each backward pass takes the λ of the earliest forward pass that still waits, as from a queue",
    "keep what backward needs on the autograd context (ctx) of each call"};
}

// Whether the layer is right on what another operation has made; nothing where it does not say.
std::optional<bool> right_on_results(Subject& subject, Dtype dtype, std::optional<double> fixed_lambda) {
  const auto seen = observe(subject, dtype, fixed_lambda, 1, usual_shape, reversal_of_a_result).seen;
  if (seen.empty()) return {};
  return std::ranges::all_of(
    seen, [&](const Observation& o) { return o.y == o.x && close(dtype, -o.lambda * o.g, o.gx); });
}

bool has_failed(const std::vector<Counterexample>& examples, std::string_view property) {
  return std::ranges::any_of(examples, [&](const Counterexample& e) { return e.property == property; });
}

// Where none of the smallest graphs has a reversal in it: what they are made of is off, whatever the layer does.
std::optional<Named> without_the_layer(const std::vector<Counterexample>& examples) {
  std::vector<std::string_view> operations;
  for (const Counterexample& e : examples) {
    const Graph& g = e.minimal.graph;
    for (NodeId i; i.index < g.size(); ++i.index) {
      if (g[i].op == id_of<Reverse>()) return {};
      const OpInfo& op = info(g[i].op);
      if (op.kind != Kind::leaf && std::ranges::find(operations, op.name) == operations.end())
        operations.push_back(op.name);
    }
  }
  if (operations.empty()) return {};
  std::string list;
  for (const std::string_view op : operations) list += (list.empty() ? "" : ", ") + std::string(op);
  return Named{"the layer has no part in it: the smallest graphs have none, and are made of " + list +
                 ", as the framework or gradproof's adapter computes it",
               "nothing in the layer; the script shows those operations alone"};
}

// Of a layer that gave no answer, wrote into what is not its own, or answered in another form: numbers would tell nothing.
std::optional<Named> told_by_the_finding(Subject& subject, const Counterexample& front) {
  const Finding& first = front.finding;
  Named d;
  if (first.worst->residual == Residual::no_answer) {
    std::tie(d.cause, d.mend) = silence(first.worst->place, first.reason);
    // A processor's aligned loads end the process where an address is no multiple of 16, 32 or 64 bytes.
    if (first.worst->place == "crashed" && front.minimal.layout == Layout::offset)
      d.cause =
        "it crashes where a buffer is aligned to its entries and no more, as with aligned vector loads",
      d.mend = "use unaligned loads and stores, or handle the first entries one by one";
    if (const auto where = circumstance(subject, front).first;
        where.starts_with("it fails") && first.worst->place == "raised")
      d.cause += "; " + where.substr(0, where.find(':'));
    return d;
  }
  if (first.worst->place == "damage") {
    d.cause = "a buffer that belongs to the caller is written to";
    d.mend = "write results into new tensors; never change grad_output or the input in place";
    if (const Complaint* c = found(damage_complaints, first.reason)) d.cause = c->cause, d.mend = c->mend;
    return d;
  }
  if (first.worst->residual == Residual::shape)
    return Named{"the result has not the shape and dtype of its operand",
                 "return a tensor like the input from forward, and one like grad_output from backward"};
  return {};
}

// A layer that is right on ordinary numbers: what it does beside others, in its life, or in odd circumstances.
Named named_by_company(Subject& subject, const std::vector<Counterexample>& examples, Dtype dtype,
                       std::optional<double> fixed_lambda) {
  const Counterexample& front = examples.front();
  // Where the layer fails alone, no other layer is needed to explain it.
  const bool alone = front.property == "forward-bits" || front.property == "backward-rounded";
  if (!fixed_lambda)
    if (const auto kept = remembered_strength(subject, dtype)) return *kept;
  if (alone) {
    if (const auto larger = at_a_size(subject, front, fixed_lambda)) return *larger;
    if (auto [cause, mend] = circumstance(subject, front); !cause.empty()) return {cause, mend};
    if (const auto values = decided_by_values(subject, front)) return *values;
    if (const auto extreme = named_by_extreme(subject, front)) return *extreme;
  }
  if (right_on_results(subject, dtype, fixed_lambda) == false)
    return {
      "it fails on tensors that are results of other operations: only leaves (parameters, data) are reversed",
      "do not look at is_leaf, grad_fn or where the tensor comes from"};
  if (const auto order = fixed_lambda ? std::nullopt : named_by_the_order(subject, dtype)) return *order;
  if (const auto shared = fixed_lambda ? std::nullopt : shared_cause(subject, dtype))
    return {shared->first, shared->second};
  if (front.property == "forward-identity")
    return {
      "a value that the layer has given out is overwritten by a later forward pass (a shared result buffer)",
      "return x.view_as(x) or a new tensor from each forward pass"};
  if (const auto other = set_to_another(examples)) return *other;
  if (const LifeCause* life = cause_among(life_causes, examples)) return {life->cause, life->mend};
  if (const auto told = named_by_finding(examples)) return *told;
  if (const LifeCause* strict = cause_among(strict_causes, examples)) return {strict->cause, strict->mend};
  const auto [cause, mend] = circumstance(subject, front);
  return {cause, mend};
}

}  // namespace

void tell_of_factor(Diagnosis& diagnosis) {
  if (!diagnosis.cause.starts_with("the minus sign is missing")) return;
  diagnosis.cause =
    "the layer is declared to multiply by the number that it is given, and multiplies by minus that";
  diagnosis.mend = "drop the minus in backward, or the declaration of the convention \"factor\"";
}

Diagnosis diagnose(Subject& subject, const std::vector<Counterexample>& examples,
                   std::optional<double> fixed_lambda) {
  if (examples.empty()) return {};
  Diagnosis d{headline(examples.front()), "", ""};
  if (const auto told = without_the_layer(examples)) {
    d.cause = told->cause, d.mend = told->mend;
    return d;
  }
  if (const auto told = told_by_the_finding(subject, examples.front())) {
    d.cause = told->cause, d.mend = told->mend;
    return d;
  }
  const Dtype dtype = examples.front().minimal.dtype;
  const auto named = [&](const Named& n) {
    d.cause = n.cause, d.mend = n.mend;
    return d;
  };
  if (has_failed(examples, "equal-calls-agree"))
    return named(
      named_by_repetition(subject, dtype, fixed_lambda)
        .value_or(Named{"two equal calls differ: the layer draws random numbers, or keeps something "
                        "from call to call",
                        "keep no state between calls, and leave chance to the caller"}));
  // What earlier cases left behind in the subject must not colour the probes.
  subject.refresh();
  const auto [seen, silent] = observe(subject, dtype, fixed_lambda, 1);
  if (silent) {
    std::tie(d.cause, d.mend) = silence(silent->kind, silent->message);
    return d;
  }
  const auto smaller = observe(subject, dtype, fixed_lambda, 0x1p-6).seen;
  const auto by = [&](const Signature& s) { d.cause = s.cause, d.mend = s.mend; };
  const bool forward_right = std::ranges::all_of(seen, [](const Observation& o) { return o.y == o.x; });
  const bool backward_right = std::ranges::all_of(seen, [&](const Observation& o) {
    return dtype == Dtype::f64 ? o.gx == -o.lambda * o.g : close(dtype, -o.lambda * o.g, o.gx);
  });
  if (!forward_right) {
    if (const Signature* s =
          explaining(forward_signatures(), seen, dtype, [](const Observation& o) { return o.y; }))
      by(*s);
    else if (std::ranges::any_of(seen, [](const Observation& o) { return std::isnan(o.y); }))
      d.cause = "the forward value is NaN where the input is a number",
      d.mend = "return the input unchanged from forward";
    else d.cause = "the forward value is not the input", d.mend = "return the input unchanged from forward";
  } else if (!backward_right) {
    if (right_on_results(subject, dtype, fixed_lambda) == true)
      return named({"it fails on leaves only (parameters, data): what another operation has made is reversed",
                    "do not look at is_leaf, grad_fn or where the tensor comes from"});
    if (const Signature* s =
          explaining(backward_signatures(), seen, dtype, [](const Observation& o) { return o.gx; }))
      by(*s);
    else if (const auto again = named_by_repetition(subject, dtype, fixed_lambda)) return named(*again);
    else if (const auto n = named_by_factors(seen, smaller, dtype)) return named(*n);
  } else {
    return named(named_by_company(subject, examples, dtype, fixed_lambda));
  }
  return d;
}

}  // namespace gradproof::inline v0
