#include "picture.hpp"

#include <algorithm>
#include <cmath>
#include <gradproof/calculus.hpp>
#include <sstream>

namespace dann {

namespace {

// A tenth of a pixel is enough.
std::string px(double value) {
  std::ostringstream text;
  text << std::round(value * 10) / 10;
  return text.str();
}

std::string opened(double width, double height) {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + px(width) + " " + px(height) +
         "\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"" + px(width) + "\" height=\"" +
         px(height) + "\" fill=\"#fff\"/>\n";
}

std::string words(double x, double y, std::string_view text, const std::string& colour = "#333") {
  return "<text x=\"" + px(x) + "\" y=\"" + px(y) + "\" fill=\"" + colour + "\">" + std::string(text) +
         "</text>\n";
}

// The part of the plane that a panel shows.
constexpr double left = -0.8, right = 1.8, bottom = -1.8, top = 1.8, scale = 90;
constexpr double panel_width = (right - left) * scale, panel_height = (top - bottom) * scale;
constexpr double gap = 20, header = 40;

double across(double x) { return (x - left) * scale; }
double down(double y) { return (top - y) * scale; }

// The cells of a grid where label 1 is the likelier one; cells side by side are one rectangle.
std::string region(const Parameters& parameters) {
  constexpr int cells = 100;
  constexpr double w = (right - left) / cells, h = (top - bottom) / cells;
  std::vector<Point> middles;
  for (int i = 0; i < cells; ++i)
    for (int j = 0; j < cells; ++j) middles.push_back({left + (j + 0.5) * w, top - (i + 0.5) * h});
  const gradproof::Graph graph = label_logits(parameters, middles);
  const auto values = gradproof::evaluate<double>(graph);
  const auto logits = values[graph.outputs()[0].node];
  std::string path;
  for (int i = 0; i < cells; ++i)
    for (int j = 0, end = 0; j < cells; j = end + 1) {
      const auto is_one = [&](int at) {
        return at < cells && logits[static_cast<std::size_t>(i * cells + at)] > 0;
      };
      for (end = j; is_one(end);) ++end;
      if (end == j) continue;
      const std::string width = px((end - j) * w * scale), height = px(h * scale);
      path +=
        "M" + px(j * w * scale) + " " + px(i * h * scale) + "h" + width + "v" + height + "h-" + width + "z";
    }
  return "<path fill=\"#fbe9d7\" d=\"" + path + "\"/>\n";
}

// Points as strokes of no length with round ends.
std::string dots(const Domain& domain, double label, const std::string& colour) {
  std::string path;
  for (std::size_t i = 0; i < domain.points.size(); ++i)
    if (domain.labels[i] == label)
      path += "M" + px(across(domain.points[i][0])) + " " + px(down(domain.points[i][1])) + "h0";
  return "<path stroke=\"" + colour + "\" stroke-width=\"3\" stroke-linecap=\"round\" d=\"" + path + "\"/>\n";
}

constexpr std::array<const char*, 3> layer_colours = {"#888888", "#1b7f4d", "#b3261e"};
std::string colour_of(Layer layer) { return layer_colours[static_cast<std::size_t>(layer)]; }

std::string share(double part) {
  std::ostringstream text;
  text << std::round(part * 1000) / 10 << " %";
  return text.str();
}

}  // namespace

std::string boundary_picture(const Blobs& blobs, const std::vector<Panel>& panels) {
  std::string svg =
    opened(static_cast<double>(panels.size()) * (panel_width + gap) + gap, panel_height + header + 44);
  double x = gap;
  for (const Panel& panel : panels) {
    const std::string on_target = share(accuracy(blobs, panel.parameters).target);
    svg += words(x, 18, name(panel.layer), colour_of(panel.layer)) +
           words(x, 34, on_target + " of the target told rightly");
    svg += "<svg x=\"" + px(x) + "\" y=\"" + px(header) + "\" width=\"" + px(panel_width) + "\" height=\"" +
           px(panel_height) + "\">\n<rect width=\"100%\" height=\"100%\" fill=\"#e3edf7\"/>\n" +
           region(panel.parameters);
    svg += dots(blobs.source, 0, "#8fb4dd") + dots(blobs.source, 1, "#eab676");
    svg += dots(blobs.target, 0, "#1f4e8c") + dots(blobs.target, 1, "#a85400") + "</svg>\n";
    x += panel_width + gap;
  }
  const double below = panel_height + header + 18;
  svg +=
    words(gap, below, "label 0: blue, label 1: orange; the source's points are light, the target's dark");
  svg += words(gap, below + 16, "background: what the network says there");
  return svg + "</svg>\n";
}

namespace {

constexpr double plot_left = 50, plot_top = 16, plot_width = 620, plot_height = 280, least_shown = 0.3;

double along(const Course& course, std::size_t i) {
  return plot_left + plot_width * course.steps[i] / course.steps.back();
}
double height_of(double accuracy) { return plot_top + plot_height * (1 - accuracy) / (1 - least_shown); }

std::string drawn(const Curve& curve) {
  std::string mean, low, high;
  const Course& any = curve.courses.front();
  for (std::size_t i = 0; i < any.steps.size(); ++i) {
    double least = 1, most = 0, sum = 0;
    for (const Course& course : curve.courses) {
      const double a = course.accuracies[i].target;
      least = std::min(least, a), most = std::max(most, a), sum += a;
    }
    const std::string x = px(along(any, i)) + ",";
    mean += x + px(height_of(sum / static_cast<double>(curve.courses.size()))) + " ";
    low += x + px(height_of(least)) + " ";
    high.insert(0, x + px(height_of(most)) + " ");
  }
  const std::string colour = colour_of(curve.layer);
  return "<polygon fill=\"" + colour + "\" fill-opacity=\"0.15\" points=\"" + low + high +
         "\"/>\n<polyline fill=\"none\" stroke=\"" + colour + "\" stroke-width=\"2\" points=\"" + mean +
         "\"/>\n";
}

}  // namespace

std::string accuracy_picture(const std::vector<Curve>& curves) {
  std::string svg = opened(plot_left + plot_width + 30, plot_top + plot_height + 76);
  for (const double a : {0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0})
    svg += words(8, height_of(a) + 4, share(a)) + "<path stroke=\"#ddd\" d=\"M" + px(plot_left) + " " +
           px(height_of(a)) + "h" + px(plot_width) + "\"/>\n";
  for (const Curve& curve : curves) svg += drawn(curve);
  const Course& any = curves.front().courses.front();
  const double below = plot_top + plot_height + 18;
  svg += words(plot_left, below, "0") +
         words(plot_left + plot_width - 24, below, std::to_string(any.steps.back())) +
         words(plot_left + plot_width / 2 - 20, below, "step");
  double x = plot_left;
  for (const Curve& curve : curves) {
    svg += words(x, below + 24, name(curve.layer), colour_of(curve.layer));
    x += 120;
  }
  svg += words(plot_left, below + 44,
               "part of the target told rightly: mean of " + std::to_string(curves.front().courses.size()) +
                 " seeds, and from the worst to the best");
  return svg + "</svg>\n";
}

}  // namespace dann
