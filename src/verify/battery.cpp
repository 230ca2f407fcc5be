#include "verify/battery.hpp"

#include <cmath>

#include "gradproof/ops.hpp"

namespace gradproof::inline v0 {

namespace {

// Signed values with full mantissas over a few binades, as the dtype has them.
std::vector<double> random_values(Draw& draw, std::size_t count, Dtype dtype) {
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) {
    const double mantissa = 1 + std::ldexp(static_cast<double>(draw.next() >> 12), -52);
    const int exponent = draw.between(-6, 6);
    const bool negative = draw.chance(1, 2);
    values.push_back(rounded(dtype, std::ldexp(negative ? -mantissa : mantissa, exponent)));
  }
  return values;
}

std::vector<double> special_values(Dtype dtype) {
  const Format& f = format(dtype);
  const double tiny = std::ldexp(1, f.min_exponent - f.precision + 1);
  const double largest = std::ldexp(2 - std::ldexp(1, 1 - f.precision), f.max_exponent);
  // A product of it by 0.3 is not zero, so that whoever takes it for zero is seen.
  const double subnormal = std::ldexp(0.75, f.min_exponent);
  return {0.0,     -0.0,     INFINITY,  -INFINITY, NAN, tiny, -tiny, std::ldexp(1, f.min_exponent),
          largest, -largest, subnormal, -1.0};
}

// The first row again in each row: what an expanded tensor holds.
void repeat_rows(std::vector<double>& values, Shape shape) {
  for (std::size_t i = shape.cols; i < values.size(); ++i) values[i] = values[i % shape.cols];
}

}  // namespace

Graph lone_reversal(Shape shape, double lambda, std::span<const double> x,
                    std::span<const double> cotangent) {
  Builder b;
  const std::vector<Literal> values(x.begin(), x.end());
  const Expr input = b.input(shape, values, "x");
  b.output(reverse(input, Literal(lambda)), {cotangent.begin(), cotangent.end()});
  return std::move(b).finish_or_die();
}

std::vector<Case> layer_cases(Dtype dtype, std::uint64_t seed, std::optional<double> fixed_lambda) {
  std::vector<Case> cases;
  Draw draw(seed, static_cast<std::uint64_t>(dtype));
  const auto add = [&](Shape shape, int rank, Layout layout, double lambda) {
    std::vector<double> x = random_values(draw, shape.size(), dtype);
    std::vector<double> g = random_values(draw, shape.size(), dtype);
    if (layout == Layout::expanded) {
      repeat_rows(x, shape);
      repeat_rows(g, shape);
    }
    cases.push_back({lone_reversal(shape, fixed_lambda.value_or(lambda), x, g), dtype, layout, rank});
  };
  const Shape usual{3, 4};
  const std::array lambdas = {0.1, 1.0, 0.5, 0.0, -1.0, -0.7, 2.0, 3.7, 1e-3, 0x1p-60, 0x1p40, 1.0 / 3};
  // One of them is a batch of one.
  for (const double lambda : lambdas) add(lambda == 2 ? Shape{1, 4} : usual, 2, Layout::contiguous, lambda);
  for (const auto& [shape, rank] : {std::pair{Shape{1, 1}, 0},
                                    {Shape{1, 1}, 1},
                                    {Shape{1, 7}, 1},
                                    {Shape{1, 257}, 1},
                                    {Shape{1, 1000}, 1},
                                    {Shape{1, 0}, 1},
                                    {Shape{0, 3}, 2},
                                    {Shape{1031, 2}, 2},
                                    {Shape{33, 31}, 2},
                                    {Shape{5, 5}, 2},
                                    {Shape{6, 4}, 3},
                                    {Shape{6, 20}, 4}})
    add(shape, rank, Layout::contiguous, 0.3);
  for (const Layout layout : {Layout::transposed, Layout::strided, Layout::offset, Layout::expanded})
    for (const Shape shape : {usual, Shape{5, 67}}) add(shape, 2, layout, 0.7);
  const std::vector<double> special = special_values(dtype);
  const std::vector<double> plain = random_values(draw, special.size(), dtype);
  cases.push_back(
    {lone_reversal(usual, fixed_lambda.value_or(0.3), special, plain), dtype, Layout::contiguous, 2});
  cases.push_back(
    {lone_reversal(usual, fixed_lambda.value_or(0.3), plain, special), dtype, Layout::contiguous, 2});
  return cases;
}

