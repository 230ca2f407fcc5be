// What is done to Traced numbers in one call of a function, as a graph.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "gradproof/graph.hpp"
#include "gradproof/traced.hpp"

namespace gradproof::inline v0 {

// What the derivative of rounding to an integer is.
enum class Rounding { constant, straight_through };

// A number on whose sign something depended, and the sign that it had in double.
struct Side {
  NodeId node;
  int sign;
};

// One call. While it lives, operations on Traced numbers in this thread are written here.
class Recording {
 public:
  Recording(std::span<const double> x, Rounding rounding);
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  [[nodiscard]] const std::vector<Traced>& inputs() const { return inputs_; }
  // The recording of this thread; null outside of any.
  [[nodiscard]] static Recording* current();

  // --- For the operations
  [[nodiscard]] Expr expr(const Traced& x);
  [[nodiscard]] Traced traced(const Expr& e, double value) const;
  [[nodiscard]] Expr constant(double value);
  // Something depends on the sign of e, which is said to be that of `value`.
  void depends_on(const Expr& e, double value);
  [[nodiscard]] Rounding rounding() const { return rounding_; }

  // --- What came of it
  // The graph of some results, each with a cotangent.
  [[nodiscard]] Result<Graph, std::string> graph(std::span<const Traced> results,
                                                 std::span<const double> cotangents);
  // Why the point is on a border between two pieces of the function, or not known to be beside it; empty
  // where every comparison is proven to have gone as it went in double.
  [[nodiscard]] std::string border() const;

 private:
  Builder builder_;
  std::vector<Traced> inputs_;
  std::vector<Side> sides_;
  Rounding rounding_;
  std::uint32_t serial_;
  bool foreign_ = false;  // a number of another recording was used
  Recording* outer_;
};

}  // namespace gradproof::inline v0
