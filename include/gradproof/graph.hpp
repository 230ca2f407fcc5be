// Graph: a typed expression over matrices, as data. A scalar is 1x1.
//
// Nodes stand in topological order, shapes are inferred and checked when a graph is made, and a graph never
// changes. Three ways to make one: write Exprs into a Builder, read text (text.hpp), or edit a Draft and have
// it checked.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradproof/number.hpp"
#include "gradproof/result.hpp"

namespace gradproof::inline v0 {

// A node of a graph, by its position: operands stand before who uses them.
struct NodeId {
  std::uint32_t index = 0;
  friend auto operator<=>(const NodeId&, const NodeId&) = default;
};

// The position of an operation in the table of ops.hpp.
struct OpId {
  std::uint8_t index = 0;
  friend auto operator<=>(const OpId&, const OpId&) = default;
};

// Rows and columns; a number is 1x1, and either may be 0.
struct Shape {
  std::uint32_t rows = 1;
  std::uint32_t cols = 1;
  [[nodiscard]] std::size_t size() const { return std::size_t{rows} * cols; }
  [[nodiscard]] bool is_scalar() const { return rows == 1 && cols == 1; }
  [[nodiscard]] std::string text() const;  // "2x3"
  friend auto operator<=>(const Shape&, const Shape&) = default;
};

// What an operation needs besides its operands: an exponent, an axis, a shape or a range, as its
// AttributeKind says.
struct Attributes {
  std::array<std::int32_t, 4> v{};
  friend bool operator==(const Attributes&, const Attributes&) = default;
};

// One operation on earlier nodes, or a leaf.
struct Node {
  OpId op;
  std::array<NodeId, 2> operand{};  // as many as the operation has
  Attributes attributes;
  Shape shape;
  // Leaves only: where their values stand in Draft::values, row by row. One value fills a leaf of any shape.
  std::uint32_t first_value = 0;
  std::uint32_t value_count = 0;
};

// A result of the graph and the cotangent that a gradient starts from there (one value fills).
struct Output {
  NodeId node;
  std::vector<Literal> cotangent;
};

// The plain data of a graph, free to edit. `names` is empty, or has one entry (maybe "") for each node.
struct Draft {
  std::vector<Node> nodes;
  std::vector<Literal> values;
  std::vector<Output> outputs;
  std::vector<std::string> names;
};

// Why a draft is no graph: the offending node where there is one, and a sentence that says what to do.
struct Invalid {
  std::optional<NodeId> node;
  std::string message;
};

// A graph that is right: every operand stands before its user, every shape fits, and there is an output. It does not change.
class Graph {
 public:
  // Checks operands, shapes and leaf values, infers every shape, and drops the nodes that no output needs
  // (inputs stay: an input that nothing reads still has a gradient, zero).
  [[nodiscard]] static Result<Graph, Invalid> make(Draft draft);

  [[nodiscard]] std::size_t size() const { return draft_.nodes.size(); }
  [[nodiscard]] const Node& operator[](NodeId id) const { return draft_.nodes[id.index]; }
  [[nodiscard]] const std::vector<Node>& nodes() const { return draft_.nodes; }
  [[nodiscard]] const std::vector<Output>& outputs() const { return draft_.outputs; }
  // The differentiated leaves, in order.
  [[nodiscard]] const std::vector<NodeId>& inputs() const { return inputs_; }
  [[nodiscard]] std::span<const NodeId> operands(NodeId id) const;
  // The literals of a leaf: shape.size() of them, or one that fills.
  [[nodiscard]] std::span<const Literal> values(NodeId id) const;
  // The name it was given, or "n7".
  [[nodiscard]] std::string name(NodeId id) const;
  [[nodiscard]] const Draft& draft() const { return draft_; }

 private:
  friend class Builder;
  explicit Graph(Draft draft);
  Draft draft_;
  std::vector<NodeId> inputs_;
};

// The same computation: equal nodes, wiring, literals and cotangents; names don't count.
[[nodiscard]] bool operator==(const Graph& a, const Graph& b);

class Builder;

// A handle to a node of a builder, or a small integer constant that has no node (yet). Operators build nodes;
// an operand of shape 1x1 is broadcast to the other's shape.
struct Expr {
  Builder* builder = nullptr;
  NodeId id{};
  int constant = 0;

