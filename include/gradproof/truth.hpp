// Truth: the values and the gradient of a graph, as intervals that are proven to hold the exact ones.
//
// The gradient graph is evaluated in balls, rounded outward, at a precision that is doubled until every
// interval is as narrow as was asked (Ziv's strategy). Where that cannot be, the answer says why, and what is
// proven all the same. An interval is never NaN.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradproof/graph.hpp"
#include "gradproof/real.hpp"

namespace gradproof::inline v0 {

// --- Enclosures
// -------------------------------------------------------------------------------------------------------

// What can be said of a number of which only an interval is known.
enum class Decision { yes, no, unknown };

// A number that is somewhere in [lower, upper], with lower <= upper; -inf and inf where nothing is known.
struct Enclosure {
  Real lower;
  Real upper;
};

// NaN is in no interval.
[[nodiscard]] bool contains(const Enclosure& e, const Real& x);
// upper - lower, rounded up.
[[nodiscard]] Real width(const Enclosure& e);
// Some number of the interval; 0 where nothing is known.
[[nodiscard]] Real middle(const Enclosure& e);
// The interval with `by` >= 0 more on either side, rounded outward.
[[nodiscard]] Enclosure widened(const Enclosure& e, const Real& by);

// Of the two numbers that are enclosed: is the first one less; are they the same?
[[nodiscard]] Decision less(const Enclosure& a, const Enclosure& b);
[[nodiscard]] Decision equal(const Enclosure& a, const Enclosure& b);
// Is the enclosed number outside of an interval? Yes where both are disjoint, no where the enclosure lies
// inside.
[[nodiscard]] Decision outside(const Enclosure& e, const Enclosure& interval);

// Is a claimed value further from the enclosed number than allowed? No where it is near enough wherever in the
// interval the number lies; unknown where that depends. A claim that is NaN or infinite is wrong.
[[nodiscard]] Decision wrong(const Enclosure& truth, const Real& claimed, const Real& allowed);

// The middle as a decimal of so many digits; "[low, high]", rounded outward, where the interval is wider than
// one unit of the last of them.
[[nodiscard]] std::string text(const Enclosure& e, int significant);

// --- Truth
// ------------------------------------------------------------------------------------------------------------

// Why a number could not be enclosed as narrowly as asked.
enum class Obstacle {
  bad_precision,   // asked for no bits at all, or for more than the limit
  not_finite,      // a leaf is infinite or NaN
  outside_domain,  // certainly: the logarithm of a number that is not positive, a division by exactly 0
  out_of_range,    // a value is beyond 2^(2^29), or below its inverse and yet not 0
  on_kink,         // a selection stands exactly on its kink: the gradient is the whole subgradient interval
  undecided,       // at the limit an interval is still wider than asked
};

// What keeps truth from being enclosed as tightly as asked.
struct Doubt {
  Obstacle why;
  // Where: a node of the gradient graph, whose nodes begin with the graph's own; and the entry.
  NodeId node;
  std::size_t entry = 0;
  std::string message;  // one sentence, with the place and what to do
};

// Row by row, for each output and for each input.
struct Enclosures {
  std::vector<std::vector<Enclosure>> values;
  std::vector<std::vector<Enclosure>> gradient;
  Bits precision;  // that they were computed at
};

// Intervals as they are at one precision, however wide.
struct Enclosed {
  Enclosures enclosures;       // empty lists for a bad precision
  std::optional<Doubt> doubt;  // the first obstacle on the way; widths are not judged
};

// The largest precision that anything is computed at, and the one at which `truth` gives up unless told
// another: 315,652 and 39,456 decimal digits.
inline constexpr Bits largest_precision{std::int64_t{1} << 20};
inline constexpr Bits usual_limit{std::int64_t{1} << 17};

// At one precision.
[[nodiscard]] Enclosed enclose(const Graph& graph, Bits precision);

// Why there is no truth of the width that was asked for, and the intervals that are proven nevertheless.
struct Unproven {
  Doubt doubt;
  Enclosures enclosures;
};

// Each number known to 2^-wanted of itself, an exact 0 exactly; `limit` bounds the working precision.
[[nodiscard]] Result<Enclosures, Unproven> truth(const Graph& graph, Bits wanted, Bits limit = usual_limit);

}  // namespace gradproof::inline v0
