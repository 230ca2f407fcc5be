// What graphs were like: the coverage of the generator.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "gradproof/graph.hpp"

namespace gradproof::inline v0 {

// What graphs were like, so that a run that tried nothing of worth is seen. Rows count graphs unless their
// name says otherwise.
struct Census {
  static constexpr std::size_t most = 32;             // the last column stands for all above
  static constexpr std::size_t most_operations = 48;  // room for the table of operations
  std::array<std::uint64_t, most> nodes{}, depth{}, fan_out{}, reversals_on_a_path{}, entries{};
  std::array<std::uint64_t, 3> outputs{};
  // Uses of each operation, and of each as an operand of another: [user][operand].
  std::array<std::uint64_t, most_operations> operations{};
  std::array<std::array<std::uint64_t, most_operations>, most_operations> pairs{};
  // Strengths of reversals, by class.
  enum class Strength { zero, one, minus_one, positive, negative, tiny, huge, no_float32, computed };
  std::array<std::uint64_t, 9> strengths{};
  // The distance of the two sweeps in ulps of the absolute path sum: 0; then up to 2^-6, 2^-5 ...; the last is above 2^8.
  std::array<std::uint64_t, 17> residual{};

  void add(const Graph& graph);
  void add_residual(double ulps);
  void add(const Census& other);
  [[nodiscard]] std::uint64_t graphs() const;
};

}  // namespace gradproof::inline v0
