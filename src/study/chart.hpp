// Curves over two logarithmic axes, as SVG.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace gradproof::inline v0 {

// A point by the logarithms of its coordinates.
struct ChartPoint {
  double x = 0, y = 0;
};
struct ChartSeries {
  std::string name;
  std::vector<ChartPoint> points;  // from left to right; a gap where two neighbours are NaN apart
  bool dots = false;               // no line through them
};
struct LogChart {
  std::string title;    // for those who do not see it
  std::string x_title;  // "h"
  int x_base = 10;      // of the labels; coordinates are log10 throughout
  std::vector<ChartSeries> series;
  // A whole number, where a line of the grid is. What is smaller, down to 0, stands in a row of its own below the others;
  // without it a 0 is left out.
  std::optional<double> y_least{};
};

// Each series has a class of its own, s0, s1 ..., for the page to colour, and a dash of its own for print.
[[nodiscard]] std::string to_svg(const LogChart& chart);
// The same with a caption that names the series.
[[nodiscard]] std::string figure_html(const LogChart& chart, const std::string& caption = {});

}  // namespace gradproof::inline v0
