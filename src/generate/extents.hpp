// Which rows and columns of a graph's matrices must change together.
#pragma once

#include "gradproof/graph.hpp"

namespace gradproof::inline v0 {

// The rows of node i are extent 2i, its columns 2i + 1. Two extents are in one class where an operation ties
// them, as the inner dimensions of a product. The ties are found by asking each operation's shape rule about
// shapes one larger.
class ExtentClasses {
 public:
  ExtentClasses() = default;
  explicit ExtentClasses(const Graph& graph);

  [[nodiscard]] bool contains(std::size_t site, NodeId node, int axis) const {
    return parent_[2 * node.index + static_cast<std::uint32_t>(axis)] == classes_[site];
  }
  // The classes of extents above 1.
  [[nodiscard]] std::size_t size() const { return classes_.size(); }
  [[nodiscard]] std::uint32_t extent(const Graph& graph, std::size_t site) const;

 private:
  std::uint32_t root(std::uint32_t e);
  void tie(const Graph& graph, NodeId node);
  std::vector<std::uint32_t> parent_;
  std::vector<std::uint32_t> classes_;
};

// Takes the row or column `index` of every matrix in a class away, from leaves, attributes and cotangents,
// and infers the shapes anew. False when they don't fit any more.
bool drop_index(Draft& draft, const ExtentClasses& classes, std::size_t site, std::uint32_t index);

// A cotangent for another shape: a fill stays, entries are repeated or dropped.
void refit(std::vector<Literal>& cotangent, Shape shape);

}  // namespace gradproof::inline v0
