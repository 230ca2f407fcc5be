// Subject number 0, and the small facts of property.hpp.
#include <array>
#include <cassert>

#include "gradproof/calculus.hpp"
#include "gradproof/property.hpp"
#include "player.hpp"
#include "training.hpp"

namespace gradproof::inline v0 {

std::string_view name(Layout layout) {
  switch (layout) {
    case Layout::contiguous: return "contiguous";
    case Layout::transposed: return "transposed";
    case Layout::strided: return "strided";
    case Layout::offset: return "offset";
    case Layout::expanded: return "expanded";
  }
  return "?";
}

std::optional<Layout> find_layout(std::string_view text) {
  for (const Layout l :
       {Layout::contiguous, Layout::transposed, Layout::strided, Layout::offset, Layout::expanded})
    if (name(l) == text) return l;
  return {};
}

std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::holds: return "holds";
    case Outcome::fails: return "fails";
    case Outcome::undecided: return "undecided";
    case Outcome::not_applicable: return "not applicable";
  }
  return "?";
}

std::string_view name(Residual residual) {
  switch (residual) {
    case Residual::none: return "none";
    case Residual::sign: return "sign";
    case Residual::got_zero: return "got zero";
    case Residual::expected_zero: return "expected zero";
    case Residual::ratio: return "ratio";
    case Residual::not_finite: return "not finite";
    case Residual::no_answer: return "no answer";
    case Residual::shape: return "shape";
  }
  return "?";
}

namespace {

// A size in two: the least divisor above 1, and what is left.
std::array<std::int64_t, 2> split(std::int64_t size) {
  for (std::int64_t d = 2; d <= size; ++d)
    if (size % d == 0) return {d, size / d};
  return {1, size};
}

}  // namespace

std::vector<std::int64_t> shape_in_rank(Shape s, int rank) {
  const std::int64_t rows = s.rows, cols = s.cols;
  if (rank == 0) return {};
  if (rank == 1) return {cols};
  if (rank == 2) return {rows, cols};
  const auto [before, after] = split(rows);
  if (rank == 3) return {before, after, cols};
  const auto [left, right] = split(cols);
  return {before, after, left, right};
}

std::vector<Reply> Subject::collect() {
  const std::vector<Case> cases = std::move(posted_.front());
  posted_.pop_front();
  return run(cases);
}

Reply Subject::run(const Case& c) {
  std::vector<Reply> replies = run(std::span(&c, 1));
  assert(replies.size() == 1);
  return std::move(replies.front());
}

Reply Subject::run_twice(const Case&) {
  return NoAnswer{Refusal::unsupported, "unsupported", "double backward", ""};
}

Reply Subject::live(const Scenario&) {
  return NoAnswer{Refusal::unsupported, "unsupported", "scenarios", ""};
}

Graph weighted_gradient(const Graph& gradient_graph, std::size_t outputs) {
  Draft draft = gradient_graph.draft();
  draft.outputs.erase(draft.outputs.begin(), draft.outputs.begin() + static_cast<std::ptrdiff_t>(outputs));
  for (Output& o : draft.outputs) {
    o.cotangent.clear();
    for (std::size_t k = 0; k < gradient_graph[o.node].shape.size(); ++k)
      o.cotangent.emplace_back(static_cast<double>(k + 1));
    if (o.cotangent.empty()) o.cotangent.emplace_back(1);
  }
  auto result = Graph::make(std::move(draft));
  assert(result.ok());
  return *std::move(result);
}

namespace {

template <class S>
std::vector<Tensor> tensors(const Graph& g, const Evaluation<S>& values, Dtype dtype, int rank) {
  std::vector<Tensor> result;
  for (const Output& o : g.outputs()) {
    const auto v = values[o.node];
    const Shape s = g[o.node].shape;
    result.push_back(
      {std::string(format(dtype).name), shape_in_rank(s, rank), std::vector<double>(v.begin(), v.end())});
  }
  return result;
}

Reply answer(const Graph& gradient_graph, std::size_t outputs, Dtype dtype, int rank) {
  std::vector<Tensor> all;
  switch (dtype) {
    case Dtype::f32: all = tensors(gradient_graph, evaluate<float>(gradient_graph), dtype, rank); break;
    case Dtype::f64: all = tensors(gradient_graph, evaluate<double>(gradient_graph), dtype, rank); break;
    case Dtype::f16:
    case Dtype::bf16:
      return NoAnswer{Refusal::unsupported, "unsupported", "the engine computes in float32 and float64", ""};
  }
  Answer a;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i < outputs) a.outputs.push_back(std::move(all[i]));
    else a.gradients.emplace_back(std::move(all[i]));
  }
  return a;
}

}  // namespace

std::vector<Reply> Engine::run(std::span<const Case> cases) {
  std::vector<Reply> replies;
  for (const Case& c : cases) {
    // Of a schedule the graph is the formula, of a training the network; neither is asked for a gradient.
    const bool schedule = c.contract.starts_with("schedule"), training = c.contract == trains_itself;
    const Graph g = schedule ? c.graph : training ? trained(c.graph) : gradient(c.graph);
    const std::size_t outputs = training ? g.outputs().size() : c.graph.outputs().size();
    replies.push_back(answer(g, outputs, c.dtype, c.rank));
  }
  return replies;
}

Reply Engine::run_twice(const Case& c) {
  const Graph first = weighted_gradient(gradient(c.graph), c.graph.outputs().size());
  Reply reply = answer(gradient(first), first.outputs().size(), c.dtype, c.rank);
  if (!reply) return reply;
  Answer a = *std::move(reply);
  a.outputs.clear();
  return a;
}

Reply Engine::live(const Scenario& scenario) { return Player().live(scenario); }

}  // namespace gradproof::inline v0
