#include "accuracy/sample.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradproof/ops.hpp"
#include "graph/apply.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double shifted(Dtype dtype, double x, int ulps) { return rounded(dtype, x + ulps * ulp(dtype, x)); }

int least_exponent(Dtype dtype) { return format(dtype).min_exponent - format(dtype).precision + 1; }

double number_in(Draw& draw, Dtype dtype, int low, int high) {
  const int exponent =
    draw.between(std::max(low, least_exponent(dtype)), std::min(high, format(dtype).max_exponent));
  const double mantissa = 1 + std::ldexp(static_cast<double>(draw.next() >> 12), -52);
  const bool negative = draw.chance(1, 2);
  return rounded(dtype, std::ldexp(negative ? -mantissa : mantissa, exponent));
}

double drawn_number(Draw& draw, Dtype dtype) {
  constexpr int all = 5000;
  return draw.chance(1, 2) ? number_in(draw, dtype, -all, all) : number_in(draw, dtype, -20, 10);
}

// Where functions have zeros, kinks and thresholds, by size: integers and halves, multiples of pi/2, where
// exponentials leave the format or fall below an ulp of 1, where powers leave it, where integers end, and the format's
// own ends.
std::vector<double> landmarks(Dtype dtype) {
  const Format& f = format(dtype);
  const double ln2 = std::log(2.0), least = std::ldexp(1, least_exponent(dtype)),
               largest = std::ldexp(2 - std::ldexp(1, 1 - f.precision), f.max_exponent);
  std::vector<double> v = {least,
                           3 * least,
                           std::ldexp(1, f.min_exponent),
                           largest,
                           0.25,
                           0.5,
                           1,
                           1.5,
                           2,
                           2.5,
                           3,
                           3.5,
                           10,
                           std::ldexp(1, f.precision - 1),
                           std::ldexp(1, f.precision),
                           std::ldexp(1, -f.precision),
                           f.precision * ln2 / 2,
                           (f.precision + 1) * ln2 / 2,
                           f.precision * ln2,
                           (f.precision + 1) * ln2,
                           (f.max_exponent + 1) * ln2,
                           -f.min_exponent * ln2,
                           -least_exponent(dtype) * ln2};
  for (const int n : {2, 3}) {
    v.push_back(std::pow(largest, 1.0 / n));
    v.push_back(std::pow(std::ldexp(1, f.min_exponent), 1.0 / n));
  }
  for (const int k : {1, 2, 3, 4, 5, 6, 7, 8, 22, 355, 710}) v.push_back(k * std::acos(-1.0) / 2);
  for (double& x : v) x = rounded(dtype, x);
  std::erase_if(v, [](double x) { return x == 0 || !std::isfinite(x); });
  return v;
}

// f(first operand, second operand) by the operation's struct, in double.
bool with_kink(OpId op, double x, double y) {
  return with_op(op, [&]<class O>(std::type_identity<O>) {
    if constexpr (O::kind != Kind::selection) return false;
    else if constexpr (O::arity == 1) return !(O::kink(x) < 0 || O::kink(x) > 0);
    else return !(O::kink(x, y) < 0 || O::kink(x, y) > 0);
  });
}

}  // namespace

std::vector<Measured> measured_as(OpId op) {
  if (info(op).attribute == AttributeKind::exponent) return {{op, 3}, {op, -1}};
  return {{op}};
}

std::string name(const Measured& m) {
  const std::string name(info(m.op).name);
  return info(m.op).attribute == AttributeKind::exponent ? name + " " + std::to_string(m.exponent) : name;
}

bool has_second(const Measured& m) { return info(m.op).arity == 2; }

Points Points::part(std::size_t from, std::size_t count) const {
  const auto cut = [&](const std::vector<double>& v) {
    if (v.empty()) return v;
    const auto begin = v.begin() + static_cast<std::ptrdiff_t>(from);
    return std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(count));
  };
  return {cut(first), cut(second)};
}

std::vector<double> Points::at(std::size_t i) const {
  if (second.empty()) return {first[i]};
  return {first[i], second[i]};
}

Graph graph_of(const Measured& m, const Points& points) {
  const Shape shape{1, static_cast<std::uint32_t>(points.size())};
  const std::vector<Literal> first(points.first.begin(), points.first.end()),
    second(points.second.begin(), points.second.end());
  Builder b;
  const Expr x = b.input(shape, first, "x");
  if (m.op == id_of<Reverse>()) {
    b.output(reverse(x, Literal(m.lambda)), second);
    return std::move(b).finish_or_die();
  }
  std::vector<Expr> operands = {x};
  if (has_second(m)) operands.push_back(b.input(shape, second, "y"));
  b.output(b.node(m.op, operands, {{m.exponent, 0, 0, 0}}));
  return std::move(b).finish_or_die();
}

