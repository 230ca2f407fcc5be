// Is this the gradient of that function? Of functions of your own, at a point of your own:
//
//   const auto f = [](const auto& x) { return sin(x[0]) * x[1]; };
//   const auto gradient = [](std::span<const double> x) {
//     return std::vector{std::cos(x[0]) * x[1], std::sin(x[0])};
//   };
//   const auto check = gradproof::check_gradient(f, gradient, {0.5, 2.0});
//   if (!check) std::cerr << check;
//
// A function that is generic over its numbers is compared with its exact derivative, enclosed in a proven
// interval, and what an entry may be off by follows from the function's own operations. One that is known in
// double only is compared with differences that have an error bar. Either may end in `undecided`, where the
// answer can't be told.
//
// This header needs nothing but the standard library and light headers of ours.
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "gradproof/differences.hpp"
#include "gradproof/format.hpp"
#include "gradproof/traced.hpp"

namespace gradproof::inline v0 {

// --- What is asked ------------------------------------------------------------------------------------------

// What the gradient is meant to be: the derivative of f times a factor. Under straight_through the derivative
// of rounding to an integer is 1 and not 0.
struct GradientContract {
  enum class Kind { derivative, reversal, scale, stop, straight_through } kind = Kind::derivative;
  double factor = 1;

  [[nodiscard]] static GradientContract derivative() { return {}; }
  [[nodiscard]] static GradientContract reversal(double lambda) { return {Kind::reversal, -lambda}; }
  [[nodiscard]] static GradientContract scale(double factor) { return {Kind::scale, factor}; }
  [[nodiscard]] static GradientContract stop() { return {Kind::stop, 0}; }
  [[nodiscard]] static GradientContract straight_through() { return {Kind::straight_through, 1}; }
};

// All x with low <= x <= high.
struct Segment {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

// f has a kink where this entry of x is `at`.
struct Kink {
  std::size_t entry = 0;
  double at = 0;
};

// What a check takes for granted, and what it asks for.
struct CheckOptions {
  std::string name = "gradient";  // what the table calls it
  GradientContract contract{};
  Dtype dtype = Dtype::f64;  // what the gradient is computed in; x is rounded to it first
  // How far its author says that an entry may be off. If nothing is said: for a generic f what rounding in f's own
  // operations explains, and four ulps for one in double.
  std::optional<Accuracy> promise{};
  // A verdict of `holds` must have been able to see an error of this size, relative to the entry; an agreement
  // that is blunter is undecided. If nothing is said, half of the format's bits, and a third for an f in double.
  std::optional<double> resolution{};
  // Where f may be called: one segment for each entry of x, or one for all. For an f in double.
  std::vector<Segment> domain{};
  // Differences stay on x's side of these. Where x is on one, each number between the slopes on its two sides
  // is right, and only a generic f can tell those.
  std::vector<Kink> kinks{};
  // Of f in double: how far its values may be off. If nothing is said, that is measured: the values are computed in all
  // rounding directions.
  std::optional<Accuracy> accuracy{};
  std::uint64_t seed = 1;  // of the directions that check_vjp and check_jvp draw
};

// The point: numbers in braces, a vector, a span, an array, a vector of Eigen's.
class Point {
 public:
  Point(std::initializer_list<double> x) : x_(x) {}
  template <class X>
  requires requires(const X& x) {
    x.size();
    x[0];
  }
  Point(const X& x) {
    for (decltype(x.size()) i = 0; i < x.size(); ++i) x_.push_back(static_cast<double>(x[i]));
  }
  [[nodiscard]] const std::vector<double>& values() const { return x_; }

