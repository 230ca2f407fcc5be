// What is right for a function with one or more results: the rows of its Jacobian, one after the other.
#pragma once

#include <string>
#include <vector>

#include "user/right.hpp"

namespace gradproof::inline v0 {

struct Rows {
  std::vector<Right> right;
  std::vector<double> values{};  // of f, in double
  std::string border{};          // why a generic f has no one gradient here
  std::optional<Graph> graph{};  // of a generic f, all its results with the contract's factor for a cotangent
};
// Or why f could not be called.
using RowsOrReason = Result<Rows, std::string>;

// The factor of the contract is in all of them.
[[nodiscard]] RowsOrReason jacobian_of(const calling::Function& f, const std::vector<double>& x,
                                       const CheckOptions& options);
// Of a generic f of one result: the gradients of its gradient's entries.
[[nodiscard]] RowsOrReason hessian_of(const calling::Function& f, const std::vector<double>& x,
                                      const CheckOptions& options);

// Of a generic f of one result: its Hessian times a direction, in one row; and the gradients of that product's entries.
[[nodiscard]] RowsOrReason hessian_along(const calling::Function& f, const std::vector<double>& x,
                                         const std::vector<double>& direction, const CheckOptions& options);
[[nodiscard]] RowsOrReason third_along(const calling::Function& f, const std::vector<double>& x,
                                       const std::vector<double>& direction, const CheckOptions& options);

// f as a graph, its results with these cotangents; or why not. Without cotangents each has the contract's factor.
struct Recorded {
  Graph graph;
  std::vector<double> values;
  std::string border;
};
[[nodiscard]] Result<Recorded, std::string> recorded(const calling::Function& f, const std::vector<double>& x,
                                                     const std::vector<double>& cotangents,
                                                     const CheckOptions& options);

// The sum of some entries times their weights, which are doubles.
[[nodiscard]] Right weighted(const std::vector<Right>& entries, const std::vector<double>& weights,
                             Dtype dtype);

// "f threw an exception: ..." of the exception that is being handled.
[[nodiscard]] std::string of_exception(const std::string& who);

}  // namespace gradproof::inline v0
