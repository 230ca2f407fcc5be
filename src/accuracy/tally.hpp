// Truths of many inputs at once, and what observed numbers are beside them.
#pragma once

#include <map>

#include "accuracy/sample.hpp"
#include "gradproof/accuracy.hpp"
#include "gradproof/real.hpp"

namespace gradproof::inline v0 {

// For the value and each partial derivative, and each point: the truth, to 2^-40 ulp; nothing where it could not be
// enclosed.
using Truths = std::vector<std::vector<std::optional<Real>>>;
[[nodiscard]] Truths truths_of(const Measured& m, Dtype dtype, const Points& points);

// Adds up what one part of an operation comes to.
class PartTally {
 public:
  PartTally(std::string part, Dtype dtype) : dtype_(dtype) { result_.part = std::move(part); }

  enum class From { drawn, searched };
  // The error that was seen, for a search to climb: below 0 where there is nothing to compare.
  double add(const std::vector<double>& inputs, double observed, const std::optional<Real>& truth, From from);
  void add_special(const std::vector<double>& inputs, double observed, double expected);
  [[nodiscard]] PartAccuracy result() &&;

 private:
  void odd(Oddity oddity, const std::vector<double>& inputs, double observed, const Real& truth);
  void bin(double input, double ulps);
  Dtype dtype_;
  PartAccuracy result_;
  std::vector<double> errors_;  // of the drawn inputs
  std::map<std::pair<bool, int>, double> highest_;
};

}  // namespace gradproof::inline v0
