#include <set>

#include "gradproof/ops.hpp"
#include "gradproof/text.hpp"

namespace gradproof::inline v0 {

namespace {

std::string values_text(std::span<const Literal> values, std::uint32_t cols) {
  std::string text = "[";
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) text += i % cols == 0 ? "; " : " ";
    text += values[i].text();
  }
  return text + "]";
}

std::string_view axis_text(std::int32_t axis) {
  switch (static_cast<Axis>(axis)) {
    case Axis::all: return "all";
    case Axis::rows: return "rows";
    case Axis::cols: return "cols";
  }
  return "?";
}

std::string attribute_text(const Node& node) {
  const auto& v = node.attributes.v;
  switch (info(node.op).attribute) {
    case AttributeKind::none: return "";
    case AttributeKind::exponent: return " " + std::to_string(v[0]);
    case AttributeKind::axis: return " " + std::string(axis_text(v[0]));
    case AttributeKind::shape: return " " + node.shape.text();
    case AttributeKind::ranges:
      return " " + std::to_string(v[0]) + ":" + std::to_string(v[1]) + " " + std::to_string(v[2]) + ":" +
             std::to_string(v[3]);
  }
  return "";
}

class Printer {
 public:
  explicit Printer(const Graph& graph) : graph_(graph), inlined_(graph.size(), false) {
    std::vector<int> uses(graph.size(), 0);
    for (std::uint32_t i = 0; i < graph.size(); ++i)
      for (const NodeId x : graph.operands(NodeId{i})) ++uses[x.index];
    for (const Output& output : graph.outputs()) ++uses[output.node.index];
    for (std::uint32_t i = 1; i < graph.size(); ++i) mark_inlined(NodeId{i}, uses);
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
      std::string name = graph.name(NodeId{i});
      while (!inlined_[i] && !taken_.insert(name).second) name += "_";
      names_.push_back(std::move(name));
    }
  }

  std::string run() const {
    std::string text;
    for (std::uint32_t i = 0; i < graph_.size(); ++i)
      if (!inlined_[i]) text += statement(NodeId{i});
    for (const Output& output : graph_.outputs()) {
      text += "output " + names_[output.node.index];
      const bool ones = output.cotangent.size() == 1 && output.cotangent[0] == Literal(1);
      if (!ones) text += " cotangent " + values_text(output.cotangent, graph_[output.node].shape.cols);
      text += "\n";
    }
    return text;
  }

 private:
  // A nameless scalar constant that stands right before its only user, as the last operand, is written in
  // place: a parser puts it back there.
  void mark_inlined(NodeId user, const std::vector<int>& uses) {
    const auto operands = graph_.operands(user);
    if (operands.empty() || operands.back().index + 1 != user.index) return;
    const NodeId last = operands.back();
    const bool nameless = graph_.draft().names.empty() || graph_.draft().names[last.index].empty();
    inlined_[last.index] = nameless && graph_[last].op == id_of<Constant>() &&
                           graph_[last].shape.is_scalar() && uses[last.index] == 1;
  }

  std::string statement(NodeId id) const {
    const Node& node = graph_[id];
    std::string text = names_[id.index] + " = " + std::string(info(node.op).name);
    if (info(node.op).kind == Kind::leaf)
      return text + " " + node.shape.text() + " " + values_text(graph_.values(id), node.shape.cols) + "\n";
    for (const NodeId x : graph_.operands(id))
      text += " " + (inlined_[x.index] ? graph_.values(x)[0].text() : names_[x.index]);
    return text + attribute_text(node) + "\n";
  }

  const Graph& graph_;
  std::vector<bool> inlined_;
  std::vector<std::string> names_;
  std::set<std::string> taken_;
};

}  // namespace

std::string print(const Graph& graph) { return "gradproof 1\n" + Printer(graph).run(); }

std::string print(const Document& document) {
  std::string text = "gradproof 1\n";
  for (const auto& [key, value] : document.metadata) text += "@" + key + " " + value + "\n";
  return text + Printer(document.graph).run();
}

}  // namespace gradproof::inline v0
