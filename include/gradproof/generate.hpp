// Random graphs with reversals, and smaller graphs from a failing one.
//
// A graph is a function of (schema version, seed, index) and a recipe, the same on every machine and under
// every compiler. The generator looks at the values while it builds: an operation goes only where it is
// defined, away from kinks and of moderate size. It reads the table of ops.hpp and no single operation but
// leaves and Reverse.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "gradproof/graph.hpp"

namespace gradproof::inline v0 {

// --- Draws -------------------------------------------------------------------------------------------------

// A stream of integers (SplitMix64). The library's distributions are left alone, because their results differ
// between implementations. Two draws never stand in one expression: the order of evaluation is the compiler's
// choice.
class Draw {
 public:
  // Raised whenever the same seed gives other graphs than before.
  static constexpr std::uint64_t schema_version = 1;

  Draw(std::uint64_t seed, std::uint64_t index)
      : state_(mixed(mixed(mixed(schema_version) + seed) + index)) {}

  // In [0, n), for n > 0.
  [[nodiscard]] std::uint32_t below(std::uint32_t n) {
    return static_cast<std::uint32_t>((next() >> 32) * n >> 32);
  }
  // In [low, high].
  [[nodiscard]] int between(int low, int high) {
    return low + static_cast<int>(below(static_cast<std::uint32_t>(high - low + 1)));
  }
  [[nodiscard]] bool chance(std::uint32_t numerator, std::uint32_t denominator) {
    return below(denominator) < numerator;
  }
  [[nodiscard]] std::uint64_t next() { return mixed(state_ += golden_gamma); }

 private:
  static constexpr std::uint64_t golden_gamma = 0x9e3779b97f4a7c15;
  static constexpr std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::uint64_t state_;
};

// --- Random graphs -----------------------------------------------------------------------------------------

// What a random graph is good for.
enum class Family {
  exact,   // class rational and small dyadic values: every value and gradient is exact in `format_bits` bits
  smooth,  // every operation, values of moderate size
};

// What to draw from; the defaults are those of the catalogue.
struct Recipe {
  Family family = Family::smooth;
  std::uint32_t min_nodes = 2, max_nodes = 22;  // operations, beside leaves
  std::uint32_t max_dimension = 4;              // no matrix has more rows or columns
  bool extreme_lambda = true;                   // 2^+-30 to 2^+-100 among the λ (smooth only)
  bool lambda_operand = true;                   // some λ are nodes, not literals
  std::uint32_t min_reversals = 1;
  std::uint32_t format_bits = 24;  // exact only: 24 for float32, 11 for float16, 8 for bfloat16
  std::uint64_t without = 0;       // operations switched off: bit i is OpId{i}
  std::uint64_t favoured = 0;      // operations that are drawn four times as often as the others
};

// The graph with that number: the same seed, index and recipe give the same graph on every machine.
[[nodiscard]] Graph random_graph(std::uint64_t seed, std::uint64_t index, const Recipe& recipe = {});

// Swarm testing (Groce et al. 2012): with everything switched on all the time, some combinations are never met, because
// one operation keeps another from mattering. A swarm draws from a part of the recipe: which operations are on, which
// are favoured, how large graphs are, and how many reversals they have. Every fourth block has the recipe as it is.
[[nodiscard]] Recipe swarm(std::uint64_t seed, std::uint64_t block, const Recipe& recipe);

// All graphs of few operations on two scalar inputs, counted out: with one operation, with two ... Operations that have
// shapes to choose are left out.
class Exhaustive {
 public:
  [[nodiscard]] static bool takes(OpId op);
  Exhaustive(std::uint32_t most_operations, std::vector<OpId> operations);
  // How many there are; 2^64 - 1 stands for more.
  [[nodiscard]] std::uint64_t count() const;
  // Nothing where an operation leads nowhere, and the graph is a smaller one again.
  [[nodiscard]] std::optional<Graph> nth(std::uint64_t index) const;

 private:
  [[nodiscard]] std::uint64_t ways_on(std::uint32_t nodes) const;
  [[nodiscard]] Expr placed(Builder& builder, const std::vector<Expr>& nodes, std::uint64_t way) const;
  std::uint32_t most_;
  std::vector<OpId> operations_;
};

// A strength for a reversal: 0, 1, -1, dyadic, negative, no float32 (0.1, 1/3, all 53 bits), tiny, huge.
[[nodiscard]] Literal random_lambda(Draw& draw, const Recipe& recipe);

// --- Smaller graphs ----------------------------------------------------------------------------------------

// A strict order without infinite descent: fewer nodes, then fewer entries, simpler operations, operands
// nearer to the leaves, simpler λ, simpler values. A scalar constant that only λ operands read counts as part
// of its reversals.
[[nodiscard]] bool simpler(const Graph& a, const Graph& b);

// One edit of a copy of a graph's data; false when it does not apply after all.
using Edit = std::function<bool(Draft&)>;

// The graphs one move away from a graph and simpler than it, each once checked and pruned, the boldest moves
// first. A candidate that leaves the domain of an operation or comes near a kink is left out, unless the
// graph itself does so. Cheap to copy; nothing is computed before it is asked for.
class SmallerGraphs {
 public:
  // A place in the list of all candidates: which move, where in the graph, and which of its choices.
  struct Position {
    std::uint32_t move = 0, site = 0, choice = 0;
    friend auto operator<=>(const Position&, const Position&) = default;
  };

  explicit SmallerGraphs(const Graph& graph) : SmallerGraphs(graph, Position()) {}
  explicit SmallerGraphs(const Graph& graph, Position from);
  [[nodiscard]] std::optional<Graph> next();
  // Where the last candidate was found.
  [[nodiscard]] Position position() const { return last_; }

 private:
  const std::vector<Edit>& edits_here();
  std::shared_ptr<const struct Scene> scene_;
  std::shared_ptr<const struct Site> site_;
  Position next_, last_;
};

// The names of the moves, in order.
[[nodiscard]] std::vector<std::string_view> move_names();

// Calls `take` with each smaller graph until it returns false.
void smaller(const Graph& graph, const std::function<bool(Graph&&)>& take);

// The smallest failing graph that was found, and what it took.
struct Shrunk {
  Graph graph;
  std::size_t evaluations = 0;  // graphs that the predicate was asked about
  std::size_t rounds = 0;       // times that it was asked
  std::size_t steps = 0;        // candidates accepted
  bool exhausted_budget = false;
};

// Greedy descent to a graph none of whose smaller graphs fails. After an accepted candidate the search goes
// on from the same move; a graph is never tried twice. `budget` bounds the candidates considered. The answer
// for a graph must be the same whenever it is asked for.
[[nodiscard]] Shrunk shrink(Graph failing, const std::function<bool(const Graph&)>& still_fails,
                            std::size_t budget = 2000);

// The same descent, to the same graph, for a subject whose round trips are dear: up to `batch` candidates at
// a time are asked about, before it is known whether an earlier one fails. The answer has one entry for each
// graph.
using StillFail = std::function<std::vector<bool>(std::span<const Graph>)>;
[[nodiscard]] Shrunk shrink_in_batches(Graph failing, const StillFail& still_fail, std::size_t batch = 16,
                                       std::size_t budget = 2000);

}  // namespace gradproof::inline v0