 private:
  std::vector<double> x_;
};

// --- What comes out -----------------------------------------------------------------------------------------

// `undecided`: what is known is too wide to tell.
enum class Verdict { holds, fails, undecided };
[[nodiscard]] std::string_view name(Verdict verdict);

// One entry of the gradient, the Jacobian or the Hessian: what was claimed, and what is right.
struct CheckedEntry {
  std::string place;  // "x[2]", "[1,0]"
  double claimed = 0;
  double lower = 0, upper = 0;  // the right value is between them: proven, or by the error bar
  double right = 0;             // one between them
  std::string truth;            // it in digits, as many as are known
  double allowed = 0;           // what the claim may be off by, beyond that; infinite where that is not known
  double ulps = 0;              // between the claim and `right`, in ulps of it
  std::optional<double> condition{};  // κ: how much the terms of the entry cancel
  std::optional<double> power{};      // the least relative error that would have been seen; none at 0
  Verdict verdict = Verdict::undecided;
  std::string reason{};  // why it is undecided
};

// The verdict of one check, with that of each entry. As a condition it is true where everything holds.
struct CheckResult {
  std::string name;
  std::string contract;
  std::string way;  // "a proven interval", "differences with an error bar"
  Dtype dtype = Dtype::f64;
  Verdict verdict = Verdict::undecided;
  std::string reason{};  // why it fails or is undecided as a whole, where it is not for its entries
  std::string cause{};   // the likely cause of what fails, where there is one
  std::vector<CheckedEntry> entries{};
  std::optional<double> power{};       // of the bluntest entry that holds
  std::vector<std::string> oracles{};  // what each oracle says, where no gradient was given
  std::string graph{};                 // f as it was recorded, as text that `gradproof check` reads
  [[nodiscard]] explicit operator bool() const { return verdict == Verdict::holds; }
};
// A table, the worst entries first.
[[nodiscard]] std::string to_string(const CheckResult& result);
std::ostream& operator<<(std::ostream& out, const CheckResult& result);

// --- How callables are called -------------------------------------------------------------------------------

namespace calling {

// From the entries of x, and how many are wanted.
template <class S>
using Entries = std::function<std::vector<S>(std::span<const S> x, std::size_t wanted)>;

// f, in Traced numbers where it is generic, else in double.
struct Function {
  Entries<Traced> traced;
  Entries<double> plain;
};
// A claim, in double and, where it can be called so, in float.
struct Claim {
  Entries<double> wide;
  Entries<float> narrow;
};

// Numbers, lists of them, lists of lists; matrices with rows() and cols(), row by row.
template <class S, class R>
void append(std::vector<S>& to, const R& result) {
  if constexpr (std::is_convertible_v<const R&, S>) to.push_back(static_cast<S>(result));
  else if constexpr (requires { result(result.rows(), result.cols()); }) {
    for (decltype(result.rows()) i = 0; i < result.rows(); ++i)
      for (decltype(result.cols()) j = 0; j < result.cols(); ++j) to.push_back(static_cast<S>(result(i, j)));
  } else {
    for (const auto& part : result) append(to, part);
  }
}

// A generic lambda is asked first about what it most likely takes, because asking compiles its body.
template <class F, class S>
constexpr int form = [] {
  using Span = std::span<const S>;
  if constexpr (std::is_invocable_v<F&, Span, std::span<S>>) return 2;
  else if constexpr (std::is_invocable_v<F&, Span>) return 1;
  else if constexpr (std::is_invocable_v<F&, const std::vector<S>&>) return 3;
  else return 0;
}();
// The same for functions of one number.
template <class F, class S>
constexpr int single_form = std::is_invocable_v<F&, S> ? 4 : 0;

template <class S, int Form, class F>
Entries<S> entries(F f) {
  return [f = std::move(f)](std::span<const S> x, [[maybe_unused]] std::size_t wanted) mutable {
    std::vector<S> result;
    if constexpr (Form == 1) append(result, f(x));
    else if constexpr (Form == 2) f(x, std::span<S>((result.resize(wanted), result)));
    else if constexpr (Form == 3) append(result, f(std::vector<S>(x.begin(), x.end())));
    else append(result, f(x[0]));
    return result;
  };
}

template <bool Single, class F, class S>
constexpr int form_of = [] {
  if constexpr (Single) return single_form<F, S>;
  else return form<F, S>;
}();

template <bool Single, class F>
Function function(F f) {
  if constexpr (constexpr int traced = form_of<Single, F, Traced>; traced != 0)
    return {entries<Traced, traced>(std::move(f)), {}};
  else {
    constexpr int plain = form_of<Single, F, double>;
    static_assert(
      plain != 0,
      "f takes a std::span<const S> or a const std::vector<S>& (at a single number: an S), where S is "
      "generic or double");
    return {{}, entries<double, plain>(std::move(f))};
  }
}

template <bool Single, class G>
Claim claim(G g) {
  constexpr int wide = form_of<Single, G, double>, narrow = form_of<Single, G, float>;
  static_assert(
    wide != 0 || narrow != 0,
    "the gradient takes a std::span<const double> or a const std::vector<double>& (at a single number: a "
    "double) and returns numbers, or writes them into a std::span<double>; or the same with float");
  Claim c;
  if constexpr (narrow != 0) c.narrow = entries<float, narrow>(g);
  if constexpr (wide != 0) c.wide = entries<double, wide>(std::move(g));
  return c;
}

// A claim that takes x and a direction.
template <class S>
using Directed =
  std::function<std::vector<S>(std::span<const S> x, std::span<const S> direction, std::size_t wanted)>;
struct Product {
  Directed<double> wide;
  Directed<float> narrow;
};

template <class G, class S>
Directed<S> directed(const G& g) {
  using Span = std::span<const S>;
  using Vector = const std::vector<S>&;
  if constexpr (std::is_invocable_v<const G&, Span, Span, std::span<S>>) {
    return [g](Span x, Span d, std::size_t wanted) {
      std::vector<S> result(wanted);
      g(x, d, std::span<S>(result));
      return result;
    };
  } else if constexpr (std::is_invocable_v<const G&, Span, Span>) {
    return [g](Span x, Span d, std::size_t) {
      std::vector<S> result;
      append(result, g(x, d));
      return result;
    };
  } else if constexpr (std::is_invocable_v<const G&, Vector, Vector>) {
    return [g](Span x, Span d, std::size_t) {
      std::vector<S> result;
      append(result, g(std::vector<S>(x.begin(), x.end()), std::vector<S>(d.begin(), d.end())));
      return result;
    };
  } else return {};
}
template <class G>
Product product(const G& g) {
  return {directed<G, double>(g), directed<G, float>(g)};
}

[[nodiscard]] CheckResult gradient(const Function& f, const Claim& claimed, const std::vector<double>& x,
                                   const CheckOptions& options);
[[nodiscard]] CheckResult oracles(const Function& f, const std::vector<double>& x,
                                  const CheckOptions& options);
[[nodiscard]] CheckResult jacobian(const Function& f, const Claim& claimed, const std::vector<double>& x,
                                   const CheckOptions& options);
[[nodiscard]] CheckResult hessian(const Function& f, const Claim& claimed, const std::vector<double>& x,
                                  const CheckOptions& options);
// The transposed Jacobian times a direction, one number for each result of f; or the Jacobian times one.
enum class Side { vjp, jvp };
[[nodiscard]] CheckResult products(Side side, const Function& f, const Product& claimed,
                                   const std::vector<double>& x, const CheckOptions& options);
// The Hessian of a generic f times a direction, or that product's derivative by x: a row for each of its entries.
enum class Order { second, third };
[[nodiscard]] CheckResult along(Order order, const Function& f, const Product& claimed,
                                const std::vector<double>& x, const CheckOptions& options);
// The third derivative of a function of one number.
[[nodiscard]] CheckResult third(const Function& f, const Claim& claimed, const std::vector<double>& x,
                                const CheckOptions& options);
[[nodiscard]] CheckResult adjoint(const Product& jvp, const Product& vjp, const std::vector<double>& x,
                                  std::size_t results, const CheckOptions& options);

}  // namespace calling

// --- The checks ---------------------------------------------------------------------------------------------

// A function that is called in double alone, though it is written for all numbers: because it can't be recorded,
// or to see what differences say.
template <class F>
struct InDouble {
  F f;
  auto operator()(std::span<const double> x) const {
    if constexpr (calling::form<const F, double> == 1) return f(x);
    else return f(std::vector<double>(x.begin(), x.end()));
  }
  auto operator()(double x) const { return f(x); }
};
template <class F>
[[nodiscard]] InDouble<F> in_double(F f) {
  return {std::move(f)};
}

template <class X>
concept OneNumber = std::is_arithmetic_v<X>;

// f goes from x to one number. The gradient has an entry for each of x.
template <class F, class G>
[[nodiscard]] CheckResult check_gradient(F f, G gradient, const Point& x, const CheckOptions& options = {}) {
  return calling::gradient(calling::function<false>(std::move(f)), calling::claim<false>(std::move(gradient)),
                           x.values(), options);
}
// The same for functions of one number.
template <class F, class G, OneNumber X>
[[nodiscard]] CheckResult check_gradient(F f, G derivative, X x, const CheckOptions& options = {}) {
  return calling::gradient(calling::function<true>(std::move(f)), calling::claim<true>(std::move(derivative)),
                           {static_cast<double>(x)}, options);
}

// Without a gradient: whether the backward pass that gradproof derives of f agrees with what is proven, and every
// oracle with it. For a generic f.
template <class F>
[[nodiscard]] CheckResult check_gradient(F f, const Point& x, const CheckOptions& options = {}) {
  static_assert(calling::form<F, Traced> != 0, "without a gradient, f has to be generic over its numbers");
  return calling::oracles(calling::function<false>(std::move(f)), x.values(), options);
}

// The same for a function of one number.
template <class F, OneNumber X>
[[nodiscard]] CheckResult check_gradient(F f, X x, const CheckOptions& options = {}) {
  static_assert(calling::single_form<F, Traced> != 0,
                "without a gradient, f has to be generic over its numbers");
  return calling::oracles(calling::function<true>(std::move(f)), {static_cast<double>(x)}, options);
}

// f has m results. The Jacobian has a row for each, with an entry for each of x: a matrix with rows() and cols(),
// a list of rows, or their entries in one list, row by row.
template <class F, class J>
[[nodiscard]] CheckResult check_jacobian(F f, J jacobian, const Point& x, const CheckOptions& options = {}) {
  return calling::jacobian(calling::function<false>(std::move(f)), calling::claim<false>(std::move(jacobian)),
                           x.values(), options);
}

// The second derivatives of a generic f of one result. Of an f in double, check_jacobian(gradient, hessian, x) checks
// them against its gradient.
template <class F, class H>
[[nodiscard]] CheckResult check_hessian(F f, H hessian, const Point& x, const CheckOptions& options = {}) {
  static_assert(calling::form<F, Traced> != 0,
                "f has to be generic over its numbers; else write check_jacobian(gradient, hessian, x)");
  return calling::hessian(calling::function<false>(std::move(f)), calling::claim<false>(std::move(hessian)),
                          x.values(), options);
}

// The second derivative at a single number.
template <class F, class H, OneNumber X>
[[nodiscard]] CheckResult check_hessian(F f, H second, X x, const CheckOptions& options = {}) {
  static_assert(calling::single_form<F, Traced> != 0,
                "f has to be generic over its numbers; else write check_gradient(derivative, second, x)");
  return calling::hessian(calling::function<true>(std::move(f)), calling::claim<true>(std::move(second)),
                          {static_cast<double>(x)}, options);
}

// hvp(x, v) is the Hessian of a generic f of one result times v, for a v that is drawn as those of check_vjp.
template <class F, class V>
[[nodiscard]] CheckResult check_hvp(F f, V hvp, const Point& x, const CheckOptions& options = {}) {
  static_assert(calling::form<F, Traced> != 0,
                "f has to be generic over its numbers; else write check_jvp(gradient, hvp, x)");
  return calling::along(calling::Order::second, calling::function<false>(std::move(f)), calling::product(hvp),
                        x.values(), options);
}
// third(x, v) is the derivative of that product by x: a row for each entry of H v, with an entry for each of x.
template <class F, class V>
[[nodiscard]] CheckResult check_third_order(F f, V third, const Point& x, const CheckOptions& options = {}) {
  static_assert(calling::form<F, Traced> != 0,
                "f has to be generic over its numbers; else write check_jacobian of H v, for a v of yours");
  return calling::along(calling::Order::third, calling::function<false>(std::move(f)),
                        calling::product(third), x.values(), options);
}
// The third derivative of a function of one number.
template <class F, class T, OneNumber X>
[[nodiscard]] CheckResult check_third_order(F f, T third, X x, const CheckOptions& options = {}) {
  static_assert(calling::single_form<F, Traced> != 0, "f has to be generic over its numbers");
  return calling::third(calling::function<true>(std::move(f)), calling::claim<true>(std::move(third)),
                        {static_cast<double>(x)}, options);
}

// vjp(x, w) is w times the Jacobian of f, for a w that is drawn: no entry is 0, and no two are equal for long.
template <class F, class V>
[[nodiscard]] CheckResult check_vjp(F f, V vjp, const Point& x, const CheckOptions& options = {}) {
  return calling::products(calling::Side::vjp, calling::function<false>(std::move(f)), calling::product(vjp),
                           x.values(), options);
}
// jvp(x, v) is the Jacobian times v.
template <class F, class V>
[[nodiscard]] CheckResult check_jvp(F f, V jvp, const Point& x, const CheckOptions& options = {}) {
  return calling::products(calling::Side::jvp, calling::function<false>(std::move(f)), calling::product(jvp),
                           x.values(), options);
}

// Whether jvp(x, v) and vjp(x, w) belong to one Jacobian of so many results, whatever it is: <w, J v> = <w J, v>, in eight
// pairs of directions. That they agree does not say that either is right.
template <class J, class V>
[[nodiscard]] CheckResult check_adjoint(J jvp, V vjp, const Point& x, std::size_t results,
                                        const CheckOptions& options = {}) {
  return calling::adjoint(calling::product(jvp), calling::product(vjp), x.values(), results, options);
}

}  // namespace gradproof::inline v0
