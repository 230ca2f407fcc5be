// The table of operations: each is one struct, and nothing outside this file knows a single one of them.
//
//   name, klass, arity       how text spells it; whether rationals are closed under it; how many operands
//   domain                   where it is defined, for each operand
//   attribute                what it needs besides operands
//   detached                 the operands, as a bit set, that never get a gradient
//   forward                  y from x, generic over Number
//   partials                 dy/dx for each operand, generic: numbers give values, Exprs give the derivative graph
//   surrogate                where the declared derivative is not that of forward: the function whose derivative it is
//   kink                     an expression that is zero where forward is not smooth; a generator stays away from there
//
// A linear operation has shape, apply (the map) and transposed (its adjoint, as a graph) instead of forward
// and partials.
#pragma once

#include <algorithm>
#include <string>
#include <tuple>
#include <type_traits>

#include "gradproof/graph.hpp"

// clang-format off: one line says one rule
namespace gradproof::inline v0 {

// What the table says of an operation: whether rationals are closed under it, what its operands are to it, where it is
// defined, and what it needs besides operands.
enum class Class { rational, analytic };
enum class Kind { leaf, elementwise, selection, linear };
enum class Domain { real_line, positive, above_minus_one, nonzero, nonzero_for_negative_power };
enum class AttributeKind { none, exponent, axis, shape, ranges };

// The shape of a result, or why there is none: "the shapes 2x3 and 3x2 differ".
using ShapeOrReason = Result<Shape, std::string>;

// The entries of a matrix that somebody else holds, row by row.
template <class S>
struct View {
  const S* data;
  Shape shape;
};

// What is common to all operations of a kind. `detached`: bit i says that operand i gets no gradient.
template <Kind K, Class C, int Arity, AttributeKind A = AttributeKind::none>
struct Op {
  static constexpr Kind kind = K;
  static constexpr Class klass = C;
  static constexpr int arity = Arity;
  static constexpr AttributeKind attribute = A;
  static constexpr unsigned detached = 0;
};
// The same by kind: selections and linear operations are rational by nature.
template <Class C, int Arity, AttributeKind A = AttributeKind::none>
using Elementwise = Op<Kind::elementwise, C, Arity, A>;
template <int Arity>
using Selection = Op<Kind::selection, Class::rational, Arity>;
template <int Arity, AttributeKind A = AttributeKind::none>
using Linear = Op<Kind::linear, Class::rational, Arity, A>;

// The derivative formulas of one operation speak of another; these are the same functions for numbers as
// graph.hpp has for Exprs.
template <Number S>
S sigmoid(const S& x);
template <Number S>
S step(const S& x);
template <Number S>
S pow(const S& x, int n);

// --- Leaves
// ---------------------------------------------------------------------------------------------------------

// A leaf that gradients are taken with respect to.
struct Input : Op<Kind::leaf, Class::rational, 0> {
  static constexpr std::string_view name = "input";
};

// A leaf that has no gradient.
struct Constant : Op<Kind::leaf, Class::rational, 0> {
  static constexpr std::string_view name = "const";
};

// --- Arithmetic
// -----------------------------------------------------------------------------------------------------

// (a + h) + b = (a + b) + h.
struct Add : Elementwise<Class::rational, 2> {
  static constexpr std::string_view name = "add";
  static constexpr std::array domain = {Domain::real_line, Domain::real_line};
  static auto forward(const auto& a, const auto& b) { return a + b; }
  static auto partials(const auto& /*y*/, const auto& /*a*/, const auto& /*b*/) { return std::array{1, 1}; }
};

// a - (b + h) = (a - b) - h.
struct Subtract : Elementwise<Class::rational, 2> {
  static constexpr std::string_view name = "sub";
  static constexpr std::array domain = {Domain::real_line, Domain::real_line};
  static auto forward(const auto& a, const auto& b) { return a - b; }
  static auto partials(const auto& /*y*/, const auto& /*a*/, const auto& /*b*/) { return std::array{1, -1}; }
};

// (a + h) b = a b + b h.
struct Multiply : Elementwise<Class::rational, 2> {
  static constexpr std::string_view name = "mul";
  static constexpr std::array domain = {Domain::real_line, Domain::real_line};
  static auto forward(const auto& a, const auto& b) { return a * b; }
  static auto partials(const auto& /*y*/, const auto& a, const auto& b) { return std::array{b, a}; }
};

// a / (b + h) ~ a/b - (a/b)/b h.   b not 0.
struct Divide : Elementwise<Class::rational, 2> {
  static constexpr std::string_view name = "div";
  static constexpr std::array domain = {Domain::real_line, Domain::nonzero};
  static auto forward(const auto& a, const auto& b) { return a / b; }
  static auto partials(const auto& y, const auto& a, const auto& b) {
    using S = std::remove_cvref_t<decltype(a)>;
    return std::array<S, 2>{1 / b, -(y / b)};
  }
};

// -(x + h) = -x - h.
struct Negate : Elementwise<Class::rational, 1> {
  static constexpr std::string_view name = "neg";
  static constexpr std::array domain = {Domain::real_line};
  static auto forward(const auto& x) { return -x; }
  static auto partials(const auto& /*y*/, const auto& /*x*/) { return std::array{-1}; }
};

// (x + h)^2 ~ x^2 + 2 x h.
struct Square : Elementwise<Class::rational, 1> {
  static constexpr std::string_view name = "square";
  static constexpr std::array domain = {Domain::real_line};
  static auto forward(const auto& x) { return x * x; }
  static auto partials(const auto& /*y*/, const auto& x) { return std::array{2 * x}; }
};

// (x + h)^n ~ x^n + n x^(n-1) h.   Integer n; x not 0 when n < 0.
struct Power : Elementwise<Class::rational, 1, AttributeKind::exponent> {
  static constexpr std::string_view name = "pow";
  static constexpr std::array domain = {Domain::nonzero_for_negative_power};
  static constexpr int largest = 64;
  template <class S>
  static S forward(const S& x, int n) {
    if (n < 0) return 1 / forward(x, -n);
    if (n == 0) return numeric<S>::integer(1, x);
    if (n == 1) return x;
    const S half = forward(x, n / 2);
    return n % 2 == 0 ? S(half * half) : S(half * half * x);
  }
  static auto partials(const auto& /*y*/, const auto& x, int n) {
    using S = std::remove_cvref_t<decltype(x)>;
    using gradproof::pow;
    if (n == 0) return std::array<S, 1>{0 * x};
    return std::array<S, 1>{n * pow(x, n - 1)};
  }
};

// --- Analytic functions
// ---------------------------------------------------------------------------------------------

// exp(x + h) ~ exp(x) + exp(x) h.
struct Exp : Elementwise<Class::analytic, 1> {
  static constexpr std::string_view name = "exp";
  static constexpr std::array domain = {Domain::real_line};
  static auto forward(const auto& x) { using std::exp; return exp(x); }
  static auto partials(const auto& y, const auto& /*x*/) { return std::array{y}; }
};

// expm1(x) = exp(x) - 1;   expm1(x + h) ~ expm1(x) + (expm1(x) + 1) h.
struct Expm1 : Elementwise<Class::analytic, 1> {
  static constexpr std::string_view name = "expm1";
  static constexpr std::array domain = {Domain::real_line};
  static auto forward(const auto& x) { using std::expm1; return expm1(x); }
  static auto partials(const auto& y, const auto& /*x*/) { return std::array{y + 1}; }
};

// log(x + h) ~ log(x) + h / x.   x > 0.
struct Log : Elementwise<Class::analytic, 1> {
  static constexpr std::string_view name = "log";
  static constexpr std::array domain = {Domain::positive};
  static auto forward(const auto& x) { using std::log; return log(x); }
  static auto partials(const auto& /*y*/, const auto& x) {
    using S = std::remove_cvref_t<decltype(x)>;
    return std::array<S, 1>{1 / x};
  }
};

// log1p(x) = log(1 + x);   log1p(x + h) ~ log1p(x) + h / (1 + x).   x > -1.
struct Log1p : Elementwise<Class::analytic, 1> {
  static constexpr std::string_view name = "log1p";
  static constexpr std::array domain = {Domain::above_minus_one};
  static auto forward(const auto& x) { using std::log1p; return log1p(x); }
  static auto partials(const auto& /*y*/, const auto& x) {
    using S = std::remove_cvref_t<decltype(x)>;
    return std::array<S, 1>{1 / (1 + x)};
  }
};

// sin(x + h) ~ sin(x) + cos(x) h.
struct Sin : Elementwise<Class::analytic, 1> {
  static constexpr std::string_view name = "sin";
  static constexpr std::array domain = {Domain::real_line};
  static auto forward(const auto& x) { using std::sin; return sin(x); }
  static auto partials(const auto& /*y*/, const auto& x) { using std::cos; return std::array{cos(x)}; }
};

// cos(x + h) ~ cos(x) - sin(x) h.
struct Cos : Elementwise<Class::analytic, 1> {
  static constexpr std::string_view name = "cos";
  static constexpr std::array domain = {Domain::real_line};
  static auto forward(const auto& x) { using std::cos; return cos(x); }
  static auto partials(const auto& /*y*/, const auto& x) { using std::sin; return std::array{-sin(x)}; }
};

// tanh(x + h) ~ tanh(x) + (1 - tanh(x)^2) h.
struct Tanh : Elementwise<Class::analytic, 1> {
  static constexpr std::string_view name = "tanh";
  static constexpr std::array domain = {Domain::real_line};
  static auto forward(const auto& x) { using std::tanh; return tanh(x); }
  static auto partials(const auto& y, const auto& /*x*/) { return std::array{1 - y * y}; }
};

// s(x) = 1/(1 + exp(-x));   s(x + h) ~ s + s (1 - s) h.
struct Sigmoid : Elementwise<Class::analytic, 1> {
  static constexpr std::string_view name = "sigmoid";
  static constexpr std::array domain = {Domain::real_line};
  template <class S>
  static S forward(const S& x) {
    using std::exp;
    if (numeric<S>::sign(x) >= 0) return 1 / (1 + exp(-x));
    const S e = exp(x);
    return e / (1 + e);
  }
  static auto partials(const auto& y, const auto& /*x*/) { return std::array{y * (1 - y)}; }
};

// softplus(x) = log(1 + exp(x));   softplus(x + h) ~ softplus(x) + s(x) h.
struct Softplus : Elementwise<Class::analytic, 1> {
  static constexpr std::string_view name = "softplus";
  static constexpr std::array domain = {Domain::real_line};
  template <class S>
  static S forward(const S& x) {
    using std::exp, std::log1p;
    if (numeric<S>::sign(x) > 0) return x + log1p(exp(-x));
    return log1p(exp(x));
  }
  static auto partials(const auto& /*y*/, const auto& x) {
    using gradproof::sigmoid;
    return std::array{sigmoid(x)};
  }
};

// logaddexp(a, b) = log(exp(a) + exp(b)) =: y;   logaddexp(a + h, b) ~ y + exp(a - y) h.
struct LogAddExp : Elementwise<Class::analytic, 2> {
  static constexpr std::string_view name = "logaddexp";
  static constexpr std::array domain = {Domain::real_line, Domain::real_line};
  template <class S>
  static S forward(const S& a, const S& b) {
    using std::exp, std::log;
    // The larger operand stands outside of the logarithm, as libraries have it.
    const S d = a - b;
    const auto first = [&] { return S(a + log(1 + exp(-d))); };
    // d is no number where both are the same infinity, and the sum is that too.
    const auto tie = [&] { return Piecewise<S>::value(1 + d * d, first, [&] { return S(a + b); }, first); };
    return Piecewise<S>::value(d, first, tie, [&] { return S(b + log(1 + exp(d))); });
  }
  static auto partials(const auto& y, const auto& a, const auto& b) {
    using std::exp;
    return std::array{exp(a - y), exp(b - y)};
  }
};

// sqrt(x + h) ~ sqrt(x) + h / (2 sqrt(x)).   x > 0: at 0 there is no derivative.
struct Sqrt : Elementwise<Class::analytic, 1> {
  static constexpr std::string_view name = "sqrt";
  static constexpr std::array domain = {Domain::positive};
  static auto forward(const auto& x) { using std::sqrt; return sqrt(x); }
  static auto partials(const auto& y, const auto& /*x*/) {
    using S = std::remove_cvref_t<decltype(y)>;
    return std::array<S, 1>{1 / (2 * y)};
  }
};

// --- Declared gradients
// ---------------------------------------------------------------------------------------------

// The gradient reversal layer: forward x, backward that of -lambda x, and lambda gets nothing (Ganin &
// Lempitsky 2015).
struct Reverse : Elementwise<Class::rational, 2> {
  static constexpr std::string_view name = "reverse";
  static constexpr std::array domain = {Domain::real_line, Domain::real_line};
  static constexpr unsigned detached = 0b10;
  static auto forward(const auto& x, const auto& /*lambda*/) { return x; }
  static auto surrogate(const auto& x, const auto& lambda) { return -(lambda * x); }
  static auto partials(const auto& /*y*/, const auto& /*x*/, const auto& lambda) {
    using S = std::remove_cvref_t<decltype(lambda)>;
    return std::array<S, 2>{-lambda, 0 * lambda};
  }
};

// Forward x, backward nothing.
struct Stop : Elementwise<Class::rational, 1> {
  static constexpr std::string_view name = "stop";
  static constexpr std::array domain = {Domain::real_line};
  static constexpr unsigned detached = 0b1;
  static auto forward(const auto& x) { return x; }
  static auto surrogate(const auto& x) { return 0 * x; }
  static auto partials(const auto& /*y*/, const auto& /*x*/) { return std::array{0}; }
};

// Straight-through rounding: forward the nearest integer, ties to even, backward that of x (Bengio et al.
// 2013).
struct Round : Elementwise<Class::rational, 1> {
  static constexpr std::string_view name = "round";
  static constexpr std::array domain = {Domain::real_line};
  template <class S>
  static S forward(const S& x) { return numeric<S>::round_even(x); }
  static auto surrogate(const auto& x) { return 1 * x; }
  static auto partials(const auto& /*y*/, const auto& /*x*/) { return std::array{1}; }
  // Halfway between two integers the nearest one changes: 1 - 2 |x - round(x)| is 0 there.
  template <class S>
  static S kink(const S& x) {
    const S distance = x - numeric<S>::round_even(x);
    const auto above = [&] { return S(1 - 2 * distance); };
    return Piecewise<S>::value(distance, above, above, [&] { return S(1 + 2 * distance); });
  }
};

// --- Selections: piecewise linear, with a stated rule at the kink
// -----------------------------------------------------

// 1 where x > 0, else 0; derivative 0 everywhere.
struct Step : Selection<1> {
  static constexpr std::string_view name = "step";
  static constexpr std::array domain = {Domain::real_line};
  template <class S>
  static S forward(const S& x) {
    const auto zero = [&] { return numeric<S>::integer(0, x); };
    return Piecewise<S>::value(x, [&] { return numeric<S>::integer(1, x); }, zero, zero);
  }
  static auto partials(const auto& /*y*/, const auto& /*x*/) { return std::array{0}; }
  static auto kink(const auto& x) { return x; }
};

// x where x > 0, else 0; the derivative at 0 is 0.
struct Relu : Selection<1> {
  static constexpr std::string_view name = "relu";
  static constexpr std::array domain = {Domain::real_line};
  template <class S>
  static S forward(const S& x) {
    const auto same = [&] { return x; };
    return Piecewise<S>::value(x, same, same, [&] { return numeric<S>::integer(0, x); });
  }
  static auto partials(const auto& /*y*/, const auto& x) {
    using gradproof::step;
    return std::array{step(x)};
  }
  static auto kink(const auto& x) { return x; }
};

// |x|; the derivative at 0 is 0.
struct Abs : Selection<1> {
  static constexpr std::string_view name = "abs";
  static constexpr std::array domain = {Domain::real_line};
  template <class S>
  static S forward(const S& x) {
    const auto same = [&] { return x; };
    return Piecewise<S>::value(x, same, same, [&] { return S(-x); });
  }
  static auto partials(const auto& /*y*/, const auto& x) {
    using gradproof::step;
    return std::array{step(x) - step(-x)};
  }
  static auto kink(const auto& x) { return x; }
};

// The larger; at a tie the first operand gets the whole derivative. (a + b)/2 is both at a tie, and NaN where
// either is.
struct Max : Selection<2> {
  static constexpr std::string_view name = "max";
  static constexpr std::array domain = {Domain::real_line, Domain::real_line};
  template <class S>
  static S forward(const S& a, const S& b) {
    const auto mean = [&] { return S((a + b) * (1 / numeric<S>::integer(2, a))); };
    return Piecewise<S>::value(a - b, [&] { return a; }, mean, [&] { return b; });
  }
  static auto partials(const auto& /*y*/, const auto& a, const auto& b) {
    using gradproof::step;
    const auto second = step(b - a);
    using S = std::remove_cvref_t<decltype(second)>;
    return std::array<S, 2>{1 - second, second};
  }
  static auto kink(const auto& a, const auto& b) { return a - b; }
};

// The smaller; at a tie the first operand gets the whole derivative.
struct Min : Selection<2> {
  static constexpr std::string_view name = "min";
  static constexpr std::array domain = {Domain::real_line, Domain::real_line};
  template <class S>
  static S forward(const S& a, const S& b) {
    const auto mean = [&] { return S((a + b) * (1 / numeric<S>::integer(2, a))); };
    return Piecewise<S>::value(a - b, [&] { return b; }, mean, [&] { return a; });
  }
  static auto partials(const auto& /*y*/, const auto& a, const auto& b) {
    using gradproof::step;
    const auto second = step(a - b);
    using S = std::remove_cvref_t<decltype(second)>;
    return std::array<S, 2>{1 - second, second};
  }
  static auto kink(const auto& a, const auto& b) { return a - b; }
};

// --- Linear maps
// ------------------------------------------------------------------------------------------------------

// C = A B.   <A B, G> = <A, G B^T> = <B, A^T G>.
struct Matmul : Linear<2> {
  static constexpr std::string_view name = "matmul";
  static ShapeOrReason shape(Shape a, Shape b, const Attributes&) {
    if (a.cols != b.rows) return "inner dimensions differ: " + a.text() + " times " + b.text();
    return Shape{a.rows, b.cols};
  }
  template <class S>
  static void apply(const Attributes&, View<S> a, View<S> b, Shape out, S* y, const S& zero) {
    Product<S>::multiply(a.data, b.data, out.rows, a.shape.cols, out.cols, y, zero);
  }
  static Expr transposed(const Attributes&, int operand, const Expr& a, const Expr& b, const Expr& g) {
    return operand == 0 ? matmul(g, transpose(b)) : matmul(transpose(a), g);
  }
};

// Y = X^T, and its adjoint is itself.
struct Transpose : Linear<1> {
  static constexpr std::string_view name = "transpose";
  static ShapeOrReason shape(Shape x, const Attributes&) { return Shape{x.cols, x.rows}; }
  template <class S>
  static void apply(const Attributes&, View<S> x, Shape out, S* y, const S& /*zero*/) {
    for (std::size_t i = 0; i < out.rows; ++i)
      for (std::size_t j = 0; j < out.cols; ++j) y[i * out.cols + j] = x.data[j * x.shape.cols + i];
  }
  static Expr transposed(const Attributes&, int, const Expr&, const Expr& g) { return transpose(g); }
};

// Sums of all entries (1x1), of the rows (1xC) or of the columns (Rx1); the adjoint copies back.
struct Sum : Linear<1, AttributeKind::axis> {
  static constexpr std::string_view name = "sum";
  static ShapeOrReason shape(Shape x, const Attributes& a) {
    switch (static_cast<Axis>(a.v[0])) {
      case Axis::all: return Shape{1, 1};
      case Axis::rows: return Shape{1, x.cols};
      case Axis::cols: return Shape{x.rows, 1};
    }
    return std::string("the axis is none of all, rows, cols");
  }
  template <class S>
  static void apply(const Attributes& a, View<S> x, Shape, S* y, const S& zero) {
    const std::size_t rows = x.shape.rows, cols = x.shape.cols;
    switch (static_cast<Axis>(a.v[0])) {
      case Axis::all: y[0] = Reduce<S>::sum(x.data, 1, rows * cols, zero); return;
      case Axis::rows:
        for (std::size_t j = 0; j < cols; ++j) y[j] = Reduce<S>::sum(x.data + j, cols, rows, zero);
        return;
      case Axis::cols:
        for (std::size_t i = 0; i < rows; ++i) y[i] = Reduce<S>::sum(x.data + i * cols, 1, cols, zero);
        return;
    }
  }
  static Expr transposed(const Attributes&, int, const Expr& x, const Expr& g) { return broadcast(g, x.shape()); }
};

// Copies of a 1x1, a row or a column fill the shape; the adjoint sums them.
struct Broadcast : Linear<1, AttributeKind::shape> {
  static constexpr std::string_view name = "broadcast";
  static ShapeOrReason shape(Shape x, const Attributes& a) {
    const Shape to{static_cast<std::uint32_t>(a.v[0]), static_cast<std::uint32_t>(a.v[1])};
    if ((x.rows != 1 && x.rows != to.rows) || (x.cols != 1 && x.cols != to.cols))
      return x.text() + " can't be broadcast to " + to.text();
    return to;
  }
  template <class S>
  static void apply(const Attributes&, View<S> x, Shape out, S* y, const S& /*zero*/) {
    const std::size_t row_step = x.shape.rows == 1 ? 0 : x.shape.cols, col_step = x.shape.cols == 1 ? 0 : 1;
    for (std::size_t i = 0; i < out.rows; ++i)
      for (std::size_t j = 0; j < out.cols; ++j) y[i * out.cols + j] = x.data[i * row_step + j * col_step];
  }
  static Expr transposed(const Attributes&, int, const Expr& x, const Expr& g) {
    Expr r = g;
    if (x.shape().rows == 1 && r.shape().rows != 1) r = sum(r, Axis::rows);
    if (x.shape().cols == 1 && r.shape().cols != 1) r = sum(r, Axis::cols);
    return r;
  }
};

// The same entries, row by row, in another shape.
struct Reshape : Linear<1, AttributeKind::shape> {
  static constexpr std::string_view name = "reshape";
  static ShapeOrReason shape(Shape x, const Attributes& a) {
    const Shape to{static_cast<std::uint32_t>(a.v[0]), static_cast<std::uint32_t>(a.v[1])};
    if (to.size() != x.size()) return x.text() + " has not as many entries as " + to.text();
    return to;
  }
  template <class S>
  static void apply(const Attributes&, View<S> x, Shape out, S* y, const S& /*zero*/) { std::copy_n(x.data, out.size(), y); }
  static Expr transposed(const Attributes&, int, const Expr& x, const Expr& g) { return reshape(g, x.shape()); }
};

// The block of rows r0:r1 and columns c0:c1; the adjoint puts the block into zeros.
struct Slice : Linear<1, AttributeKind::ranges> {
  static constexpr std::string_view name = "slice";
  static ShapeOrReason shape(Shape x, const Attributes& a) {
    const auto [r0, r1, c0, c1] = a.v;
    if (r0 < 0 || r0 > r1 || r1 > static_cast<std::int64_t>(x.rows) || c0 < 0 || c0 > c1 || c1 > static_cast<std::int64_t>(x.cols))
      return "rows " + std::to_string(r0) + ":" + std::to_string(r1) + ", columns " + std::to_string(c0) + ":" +
             std::to_string(c1) + " are not inside " + x.text();
    return Shape{static_cast<std::uint32_t>(r1 - r0), static_cast<std::uint32_t>(c1 - c0)};
  }
  template <class S>
  static void apply(const Attributes& a, View<S> x, Shape out, S* y, const S& /*zero*/) {
    for (std::size_t i = 0; i < out.rows; ++i)
      std::copy_n(x.data + (i + static_cast<std::size_t>(a.v[0])) * x.shape.cols + static_cast<std::size_t>(a.v[2]), out.cols,
                  y + i * out.cols);
  }
  static Expr transposed(const Attributes& a, int, const Expr& x, const Expr& g) {
    const auto r0 = static_cast<std::uint32_t>(a.v[0]), r1 = static_cast<std::uint32_t>(a.v[1]);
    const auto c0 = static_cast<std::uint32_t>(a.v[2]), c1 = static_cast<std::uint32_t>(a.v[3]);
    const Shape whole = x.shape();
    const auto zeros = [&](Shape s) { return g.builder->constant(s, Literal(0)); };
    Expr r = g;
    if (c0 > 0) r = concat(zeros({r1 - r0, c0}), r, Axis::cols);
    if (c1 < whole.cols) r = concat(r, zeros({r1 - r0, whole.cols - c1}), Axis::cols);
    if (r0 > 0) r = concat(zeros({r0, whole.cols}), r, Axis::rows);
    if (r1 < whole.rows) r = concat(r, zeros({whole.rows - r1, whole.cols}), Axis::rows);
    return r;
  }
};

// rows: a above b; cols: a beside b; the adjoint cuts apart.
struct Concat : Linear<2, AttributeKind::axis> {
  static constexpr std::string_view name = "concat";
  static ShapeOrReason shape(Shape a, Shape b, const Attributes& at) {
    switch (static_cast<Axis>(at.v[0])) {
      case Axis::rows:
        if (a.cols != b.cols) return a.text() + " above " + b.text() + ": the columns differ";
        return Shape{a.rows + b.rows, a.cols};
      case Axis::cols:
        if (a.rows != b.rows) return a.text() + " beside " + b.text() + ": the rows differ";
        return Shape{a.rows, a.cols + b.cols};
      case Axis::all: break;
    }
    return std::string("concat goes along rows or cols");
  }
  template <class S>
  static void apply(const Attributes& at, View<S> a, View<S> b, Shape out, S* y, const S& /*zero*/) {
    if (static_cast<Axis>(at.v[0]) == Axis::rows) {
      std::copy_n(b.data, b.shape.size(), std::copy_n(a.data, a.shape.size(), y));
      return;
    }
    for (std::size_t i = 0; i < out.rows; ++i) {
      y = std::copy_n(a.data + i * a.shape.cols, a.shape.cols, y);
      y = std::copy_n(b.data + i * b.shape.cols, b.shape.cols, y);
    }
  }
  static Expr transposed(const Attributes& at, int operand, const Expr& a, const Expr& b, const Expr& g) {
    const Shape s = a.shape(), t = b.shape();
    if (static_cast<Axis>(at.v[0]) == Axis::rows)
      return operand == 0 ? slice(g, {0, s.rows}, {0, s.cols}) : slice(g, {s.rows, s.rows + t.rows}, {0, t.cols});
    return operand == 0 ? slice(g, {0, s.rows}, {0, s.cols}) : slice(g, {0, t.rows}, {s.cols, s.cols + t.cols});
  }
};

// --- The table
// --------------------------------------------------------------------------------------------------------

// Every operation, in the order of their ids.
using OpTable =
    std::tuple<Input, Constant, Add, Subtract, Multiply, Divide, Negate, Square, Power, Exp, Expm1, Log, Log1p, Sin, Cos, Tanh,
               Sigmoid, Softplus, LogAddExp, Sqrt, Reverse, Stop, Round, Step, Relu, Abs, Max, Min, Matmul, Transpose, Sum,
               Broadcast, Reshape, Slice, Concat>;
inline constexpr std::size_t op_count = std::tuple_size_v<OpTable>;

// The id of an operation's struct.
template <class O, std::size_t I = 0>
constexpr OpId id_of() {
  static_assert(I < op_count, "this operation is not in OpTable");
  if constexpr (std::is_same_v<std::tuple_element_t<I, OpTable>, O>) return OpId{static_cast<std::uint8_t>(I)};
  else return id_of<O, I + 1>();
}

// with_op() by position: one jump through a table.
template <class F, std::size_t... I>
decltype(auto) with_op_at(std::size_t index, F& f, std::index_sequence<I...>) {
  using R = decltype(f(std::type_identity<Input>{}));
  using Entry = R (*)(F&);
  static constexpr std::array<Entry, sizeof...(I)> entries = {
      [](F& g) -> R { return g(std::type_identity<std::tuple_element_t<I, OpTable>>{}); }...};
  return entries[index](f);
}

// Calls f(std::type_identity<O>) with the struct O of that operation.
template <class F>
decltype(auto) with_op(OpId id, F&& f) {
  return with_op_at(id.index, f, std::make_index_sequence<op_count>{});
}

// The facts of an operation that need no type.
struct OpInfo {
  std::string_view name;
  Kind kind;
  Class klass;
  int arity;
  AttributeKind attribute;
  unsigned detached;
  bool has_surrogate;
};
[[nodiscard]] const OpInfo& info(OpId id);
[[nodiscard]] std::optional<OpId> find_op(std::string_view name);

template <class O>
concept HasSurrogate = requires(const Expr& e) { O::surrogate(e); } || requires(const Expr& e) { O::surrogate(e, e); };

template <Number S>
S sigmoid(const S& x) { return Sigmoid::forward(x); }
template <Number S>
S step(const S& x) { return Step::forward(x); }
template <Number S>
S pow(const S& x, int n) { return Power::forward(x, n); }

}  // namespace gradproof
