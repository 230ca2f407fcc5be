#include "study/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "report/markup.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr double left = 52, right = 10, top = 10, bottom = 40, width = 520, height = 300;
constexpr double small_row = 18;  // what the row of small ones takes of the height
constexpr std::array dashes = {"", "6 3", "2 3", "8 3 2 3"};

// The ends of the data along one axis.
struct Span {
  double low = 0, high = 0;
  bool any = false;
  void take(double v) {
    if (!std::isfinite(v)) return;
    low = any ? std::min(low, v) : v;
    high = any ? std::max(high, v) : v;
    any = true;
  }
  void widen(double unit = 1) {
    low = unit * std::floor(low / unit);
    high = std::max(unit * std::ceil(high / unit), low + unit);
  }
};

class Axes {
 public:
  explicit Axes(const LogChart& chart) : least_(chart.y_least) {
    for (const ChartSeries& s : chart.series)
      for (const ChartPoint& p : s.points) {
        x_.take(p.x);
        if (!is_small(p.y)) y_.take(p.y);
      }
    if (least_) y_.take(*least_);
    x_.widen(chart.x_base == 2 ? std::log10(2.0) : 1);
    y_.widen();
  }
  [[nodiscard]] double x(double v) const {
    return left + (v - x_.low) / (x_.high - x_.low) * (width - left - right);
  }
  [[nodiscard]] double y(double v) const {
    if (is_small(v)) return height - bottom - 7;
    return top + (y_.high - v) / (y_.high - y_.low) * (height - top - bottom - (least_ ? small_row : 0));
  }
  [[nodiscard]] bool shows(const ChartPoint& p) const {
    return std::isfinite(p.x) && (std::isfinite(p.y) || is_small(p.y));
  }
  [[nodiscard]] const Span& across() const { return x_; }
  [[nodiscard]] const Span& down() const { return y_; }

 private:
  [[nodiscard]] bool is_small(double y) const { return least_ && y < *least_; }
  Span x_, y_;
  std::optional<double> least_;
};

// About eight labels: every so many units.
double stride(double range) { return std::max(1.0, std::ceil(range / 8)); }

std::string grid(const LogChart& chart, const Axes& axes) {
  std::string text;
  for (double v = axes.down().low; v <= axes.down().high; v += stride(axes.down().high - axes.down().low))
    text += fmt::format(
      R"(<path class="grid" d="M{} {:.1f}H{}"/><text x="{}" y="{:.1f}" text-anchor="end">1e{:.0f}</text>)",
      left, axes.y(v), width - right, left - 4, axes.y(v) + 3.5, v);
  if (chart.y_least)
    text += fmt::format(R"(<text x="{}" y="{:.1f}" text-anchor="end">less</text>)", left - 4,
                        height - bottom - 3.5);
  const double unit = chart.x_base == 2 ? std::log10(2.0) : 1;
  const double low = std::ceil(axes.across().low / unit), high = std::floor(axes.across().high / unit);
  for (double v = low; v <= high; v += stride(high - low))
    text += fmt::format(
      R"(<path class="tick" d="M{0:.1f} {1}v4"/><text x="{0:.1f}" y="{2}" text-anchor="middle">{3}{4:.0f}</text>)",
      axes.x(v * unit), height - bottom, height - bottom + 15, chart.x_base == 2 ? "2^" : "1e", v);
  return text + fmt::format(R"(<text x="{:.0f}" y="{:.0f}" text-anchor="middle">{}</text>)",
                            (left + width - right) / 2, height - 6, chart.x_title);
}

// Each dot is a stroke of no length with round ends. Dots that would cover each other are drawn once, so that a page of a
// million entries is no larger than one of a thousand.
std::string dots(const ChartSeries& series, const Axes& axes) {
  std::set<std::pair<long, long>> drawn;
  std::string d;
  for (const ChartPoint& p : series.points) {
    if (!axes.shows(p)) continue;
    const auto place = std::pair{std::lround(axes.x(p.x) / 2), std::lround(axes.y(p.y) / 2)};
    if (drawn.insert(place).second) d += fmt::format("M{} {}h0", 2 * place.first, 2 * place.second);
  }
  return d;
}

std::string path(const ChartSeries& series, const Axes& axes) {
  std::string d;
  bool down = false;
  for (const ChartPoint& p : series.points) {
    const bool visible = axes.shows(p);
    if (visible) d += fmt::format("{}{:.1f} {:.1f}", down ? "L" : "M", axes.x(p.x), axes.y(p.y));
    down = visible;
  }
  return d;
}

}  // namespace

std::string to_svg(const LogChart& chart) {
  const Axes axes(chart);
  std::string text = fmt::format(R"(<svg viewBox="0 0 {} {}" role="img" aria-label="{}">)", width, height,
                                 escaped(chart.title));
  text += grid(chart, axes);
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    const ChartSeries& s = chart.series[i];
    if (s.dots) text += fmt::format(R"(<path class="dots s{}" d="{}"/>)", i, dots(s, axes));
    else
      text += fmt::format(R"(<path class="curve s{}" stroke-dasharray="{}" d="{}"/>)", i,
                          dashes[i % dashes.size()], path(s, axes));
  }
  return text + "</svg>";
}

std::string figure_html(const LogChart& chart, const std::string& caption) {
  std::string text = "<figure>" + to_svg(chart) + "<figcaption class=\"key\">";
  if (!caption.empty()) text += "<b>" + escaped(caption) + "</b> ";
  for (std::size_t i = 0; i < chart.series.size(); ++i)
    text += fmt::format("<span class=\"s{}\">{}</span>", i, escaped(chart.series[i].name));
  return text + "</figcaption></figure>\n";
}

}  // namespace gradproof::inline v0
