// A graph that is being made smaller, with what the moves ask about it.
#pragma once

#include <functional>
#include <optional>

#include "generate/extents.hpp"
#include "generate/measure.hpp"
#include "generate/values.hpp"
#include "gradproof/generate.hpp"

namespace gradproof::inline v0 {

struct Scene {
  explicit Scene(const Graph& g);

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(graph.size()); }
  [[nodiscard]] bool is_leaf(std::uint32_t i) const { return info(graph[NodeId{i}].op).kind == Kind::leaf; }
  // The nodes that this one's value rests on, itself included.
  [[nodiscard]] std::vector<bool> behind(NodeId node) const;
  // Found when a move first asks; a scene is for one thread.
  [[nodiscard]] const ExtentClasses& extent_classes() const;

  Graph graph;
  Measure rank;
  std::vector<bool> strength_literal;  // as strength_literals() says
  std::vector<std::uint32_t> depth;
  std::vector<bool> varies;  // it depends on an input
  std::vector<bool> unread;  // an input that no output rests on
  Values<Fixed> values;
  bool sound;  // as is_sound() says

 private:
  mutable std::optional<ExtentClasses> extent_classes_;
};

// Whether all values are defined, clear of kinks and far from saturation. Fills `values` as far as it comes.
bool is_sound(const Graph& graph, Values<Fixed>& values);

// The edits that a move proposes may append nodes, and leave operands behind their readers: the result is put
// in order.
struct Move {
  std::string_view name;
  std::size_t (*sites)(const Scene&);
  std::vector<Edit> (*edits)(const Scene&, std::size_t site);
};
[[nodiscard]] std::span<const Move> moves();

// What a move proposes at one site.
struct Site {
  std::uint32_t move, site;
  std::vector<Edit> edits;
};

}  // namespace gradproof::inline v0