std::vector<Case> sized_cases(Dtype dtype, std::uint64_t seed, std::optional<double> fixed_lambda) {
  std::vector<Case> cases;
  Draw draw(seed, 200 + static_cast<std::uint64_t>(dtype));
  const double lambda = fixed_lambda.value_or(-0.4);
  for (const std::uint32_t n : {2U,  3U,   4U,   5U,   15U,  16U,  17U,  31U,   33U,   63U,   64U,
                                65U, 127U, 128U, 129U, 255U, 256U, 511U, 1023U, 1024U, 1025U, 4097U})
    for (const Layout layout : {Layout::contiguous, Layout::offset}) {
      const Shape shape{1, n};
      const std::vector<double> x = random_values(draw, n, dtype), g = random_values(draw, n, dtype);
      cases.push_back({lone_reversal(shape, lambda, x, g), dtype, layout, 1});
    }
  const std::array x = {1.25}, g = {-0.75};
  cases.push_back({lone_reversal({1, 100003}, lambda, x, g), dtype, Layout::contiguous, 1});
  return cases;
}

std::vector<Case> life_cases(Dtype dtype, std::uint64_t seed, std::optional<double> fixed_lambda) {
  std::vector<Case> cases;
  Draw draw(seed, 100 + static_cast<std::uint64_t>(dtype));
  for (const double lambda : {0.5, 0.3, -1.25}) {
    const Shape shape{2, 3};
    const std::vector<double> x = random_values(draw, shape.size(), dtype);
    const std::vector<double> g = random_values(draw, shape.size(), dtype);
    cases.push_back({lone_reversal(shape, fixed_lambda.value_or(lambda), x, g), dtype});
  }
  return cases;
}

Graph meeting_graph(Meeting meeting) {
  Builder b;
  const auto input = [&](double v, std::string name) {
    return b.input({}, std::array{Literal(v)}, std::move(name));
  };
  const Expr x = input(3, "x");
  const auto times16 = [&](const Expr& e) { return e * b.constant({}, Literal(16)); };
  switch (meeting) {
    case Meeting::shared_input: b.output(reverse(x, Literal(2)) + times16(x)); break;
    case Meeting::neighbour: b.output(reverse(x, Literal(2)) + input(5, "z"), {Literal(4)}); break;
    case Meeting::stacked: b.output(reverse(reverse(x, Literal(2)), Literal(8))); break;
    case Meeting::side_by_side: {
      const Expr z = input(5, "z");
      b.output(reverse(x, Literal(2)));
      b.output(reverse(z, Literal(8)));
      break;
    }
    case Meeting::one_input:
      b.output(reverse(x, Literal(2)));
      b.output(reverse(x, Literal(8)));
      break;
    case Meeting::two_consumers: {
      const Expr r = reverse(x, Literal(2));
      b.output(r + times16(r));
      break;
    }
  }
  return std::move(b).finish_or_die();
}

Recipe graph_recipe(Family family, Dtype dtype, const std::vector<std::string>& ops) {
  Recipe r;
  r.family = family;
  r.max_nodes = 14;
  r.lambda_operand = false;
  r.extreme_lambda = dtype == Dtype::f64;
  r.format_bits = static_cast<std::uint32_t>(std::min(24, format(dtype).precision));
  for (std::size_t i = 0; i < op_count; ++i) {
    const std::string_view name = info(OpId{static_cast<std::uint8_t>(i)}).name;
    if (std::ranges::find(ops, name) == ops.end()) r.without |= std::uint64_t{1} << i;
  }
  return r;
}

}  // namespace gradproof::inline v0
