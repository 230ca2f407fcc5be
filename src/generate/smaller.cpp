#include <algorithm>

#include "generate/scene.hpp"
#include "gradproof/generate.hpp"

namespace gradproof::inline v0 {

namespace {

// Beyond this a value says little about the graph that it came from, and Fixed may have saturated on the way.
constexpr Fixed sound_limit = Fixed(1 << 26);

// Inputs that no output rests on.
std::vector<bool> unread_inputs(const Graph& graph) {
  std::vector<bool> read(graph.size(), false);
  for (const Output& output : graph.outputs()) read[output.node.index] = true;
  for (std::uint32_t i = static_cast<std::uint32_t>(graph.size()); i-- > 0;)
    if (read[i])
      for (const NodeId x : graph.operands(NodeId{i})) read[x.index] = true;
  std::vector<bool> unread(graph.size(), false);
  for (const NodeId x : graph.inputs()) unread[x.index] = !read[x.index];
  return unread;
}

std::vector<bool> varying(const Graph& graph) {
  std::vector<bool> varies(graph.size(), false);
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    varies[i] = graph[NodeId{i}].op == id_of<Input>();
    for (const NodeId x : graph.operands(NodeId{i})) varies[i] = varies[i] || varies[x.index];
  }
  return varies;
}

// An edited draft in order again: what the outputs need, operands before their readers and each as late as
// can be, so that a λ stands right before its reversal. Inputs that were unread before the edit stay; those
// that it left unread go.
class Tidying {
 public:
  Tidying(const Draft& from, const Scene& scene) : from_(from), moved_(from.nodes.size()) {
    for (std::size_t i = 0; i < scene.unread.size(); ++i)
      if (scene.unread[i] && from.nodes[i].op == id_of<Input>()) visit(NodeId{static_cast<std::uint32_t>(i)});
    for (const Output& output : from.outputs) visit(output.node);
    for (const Output& output : from.outputs)
      to_.outputs.push_back({*moved_[output.node.index], output.cotangent});
  }
  Draft take() && { return std::move(to_); }

 private:
  void visit(NodeId root) {
    pending_.push_back({root, 0});
    while (!pending_.empty()) {
      const auto [id, k] = pending_.back();
      const Node& node = from_.nodes[id.index];
      if (moved_[id.index] || k == info(node.op).arity) {
        if (!moved_[id.index]) place(id);
        pending_.pop_back();
        continue;
      }
      ++pending_.back().next_operand;
      pending_.push_back({node.operand[static_cast<std::size_t>(k)], 0});
    }
  }

  void place(NodeId id) {
    Node node = from_.nodes[id.index];
    node.operand = {};
    for (std::size_t k = 0; k < static_cast<std::size_t>(info(node.op).arity); ++k)
      node.operand[k] = *moved_[from_.nodes[id.index].operand[k].index];
    const auto first = from_.values.begin() + node.first_value;
    node.first_value = static_cast<std::uint32_t>(to_.values.size());
    to_.values.insert(to_.values.end(), first, first + node.value_count);
    moved_[id.index] = NodeId{static_cast<std::uint32_t>(to_.nodes.size())};
    to_.nodes.push_back(node);
    if (!from_.names.empty()) to_.names.push_back(from_.names[id.index]);
  }

  struct Pending {
    NodeId id;
    int next_operand;
  };
  const Draft& from_;
  Draft to_;
  std::vector<std::optional<NodeId>> moved_;
  std::vector<Pending> pending_;
};

// The edited graph, if it is one, sound where the scene is, and simpler.
std::optional<Graph> apply(const Scene& scene, const Edit& edit) {
  Draft draft = scene.graph.draft();
  if (!edit(draft)) return {};
  Result<Graph, Invalid> made = Graph::make(Tidying(draft, scene).take());
  if (!made || !(measure(*made) < scene.rank)) return {};
  Values<Fixed> values;
  if (scene.sound && !is_sound(*made, values)) return {};
  return *std::move(made);
}

}  // namespace

bool is_sound(const Graph& graph, Values<Fixed>& values) {
  std::vector<Spread> spreads;
  spreads.reserve(graph.size());
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const Node& node = graph[NodeId{i}];
    if (info(node.op).kind == Kind::leaf) {
      values.push_leaf(node.shape, graph.values(NodeId{i}));
    } else {
      const Spread &a = spreads[node.operand[0].index], &b = spreads[operand_or_first(node, 1).index];
      if (!fits_domains(node, a, b)) return false;
      if (!clear_of_kinks<Fixed>(node, values.operand(node, 0), values.operand(node, 1)) ||
          !values.push(node))
        return false;
    }
    spreads.push_back(spread<Fixed>(values.entries(NodeId{i})));
    const bool extreme = !spreads.back().within(sound_limit);
    if (extreme && info(node.op).kind != Kind::leaf) return false;
  }
  return true;
}

Scene::Scene(const Graph& g)
    : graph(g),
      rank(measure(g)),
      strength_literal(strength_literals(g)),
      depth(depths(g)),
      varies(varying(g)),
      unread(unread_inputs(g)),
      sound(is_sound(g, values)) {}

const ExtentClasses& Scene::extent_classes() const {
  if (!extent_classes_) extent_classes_.emplace(graph);
  return *extent_classes_;
}

std::vector<bool> Scene::behind(NodeId node) const {
  std::vector<bool> reached(graph.size(), false);
  reached[node.index] = true;
  for (std::uint32_t i = node.index + 1; i-- > 0;)
    if (reached[i])
      for (const NodeId x : graph.operands(NodeId{i})) reached[x.index] = true;
  return reached;
}

SmallerGraphs::SmallerGraphs(const Graph& graph, Position from)
    : scene_(std::make_shared<const Scene>(graph)), next_(from), last_(from) {}

std::optional<Graph> SmallerGraphs::next() {
  for (; next_.move < moves().size(); next_ = {next_.move + 1, 0, 0}) {
    for (; next_.site < moves()[next_.move].sites(*scene_); next_ = {next_.move, next_.site + 1, 0}) {
      const std::vector<Edit>& edits = edits_here();
      while (next_.choice < edits.size()) {
        last_ = next_;
        ++next_.choice;
        if (auto candidate = apply(*scene_, edits[last_.choice])) return candidate;
      }
    }
  }
  return {};
}

const std::vector<Edit>& SmallerGraphs::edits_here() {
  if (!site_ || site_->move != next_.move || site_->site != next_.site) {
    const Move& move = moves()[next_.move];
    site_ = std::make_shared<const Site>(Site{next_.move, next_.site, move.edits(*scene_, next_.site)});
  }
  return site_->edits;
}

std::vector<std::string_view> move_names() {
  std::vector<std::string_view> names;
  for (const Move& move : moves()) names.push_back(move.name);
  return names;
}

void smaller(const Graph& graph, const std::function<bool(Graph&&)>& take) {
  SmallerGraphs candidates(graph);
  while (auto candidate = candidates.next())
    if (!take(*std::move(candidate))) return;
}

}  // namespace gradproof::inline v0