bool is_regular(const Measured& m, double x, double y) {
  if (!std::isfinite(x) || (has_second(m) && !std::isfinite(y))) return false;
  return with_op(m.op, [&]<class O>(std::type_identity<O>) {
    if constexpr (O::kind == Kind::elementwise || O::kind == Kind::selection) {
      const Attributes attributes{{m.exponent, 0, 0, 0}};
      if (!inside(O::domain[0], x, attributes)) return false;
      if constexpr (O::arity == 2) return m.op == id_of<Reverse>() || inside(O::domain[1], y, attributes);
      return true;
    } else {
      return false;
    }
  });
}

bool is_on_kink(const Measured& m, double x, double y) { return with_kink(m.op, x, y); }

Points drawn_points(const Measured& m, Dtype dtype, Draw& draw, std::uint64_t count) {
  const bool second = has_second(m);
  Points points;
  while (points.size() < count) {
    const double x = drawn_number(draw, dtype);
    double y = 0;
    if (second && draw.chance(1, 2)) {
      y = drawn_number(draw, dtype);
    } else if (second && x != 0 && std::isfinite(x)) {
      const int reach = format(dtype).precision + 2, near = std::ilogb(x);
      y = number_in(draw, dtype, std::clamp(near - reach, least_exponent(dtype), format(dtype).max_exponent),
                    std::clamp(near + reach, least_exponent(dtype), format(dtype).max_exponent));
    }
    if (is_regular(m, x, y)) points.add(x, y, second);
  }
  return points;
}

Points edge_points(const Measured& m, Dtype dtype) {
  const bool second = has_second(m);
  Points points;
  const auto add = [&](double x, double y) {
    if (is_regular(m, x, y)) points.add(x, y, second);
  };
  std::vector<double> values = {0.0, -0.0};
  for (const double v : landmarks(dtype))
    for (const double x : {v, -v}) values.push_back(x);
  for (const double x : values) {
    if (!second) {
      for (int k = -3; k <= 3; ++k) add(shifted(dtype, x, k), 0);
      continue;
    }
    for (const double y : {x, -x, shifted(dtype, x, 1), -shifted(dtype, x, 1), shifted(dtype, x, -1)}) {
      add(x, y);
      add(y, x);
    }
    for (const double y : landmarks(dtype)) {
      add(x, y);
      add(x, -y);
    }
  }
  return points;
}

Points special_points(const Measured& m) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Points points;
  for (const double x : {infinity, -infinity, nan, 0.0, -1.0, 2.0}) {
    if (!has_second(m)) {
      if (!is_regular(m, x, 0)) points.add(x, 0, false);
      continue;
    }
    for (const double y : {infinity, -infinity, nan, 0.0, 2.0})
      if (!is_regular(m, x, y)) points.add(x, y, true);
  }
  return points;
}

Points without_subnormals(const Measured& m, const Points& points, Dtype dtype) {
  const auto is_subnormal = [&](double x) {
    return x != 0 && std::abs(x) < std::ldexp(1, format(dtype).min_exponent);
  };
  Points kept;
  for (std::size_t i = 0; i < points.size(); ++i)
    if (std::ranges::none_of(points.at(i), is_subnormal) &&
        !(m.op == id_of<Reverse>() && is_subnormal(m.lambda * points.second[i])))
      kept.add(points.first[i], points.second.empty() ? 0 : points.second[i], !points.second.empty());
  return kept;
}

std::pair<double, double> changed_point(const Measured& m, Dtype dtype, Draw& draw, double x, double y) {
  const auto changed = [&](double v) {
    const std::uint32_t kind = draw.below(8);
    if (kind == 0 || v == 0) return drawn_number(draw, dtype);
    if (kind == 1) return -v;
    if (kind == 2) return rounded(dtype, v * (draw.chance(1, 2) ? 2 : 0.5));
    // By some ulps, from one to nearly all that the number has.
    const double step = std::ldexp(ulp(dtype, v), draw.between(0, format(dtype).precision - 2));
    const double by = step * draw.between(1, 3);
    return rounded(dtype, draw.chance(1, 2) ? v + by : v - by);
  };
  for (int attempt = 0; attempt < 20; ++attempt) {
    const bool at_second = has_second(m) && draw.chance(1, 2);
    const double a = at_second ? x : changed(x), b = at_second ? changed(y) : y;
    if (is_regular(m, a, b)) return {a, b};
  }
  return {x, y};
}

}  // namespace gradproof::inline v0
