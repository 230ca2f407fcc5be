#include "user/recording.hpp"

#include <atomic>
#include <limits>

#include "gradproof/calculus.hpp"
#include "number/ball.hpp"

namespace gradproof::inline v0 {

namespace {

thread_local Recording* recording_of_this_thread = nullptr;

std::uint32_t next_serial() {
  static std::atomic<std::uint32_t> last{0};
  return ++last;
}

}  // namespace

Recording* Recording::current() { return recording_of_this_thread; }

Recording::Recording(std::span<const double> x, Rounding rounding)
    : rounding_(rounding), serial_(next_serial()), outer_(recording_of_this_thread) {
  recording_of_this_thread = this;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Literal value(x[i]);
    inputs_.push_back(traced(builder_.input({}, std::span(&value, 1), "x" + std::to_string(i)), x[i]));
  }
}

Recording::~Recording() { recording_of_this_thread = outer_; }

Expr Recording::constant(double value) { return builder_.constant({}, Literal(value)); }

Expr Recording::expr(const Traced& x) {
  if (x.recording_ == serial_) return {builder_, NodeId{x.node_}};
  if (x.recording_ != 0) foreign_ = true;
  // Small integers stay without a node, so that 0 + x is x.
  const bool small = std::abs(x.value_) <= 1024 && std::nearbyint(x.value_) == x.value_;
  if (small && !(x.value_ == 0 && std::signbit(x.value_))) return {static_cast<int>(x.value_)};
  return constant(x.value_);
}

Traced Recording::traced(const Expr& e, double value) const {
  if (e.builder == nullptr) return {e.constant};
  Traced t(value);
  t.node_ = e.id.index;
  t.recording_ = serial_;
  return t;
}

void Recording::depends_on(const Expr& e, double value) {
  if (e.builder == nullptr) return;
  sides_.push_back({e.id, value > 0 ? 1 : value < 0 ? -1 : 0});
}

Result<Graph, std::string> Recording::graph(std::span<const Traced> results,
                                            std::span<const double> cotangents) {
  std::vector<Expr> outputs;
  for (const Traced& r : results) {
    const Expr e = expr(r);
    outputs.push_back(e.builder == nullptr ? constant(r.value()) : e);
  }
  if (foreign_) return std::string("a number from one call was kept and used in another");
  Draft draft = builder_.draft();
  for (std::size_t i = 0; i < outputs.size(); ++i)
    draft.outputs.push_back({outputs[i].id, {Literal(cotangents[i])}});
  auto made = Graph::make(std::move(draft));
  if (!made) return made.error().message;
  return *std::move(made);
}

std::string Recording::border() const {
  if (sides_.empty()) return {};
  Draft draft = builder_.draft();
  for (const Side& side : sides_) draft.outputs.push_back({side.node, {Literal(1)}});
  const auto graph = Graph::make(std::move(draft));
  if (!graph) return graph.error().message;
  // A border that 2048 bits don't tell from the point is as good as one that the point is on.
  for (std::int64_t bits = 128; bits <= 2048; bits *= 4) {
    const Evaluation<Ball> balls = evaluate<Ball>(*graph, Bits{bits});
    bool known = true;
    for (std::size_t i = 0; i < sides_.size(); ++i) {
      const Ball& b = balls[graph->outputs()[i].node][0];
      const int sign = b.is_finite() ? numeric<Ball>::sign(b) : 0;
      if (sign == 0) known = false;
      else if (sides_[i].sign != 0 && sign != sides_[i].sign)
        return "in double, a comparison goes the other way than in exact numbers";
      else if (sides_[i].sign == 0) return "in double, a comparison finds two numbers equal that are not";
    }
    if (known) return {};
  }
  return "the function branches, or is rounded, at a border between two pieces, and the point is on it";
}

// --- The operations ------------------------------------------------------------------------------------------

namespace {

// f of Exprs, at least one of which has a node; without a recording the value alone.
template <class F>
Traced unary(const Traced& x, double value, F f) {
  Recording* r = Recording::current();
  if (r == nullptr) return {value};
  const Expr e = r->expr(x);
  return r->traced(f(e.builder == nullptr ? r->constant(x.value()) : e), value);
}
template <class F>
Traced binary(const Traced& a, const Traced& b, double value, F f) {
  Recording* r = Recording::current();
  if (r == nullptr) return {value};
  const Expr e = r->expr(a), g = r->expr(b);
  const bool bare = e.builder == nullptr && g.builder == nullptr;
  return r->traced(f(bare ? r->constant(a.value()) : e, g), value);
}

bool constants(const Traced& a, const Traced& b) { return a.is_constant() && b.is_constant(); }
// Where both are of this size, and the result is, a test by the rounding error does not suffer from underflow.
bool moderate(double v) { return v == 0 || (std::abs(v) > 1e-150 && std::abs(v) < 1e150); }

}  // namespace

