#include "verify/contract.hpp"

#include <charconv>
#include <cmath>

#include "gradproof/analysis.hpp"
#include "gradproof/generate.hpp"
#include "lone.hpp"
#include "verify/battery.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr const char* kinds = "derivative, scale:S, stop, straight-through, clip:C, schedule and training";

std::optional<double> number_after(std::string_view text, std::string_view head) {
  if (!text.starts_with(head)) return {};
  text.remove_prefix(head.size());
  double v = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && std::isfinite(v) ? std::optional(v) : std::nullopt;
}

std::optional<std::string> unfit(const Graph& g) {
  if (g.inputs().size() != 1 || g.outputs().size() != 1)
    return "the graph of a forward pass has one input and one output, not " +
           std::to_string(g.inputs().size()) + " and " + std::to_string(g.outputs().size());
  const Shape in = g[g.inputs()[0]].shape, out = g[g.outputs()[0].node].shape;
  if (in != out)
    return "the layer's result must have the shape of its input; the graph makes " + out.text() + " of " +
           in.text();
  return {};
}

std::vector<Literal> literals(const std::vector<double>& values) { return {values.begin(), values.end()}; }

// The forward graph with this input and cotangent.
Graph with_values(const Graph& forward, const std::vector<double>& x, const std::vector<double>& cotangent) {
  Draft draft = forward.draft();
  Node& input = draft.nodes[forward.inputs()[0].index];
  input.first_value = static_cast<std::uint32_t>(draft.values.size());
  input.value_count = static_cast<std::uint32_t>(x.size());
  for (const double v : x) draft.values.emplace_back(v);
  draft.outputs[0].cotangent = literals(cotangent);
  auto made = Graph::make(std::move(draft));
  return made ? *std::move(made) : forward;
}

// The file's own input, and that input scaled and shifted: the author's values say where the forward pass is at home.
std::vector<Case> stated_cases(const Graph& forward, Dtype dtype, std::uint64_t seed) {
  std::vector<Case> cases;
  Draw draw(seed, 200 + static_cast<std::uint64_t>(dtype));
  const auto own = forward.values(forward.inputs()[0]);
  const std::size_t size = forward[forward.inputs()[0]].shape.size();
  for (int round = 0; round < 60; ++round) {
    std::vector<double> x, g;
    for (std::size_t k = 0; k < size; ++k) {
      const double v = (own.size() == 1 ? own[0] : own[k]).nearest();
      const double near = round == 0 ? 1 : 1 + std::ldexp(draw.between(-512, 512), -10);
      x.push_back(rounded(dtype, v * near + (round < 20 ? 0 : std::ldexp(draw.between(-64, 64), -6))));
      g.push_back(rounded(dtype, std::ldexp(draw.between(1, 4095), -10) * (draw.chance(1, 2) ? -1 : 1)));
    }
    const Graph graph = with_values(forward, x, g);
    if (!well_defined(graph)) continue;
    for (const Layout layout : {Layout::contiguous, Layout::transposed, Layout::strided}) {
      if (layout != Layout::contiguous && round % 6 != 0) continue;
      cases.push_back({graph, dtype, layout});
    }
  }
  return cases;
}

// One operation on the layer's input.
Graph graph_of(const Lone& layer, Expr (*operation)(const Expr&)) {
  Builder b;
  const Expr x = b.input(layer.shape, literals(layer.x), "x");
  b.output(operation(x), literals(layer.cotangent));
  return std::move(b).finish_or_die();
}

}  // namespace

Result<Contract, BadContract> parse_contract(std::string_view text, const std::optional<Graph>& forward) {
  Contract c;
  c.text = text;
  if (text == "derivative") {
    if (!forward)
      return BadContract{"--contract derivative needs the forward pass as a graph: --forward FILE.graph"};
    if (const auto why = unfit(*forward)) return BadContract{*why};
    c.kind = Contract::Kind::graph;
    c.forward = forward;
    return c;
  }
  if (forward) return BadContract{"--forward goes with --contract derivative alone"};
  if (text == "reversal") return c;
  if (text == "straight-through") c.kind = Contract::Kind::straight_through;
  else if (text == "stop") c.kind = Contract::Kind::stop;
  else if (text == "schedule") c.kind = Contract::Kind::schedule;
  else if (text == "training") c.kind = Contract::Kind::training;
  else if (const auto s = number_after(text, "scale:")) c.kind = Contract::Kind::scale, c.number = *s;
  else if (const auto bound = number_after(text, "clip:"); bound && *bound > 0)
    c.kind = Contract::Kind::clip, c.number = *bound;
  else
    return BadContract{"'" + std::string(text) + "' is no contract; there are reversal, " + kinds +
                       " (S a number, C a positive one)"};
  return c;
}

std::vector<Case> contract_cases(const Contract& contract, Dtype dtype, std::uint64_t seed) {
  if (contract.kind == Contract::Kind::graph) return stated_cases(*contract.forward, dtype, seed);
  std::vector<Case> cases;
  for (Case& c : layer_cases(dtype, seed, 1.0)) {
    if (contract.kind == Contract::Kind::straight_through) c.graph = graph_of(*lone(c.graph), round);
    else if (contract.kind == Contract::Kind::stop) c.graph = graph_of(*lone(c.graph), stop);
    else c.contract = "clip " + Literal(contract.number).text();
    cases.push_back(std::move(c));
  }
  return cases;
}

}  // namespace gradproof::inline v0