  Expr() = default;
  Expr(int n) : constant(n) {}
  Expr(Builder& b, NodeId node) : builder(&b), id(node) {}
  [[nodiscard]] bool is_constant(int n) const { return builder == nullptr && constant == n; }
  [[nodiscard]] Shape shape() const;
};

// Writes nodes one by one. The first mistake is kept, later nodes are placeholders, and finish() returns the
// mistake.
class Builder {
 public:
  // Values: shape.size() of them row by row, or one that fills.
  Expr input(Shape shape, std::span<const Literal> values, std::string name = {});
  Expr constant(Shape shape, std::span<const Literal> values, std::string name = {});
  Expr constant(Shape shape, const Literal& fill) { return constant(shape, std::span(&fill, 1)); }
  Expr node(OpId op, std::span<const Expr> operands, Attributes attributes = {}, std::string name = {});
  void output(Expr e, std::vector<Literal> cotangent);
  void output(Expr e) { output(e, {Literal(1)}); }

  // The node that an Expr stands for; a bare constant becomes a leaf of that shape.
  NodeId place(const Expr& e, Shape shape);
  [[nodiscard]] Shape shape(NodeId id) const { return draft_.nodes[id.index].shape; }
  [[nodiscard]] const Draft& draft() const { return draft_; }
  void rename(NodeId id, std::string name);
  [[nodiscard]] const std::optional<Invalid>& mistake() const { return mistake_; }
  // Copies `graph` to the front of an empty builder: its nodes keep their ids, its outputs are left out.
  void copy_nodes(const Graph& graph);

  [[nodiscard]] Result<Graph, Invalid> finish() &&;
  // For graphs that our own code builds: a mistake in them is a bug of ours, and ends the program.
  [[nodiscard]] Graph finish_or_die() &&;

 private:
  Expr leaf(OpId op, Shape shape, std::span<const Literal> values, std::string name);
  NodeId append(Node node, std::string name);
  void fail(std::string message);
  Draft draft_;
  std::optional<Invalid> mistake_;
};

// Entry by entry. Both operands have one shape, and an integer takes the other's; what does not fit is a mistake of the builder.
// exp and those after it are of each entry; step is 1 where x > 0, else 0.
Expr operator+(const Expr& a, const Expr& b);
Expr operator-(const Expr& a, const Expr& b);
Expr operator*(const Expr& a, const Expr& b);
Expr operator/(const Expr& a, const Expr& b);
Expr operator-(const Expr& a);
Expr exp(const Expr& x);
Expr expm1(const Expr& x);
Expr log(const Expr& x);
Expr log1p(const Expr& x);
Expr sin(const Expr& x);
Expr cos(const Expr& x);
Expr tanh(const Expr& x);
Expr sigmoid(const Expr& x);
Expr softplus(const Expr& x);
Expr logaddexp(const Expr& a, const Expr& b);
Expr sqrt(const Expr& x);
Expr square(const Expr& x);
Expr pow(const Expr& x, int n);
Expr relu(const Expr& x);
Expr abs(const Expr& x);
Expr max(const Expr& a, const Expr& b);
Expr min(const Expr& a, const Expr& b);
Expr step(const Expr& x);
// Identity forward, cotangent times -lambda backward. lambda is 1x1 or has x's shape, and gets no gradient.
Expr reverse(const Expr& x, const Expr& lambda);
Expr reverse(const Expr& x, const Literal& lambda);
Expr stop(const Expr& x);
// Rounds to an integer, ties to even; the cotangent passes straight through.
Expr round(const Expr& x);

// The operations that know of rows and columns; matrices throughout. Shapes that do not fit are a mistake of the builder.
enum class Axis : std::int32_t { all, rows, cols };  // sum over rows adds the rows together and leaves one
Expr matmul(const Expr& a, const Expr& b);
Expr transpose(const Expr& x);
Expr sum(const Expr& x, Axis axis);
Expr broadcast(const Expr& x, Shape shape);
Expr reshape(const Expr& x, Shape shape);
struct Range {
  std::uint32_t begin, end;
};
Expr slice(const Expr& x, Range rows, Range cols);
Expr concat(const Expr& a, const Expr& b, Axis axis);  // rows: a above b; cols: side by side

// Macros: built from the operations above.
Expr mean(const Expr& x);
Expr logsumexp(const Expr& x);                                               // of each row: R x C -> R x 1
Expr softmax_cross_entropy(const Expr& logits, const Expr& target_weights);  // mean over the rows, 1x1
Expr squared_error(const Expr& prediction, const Expr& target);              // half the sum of squares, 1x1

}  // namespace gradproof::inline v0