// What is computed from constants stays one where double loses nothing; else it is a node, and exact.
Traced operator+(const Traced& a, const Traced& b) {
  const double x = a.value(), y = b.value(), sum = x + y, from_y = sum - x;
  if (constants(a, b) && (x - (sum - from_y)) + (y - from_y) == 0) return {sum};
  return binary(a, b, sum, [](const Expr& e, const Expr& g) { return e + g; });
}
Traced operator-(const Traced& a) {
  if (a.is_constant()) return {-a.value()};
  return unary(a, -a.value(), [](const Expr& e) { return -e; });
}
Traced operator-(const Traced& a, const Traced& b) {
  if (constants(a, b)) return a + -b;
  return binary(a, b, a.value() - b.value(), [](const Expr& e, const Expr& g) { return e - g; });
}
Traced operator*(const Traced& a, const Traced& b) {
  const double x = a.value(), y = b.value(), product = x * y;
  const bool sized = moderate(x) && moderate(y) && moderate(product);
  if (constants(a, b) && sized && std::fma(x, y, -product) == 0) return {product};
  return binary(a, b, product, [](const Expr& e, const Expr& g) { return e * g; });
}
Traced operator/(const Traced& a, const Traced& b) {
  const double x = a.value(), y = b.value(), quotient = x / y;
  const bool sized = moderate(x) && moderate(y) && y != 0 && moderate(quotient);
  if (constants(a, b) && sized && std::fma(quotient, y, -x) == 0) return {quotient};
  return binary(a, b, quotient, [](const Expr& e, const Expr& g) { return e / g; });
}

std::partial_ordering Traced::order(const Traced& a, const Traced& b) {
  const std::partial_ordering in_double = a.value_ <=> b.value_;
  // Constants, and numbers that are not finite, have no border between them.
  Recording* r = Recording::current();
  if (r != nullptr && !constants(a, b) && std::isfinite(a.value_ - b.value_))
    r->depends_on(r->expr(a) - r->expr(b), in_double > 0 ? 1 : in_double < 0 ? -1 : 0);
  return in_double;
}

Traced exp(const Traced& x) {
  return unary(x, std::exp(x.value()), [](const Expr& e) { return exp(e); });
}
Traced expm1(const Traced& x) {
  return unary(x, std::expm1(x.value()), [](const Expr& e) { return expm1(e); });
}
Traced log1p(const Traced& x) {
  return unary(x, std::log1p(x.value()), [](const Expr& e) { return log1p(e); });
}
Traced log(const Traced& x) {
  return unary(x, std::log(x.value()), [](const Expr& e) { return log(e); });
}
Traced sin(const Traced& x) {
  return unary(x, std::sin(x.value()), [](const Expr& e) { return sin(e); });
}
Traced cos(const Traced& x) {
  return unary(x, std::cos(x.value()), [](const Expr& e) { return cos(e); });
}
Traced tanh(const Traced& x) {
  return unary(x, std::tanh(x.value()), [](const Expr& e) { return tanh(e); });
}
Traced sqrt(const Traced& x) {
  return unary(x, std::sqrt(x.value()), [](const Expr& e) { return sqrt(e); });
}
Traced square(const Traced& x) {
  return unary(x, x.value() * x.value(), [](const Expr& e) { return square(e); });
}
Traced abs(const Traced& x) {
  return unary(x, std::abs(x.value()), [](const Expr& e) { return abs(e); });
}
Traced relu(const Traced& x) {
  return unary(x, x.value() > 0 ? x.value() : 0 * x.value(), [](const Expr& e) { return relu(e); });
}
Traced sigmoid(const Traced& x) {
  return unary(x, 1 / (1 + std::exp(-x.value())), [](const Expr& e) { return sigmoid(e); });
}
Traced softplus(const Traced& x) {
  const double v = x.value();
  return unary(x, (v > 0 ? v : 0) + std::log1p(std::exp(-std::abs(v))),
               [](const Expr& e) { return softplus(e); });
}
Traced stop(const Traced& x) {
  return unary(x, x.value(), [](const Expr& e) { return stop(e); });
}
Traced reverse(const Traced& x, double lambda) {
  return unary(x, x.value(), [&](const Expr& e) { return reverse(e, Literal(lambda)); });
}
Traced max(const Traced& a, const Traced& b) {
  return binary(a, b, std::fmax(a.value(), b.value()),
                [](const Expr& x, const Expr& y) { return max(x, y); });
}
Traced min(const Traced& a, const Traced& b) {
  return binary(a, b, std::fmin(a.value(), b.value()),
                [](const Expr& x, const Expr& y) { return min(x, y); });
}

// Written with the operations that there are; in exact numbers they are the same functions.
Traced exp2(const Traced& x) { return exp(x * log(Traced(2))); }
Traced log2(const Traced& x) { return log(x) / log(Traced(2)); }
Traced log10(const Traced& x) { return log(x) / log(Traced(10)); }
Traced tan(const Traced& x) { return sin(x) / cos(x); }
Traced sinh(const Traced& x) { return (exp(x) - exp(-x)) / 2; }
Traced cosh(const Traced& x) { return (exp(x) + exp(-x)) / 2; }
Traced hypot(const Traced& a, const Traced& b) { return sqrt(square(a) + square(b)); }

Traced pow(const Traced& x, const Traced& y) {
  const double exponent = y.value();
  if (!y.is_constant()) return exp(y * log(x));
  if (exponent == 0.5) return sqrt(x);
  if (std::nearbyint(exponent) != exponent || std::abs(exponent) > 1000) return exp(y * log(x));
  const int n = static_cast<int>(exponent);
  return unary(x, std::pow(x.value(), n), [n](const Expr& e) { return pow(e, n); });
}

Traced nearbyint(const Traced& x) {
  const double value = std::nearbyint(x.value());
  return unary(x, value, [&](const Expr& e) {
    Recording& r = *Recording::current();
    const Expr rounded = round(e);
    // Halfway between two integers the value jumps.
    r.depends_on(r.constant(0.5) - abs(e - rounded), 0.5 - std::abs(x.value() - value));
    return r.rounding() == Rounding::straight_through ? rounded : stop(rounded);
  });
}

}  // namespace gradproof::inline v0
