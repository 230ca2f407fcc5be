#include "accuracy/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "accuracy/rows.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr double left = 46, right = 8, top = 10, bottom = 24, width = 440, height = 170;
constexpr double label_room = 38;     // between the middles of two labels
constexpr double least_shown = 0.01;  // ulps; what is smaller lies on the floor

// Places on the axis: a unit for each bin, as the bins of a report are cut. Negative inputs mirror positive ones, with 0
// in the middle.
double place(int exponent) {
  if (exponent >= 16) return 80 + (exponent - 16) / 16.0;
  if (exponent >= -64) return exponent + 64;
  return (exponent + 64) / 16.0;
}

class Axes {
 public:
  explicit Axes(const PartAccuracy& part) {
    double highest = 1;
    for (const ExponentBin& b : part.bins) {
      low_ = std::min(low_, place(b.exponent));
      high_ = std::max(high_, place(b.exponent) + 1);
      lowest_exponent_ = std::min(lowest_exponent_, b.exponent);
      highest_exponent_ = std::max(highest_exponent_, b.exponent);
      mirrored_ = mirrored_ || b.negative;
      highest = std::max(highest, b.highest);
    }
    decades_ = std::max(1.0, std::ceil(std::log10(highest) - 1e-9));
  }

  [[nodiscard]] double x(bool negative, double at) const {
    const double share = (at - low_) / std::max(1.0, high_ - low_), room = width - left - right;
    if (!mirrored_) return left + share * room;
    return left + room * (negative ? 0.5 - share / 2 : 0.5 + share / 2);
  }
  [[nodiscard]] double y(double ulps) const {
    const double floor = std::log10(least_shown), v = std::log10(std::max(ulps, least_shown));
    return top + (height - top - bottom) * (1 - (v - floor) / (decades_ - floor));
  }
  [[nodiscard]] bool mirrored() const { return mirrored_; }
  [[nodiscard]] double decades() const { return decades_; }
  [[nodiscard]] bool has(int exponent) const {
    return exponent >= lowest_exponent_ && exponent <= highest_exponent_ + 15;
  }

 private:
  double low_ = 0, high_ = 1, decades_ = 1;
  int lowest_exponent_ = 0, highest_exponent_ = 0;
  bool mirrored_ = false;
};

std::string grid(const Axes& axes) {
  std::string text;
  const auto line = [&](double ulps, const std::string& label, std::string_view kind) {
    const double y = axes.y(ulps);
    text += fmt::format(
      R"(<path class="{}" d="M{} {:.1f}H{}"/><text x="{}" y="{:.1f}" text-anchor="end">{}</text>)", kind,
      left, y, width - right, left - 4, y + 3.5, label);
  };
  line(0.01, "0", "grid");
  line(0.5, "0.5", "half");
  const int step = axes.decades() > 6 ? 5 : axes.decades() > 3 ? 2 : 1;
  for (int d = step; d <= axes.decades(); d += step)
    line(std::pow(10, d), d <= 3 ? fmt::format("{}", std::lround(std::pow(10, d))) : fmt::format("1e{}", d),
         "grid");
  // The most telling places first; one whose label would touch another is left out.
  std::vector<double> taken;
  for (const int e : {0, -32, 768, -1024, -64, 16, 128, -256})
    for (const bool negative : {false, true}) {
      if (!axes.has(e) || (negative && !axes.mirrored())) continue;
      const double x = axes.x(negative, place(e));
      if (std::ranges::any_of(taken, [&](double t) { return std::abs(t - x) < label_room; })) continue;
      taken.push_back(x);
      const std::string label =
        fmt::format("{}{}", negative ? "-" : "", e == 0 ? "1" : fmt::format("2^{}", e));
      text += fmt::format(
        R"(<path class="tick" d="M{:.1f} {}v4"/><text x="{:.1f}" y="{}" text-anchor="middle">{}</text>)", x,
        height - bottom, x, height - 7, label);
    }
  return text;
}

// A step line over the bins of one sign; where neighbours agree it goes on.
std::string curve(const Axes& axes, const PartAccuracy& part, bool negative) {
  std::string d;
  double pen = -1, last_x = 0;
  for (const ExponentBin& b : part.bins) {
    if (b.negative != negative) continue;
    const double y = std::round(axes.y(b.highest)), from = axes.x(negative, place(b.exponent)),
                 to = axes.x(negative, place(b.exponent) + 1);
    if (d.empty()) d = fmt::format("M{:.1f} {}", from, y);
    else if (y != pen) d += fmt::format("H{:.1f}V{}", from, y);
    pen = y;
    last_x = to;
  }
  return d.empty() ? d : d + fmt::format("H{:.1f}", last_x);
}

}  // namespace

std::string chart_of(const OperationAccuracy& operation, const PartAccuracy& part) {
  const Axes axes(part);
  const std::string words = fmt::format(
    "{} {} in {}: largest error in ulps for each power of two of the input; {} at most", operation.operation,
    part.part, format(operation.dtype).words, part.worst ? ulps_text(part.worst->ulps) : "nothing");
  std::string text =
    fmt::format(R"(<svg viewBox="0 0 {} {}" role="img" aria-label="{}">)", width, height, words);
  text += grid(axes);
  for (const bool negative : {false, true})
    if (const std::string d = curve(axes, part, negative); !d.empty())
      text += fmt::format(R"(<path class="curve" d="{}"/>)", d);
  return text + "</svg>";
}

}  // namespace gradproof::inline v0
