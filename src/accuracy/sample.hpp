// The inputs that an operation is measured on.
#pragma once

#include "gradproof/dtype.hpp"
#include "gradproof/generate.hpp"

namespace gradproof::inline v0 {

// An operation without shapes, as it is measured: a power has an exponent, a reversal a λ and a sampled cotangent.
struct Measured {
  OpId op;
  int exponent = 0;
  double lambda = 0.1;
};
[[nodiscard]] std::vector<Measured> measured_as(OpId op);
[[nodiscard]] std::string name(const Measured& m);
// Whether a second number belongs to each input: the other operand, or the cotangent of a reversal.
[[nodiscard]] bool has_second(const Measured& m);

// Inputs side by side; `second` is empty where the operation has none.
struct Points {
  std::vector<double> first, second;
  [[nodiscard]] std::size_t size() const { return first.size(); }
  void add(double x, double y, bool with_second) {
    first.push_back(x);
    if (with_second) second.push_back(y);
  }
  [[nodiscard]] Points part(std::size_t from, std::size_t count) const;
  [[nodiscard]] std::vector<double> at(std::size_t i) const;
};

// The operation on all of them at once: inputs of one row.
[[nodiscard]] Graph graph_of(const Measured& m, const Points& points);

// Finite, and inside the domain of each operand.
[[nodiscard]] bool is_regular(const Measured& m, double x, double y);
// Where a selection's derivative is a convention.
[[nodiscard]] bool is_on_kink(const Measured& m, double x, double y);

// Half of them with exponents from all that the format has, half with those from -20 to 10, where functions bend. Of the
// second operand half have an exponent near the first one's.
[[nodiscard]] Points drawn_points(const Measured& m, Dtype dtype, Draw& draw, std::uint64_t count);
// Neighbours of zeros, kinks and thresholds, and the ends of the format.
[[nodiscard]] Points edge_points(const Measured& m, Dtype dtype);
// Infinities and NaN, and numbers outside the domain or at its edge.
[[nodiscard]] Points special_points(const Measured& m);
// The points without those that have a subnormal number, or at which a reversal multiplies to one.
[[nodiscard]] Points without_subnormals(const Measured& m, const Points& points, Dtype dtype);
// Another regular input near this one.
[[nodiscard]] std::pair<double, double> changed_point(const Measured& m, Dtype dtype, Draw& draw, double x,
                                                      double y);

}  // namespace gradproof::inline v0
