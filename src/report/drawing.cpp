#include "report/drawing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "gradproof/ops.hpp"
#include "number/spelled.hpp"
#include "report/markup.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr std::size_t most_nodes = 60;
constexpr double letter = 7.4, line_height = 15, padding = 8, gap_x = 22, gap_y = 34, margin = 4;
constexpr std::size_t most_letters = 34;

// A node, or the place where an edge that skips a layer passes it.
struct Box {
  std::optional<NodeId> node;
  std::vector<std::string> lines{};  // the first one names it
  bool is_reversal = false, is_wrong = false, is_leaf = false;
  std::size_t layer = 0;
  std::vector<std::size_t> above{};            // boxes of the layer before this one
  double width = 0, height = 0, x = 0, y = 0;  // x is the middle
};

// The letters of UTF-8 text, of which continuation bytes are none.
std::size_t letters(std::string_view text) {
  return static_cast<std::size_t>(
    std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

std::string shortened(std::string text) {
  if (letters(text) <= most_letters) return text;
  std::size_t end = 0, seen = 0;
  while (seen < most_letters - 1) {
    ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) ++end;
    ++seen;
  }
  return text.substr(0, end) + "…";
}

std::string values_text(const Graph& g, NodeId id) {
  std::string text;
  for (const Literal& v : g.values(id)) {
    text += (text.empty() ? "" : " ") + v.text();
    if (text.size() > 2 * most_letters) break;
  }
  return text;
}

// A nameless scalar is a part of the node that reads it, and has no box.
bool is_in_place(const Graph& g, NodeId id) {
  const bool nameless = g.draft().names.empty() || g.draft().names[id.index].empty();
  const auto is_it = [&](const Output& o) { return o.node == id; };
  return nameless && g[id].op == id_of<Constant>() && g[id].shape.is_scalar() &&
         std::ranges::none_of(g.outputs(), is_it);
}

std::string attributes_text(const Node& node) {
  const auto& v = node.attributes.v;
  switch (info(node.op).attribute) {
    case AttributeKind::none: return "";
    case AttributeKind::exponent: return fmt::format(" {}", v[0]);
    case AttributeKind::axis: return v[0] == 0 ? " all" : v[0] == 1 ? " rows" : " cols";
    case AttributeKind::shape: return "";
    case AttributeKind::ranges: return fmt::format(" {}:{} {}:{}", v[0], v[1], v[2], v[3]);
  }
  return "";
}

std::vector<std::string> words_of(const Graph& g, NodeId id) {
  const Node& node = g[id];
  std::string first = g.name(id) + " = " + std::string(info(node.op).name) + attributes_text(node);
  if (info(node.op).kind == Kind::leaf)
    return {shortened(first + " " + node.shape.text()), shortened(values_text(g, id))};
  std::vector<std::string> lines;
  for (const NodeId x : g.operands(id))
    if (is_in_place(g, x) && node.op != id_of<Reverse>()) first += " " + values_text(g, x);
  lines.push_back(shortened(first));
  if (node.op == id_of<Reverse>())
    lines.push_back(
      shortened("gradient times -λ, λ = " + (is_in_place(g, node.operand[1]) ? values_text(g, node.operand[1])
                                                                             : g.name(node.operand[1]))));
  else if (!node.shape.is_scalar()) lines.push_back(node.shape.text());
  for (const Output& o : g.outputs())
    if (o.node == id) {
      std::string cotangent;
      for (const Literal& c : o.cotangent) cotangent += (cotangent.empty() ? "" : " ") + c.text();
      lines.push_back(shortened("output, cotangent " + cotangent));
    }
  return lines;
}

// Whether the disagreement is about this node: its place reads "gradient of NAME [0,1]".
bool is_about(const Disagreement& d, const std::string& node) {
  const std::string words = " " + node + " [";
  return d.place.find(words) != std::string::npos;
}

void add_claim(Box& box, const Disagreement& d) {
  box.is_wrong = true;
  box.lines.push_back(shortened(d.place));
  box.lines.push_back(shortened("claimed " + spelled(d.observed, 9)));
  box.lines.push_back(shortened("right   " + spelled(d.expected, 9)));
}

std::vector<Box> boxes_of(const Graph& g, const std::optional<Disagreement>& wrong) {
  std::vector<Box> boxes;
  std::vector<std::optional<std::size_t>> box_of(g.size());
  for (std::uint32_t i = 0; i < g.size(); ++i) {
    const NodeId id{i};
    if (is_in_place(g, id)) continue;
    Box box;
    box.node = id;
    box.lines = words_of(g, id);
    box.is_reversal = g[id].op == id_of<Reverse>();
    box.is_leaf = info(g[id].op).kind == Kind::leaf;
    for (const NodeId x : g.operands(id))
      if (box_of[x.index]) box.layer = std::max(box.layer, boxes[*box_of[x.index]].layer + 1);
    if (wrong && is_about(*wrong, g.name(id))) add_claim(box, *wrong);
    box_of[i] = boxes.size();
    boxes.push_back(std::move(box));
  }
  const std::size_t nodes = boxes.size();
  for (std::size_t b = 0; b < nodes; ++b)
    for (const NodeId x : g.operands(*boxes[b].node)) {
      if (!box_of[x.index]) continue;
      std::size_t from = *box_of[x.index];
      while (boxes[from].layer + 1 < boxes[b].layer) {
        Box pass;
        pass.layer = boxes[from].layer + 1;
        pass.above = {from};
        from = boxes.size();
        boxes.push_back(std::move(pass));
      }
      boxes[b].above.push_back(from);
    }
  return boxes;
}

using Layers = std::vector<std::vector<std::size_t>>;

// Each box under the middle of what it reads: two sweeps are enough for graphs that were made small.
Layers layers_of(const std::vector<Box>& boxes) {
  Layers layers;
  for (std::size_t b = 0; b < boxes.size(); ++b) {
    layers.resize(std::max(layers.size(), boxes[b].layer + 1));
    layers[boxes[b].layer].push_back(b);
  }
  std::vector<double> rank(boxes.size(), 0);
  std::vector<std::vector<std::size_t>> below(boxes.size());
  for (std::size_t b = 0; b < boxes.size(); ++b)
    for (const std::size_t a : boxes[b].above) below[a].push_back(b);
  const auto number = [&](const std::vector<std::size_t>& layer) {
    for (std::size_t i = 0; i < layer.size(); ++i) rank[layer[i]] = static_cast<double>(i);
  };
  const auto order = [&](std::vector<std::size_t>& layer, const auto& neighbours) {
    std::vector<double> middle(boxes.size(), 0);
    for (const std::size_t b : layer) {
      const std::vector<std::size_t>& all = neighbours(b);
      middle[b] = rank[b];
      if (all.empty()) continue;
      middle[b] = 0;
      for (const std::size_t n : all) middle[b] += rank[n] / static_cast<double>(all.size());
    }
    std::ranges::stable_sort(layer, std::ranges::less{}, [&](std::size_t b) { return middle[b]; });
    number(layer);
  };
  for (auto& layer : layers) number(layer);
  for (int sweep = 0; sweep < 2; ++sweep) {
    for (auto& layer : layers)
      order(
        layer, [&](std::size_t b) -> const auto& { return boxes[b].above; });
    for (std::size_t i = layers.size(); i-- > 0;)
      order(
        layers[i], [&](std::size_t b) -> const auto& { return below[b]; });
  }
  return layers;
}

// Gives each box its place, and returns the size of the whole.
std::pair<double, double> place(std::vector<Box>& boxes, const Layers& layers) {
  double widest = 0, y = margin;
  std::vector<double> widths;
  for (const auto& layer : layers) {
    double width = -gap_x;
    for (const std::size_t b : layer) {
      std::size_t longest = 0;
      for (const std::string& line : boxes[b].lines) longest = std::max(longest, letters(line));
      if (boxes[b].node) boxes[b].width = static_cast<double>(longest) * letter + 2 * padding;
      boxes[b].height = static_cast<double>(boxes[b].lines.size()) * line_height + padding;
      width += boxes[b].width + gap_x;
    }
    widths.push_back(width);
    widest = std::max(widest, width);
  }
  for (std::size_t i = 0; i < layers.size(); ++i) {
    double x = margin + (widest - widths[i]) / 2, tallest = 0;
    for (const std::size_t b : layers[i]) tallest = std::max(tallest, boxes[b].height);
    for (const std::size_t b : layers[i]) {
      boxes[b].x = x + boxes[b].width / 2;
      boxes[b].y = y + (boxes[b].node ? (tallest - boxes[b].height) / 2 : 0);
      if (!boxes[b].node) boxes[b].height = tallest;
      x += boxes[b].width + gap_x;
    }
    y += tallest + gap_y;
  }
  return {widest + 2 * margin, y - gap_y + margin};
}

std::string edges_svg(const std::vector<Box>& boxes) {
  std::string text;
  for (const Box& b : boxes) {
    // Two edges into one box end apart, so that x * x shows both, and without crossing each other.
    std::vector<std::size_t> above = b.above;
    std::ranges::stable_sort(above, std::ranges::less{}, [&](std::size_t a) { return boxes[a].x; });
    for (std::size_t k = 0; k < above.size(); ++k) {
      const Box& a = boxes[above[k]];
      const double to = b.x + (b.node && above.size() > 1 ? (k == 0 ? -9.0 : 9.0) : 0.0);
      const double y0 = a.y + a.height, y1 = b.y - (b.node ? 6 : 0), half = (y0 + y1) / 2;
      text +=
        fmt::format(R"(<path class="edge" d="M{:.1f} {:.1f}C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}"/>)",
                    a.x, y0, a.x, half, to, half, to, y1);
      if (b.node) text += fmt::format(R"(<path class="tip" d="M{:.1f} {:.1f}l-4 -7h8z"/>)", to, b.y);
      else text += fmt::format(R"(<path class="edge" d="M{:.1f} {:.1f}v{:.1f}"/>)", b.x, b.y, b.height);
    }
  }
  return text;
}

std::string box_svg(const Box& b) {
  std::string kind = b.is_leaf ? "leaf" : b.is_reversal ? "reversal" : "node";
  if (b.is_wrong) kind += " wrong";
  std::string text = fmt::format(
    R"(<g class="{}"><rect class="box" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="{}"/>)", kind,
    b.x - b.width / 2, b.y, b.width, b.height, b.is_reversal ? 12 : 4);
  for (std::size_t i = 0; i < b.lines.size(); ++i) {
    const bool claim = b.is_wrong && i + 3 >= b.lines.size();
    text +=
      fmt::format(R"(<text{} x="{:.1f}" y="{:.1f}" text-anchor="middle" xml:space="preserve">{}</text>)",
                  claim    ? R"( class="claim")"
                  : i == 0 ? ""
                           : R"( class="small")",
                  b.x, b.y + static_cast<double>(i + 1) * line_height, escaped(b.lines[i]));
  }
  return text + "</g>";
}

}  // namespace

std::optional<std::string> drawing_of(const Graph& graph, const std::optional<Disagreement>& wrong) {
  if (graph.size() > most_nodes) return {};
  std::vector<Box> boxes = boxes_of(graph, wrong);
  const Layers layers = layers_of(boxes);
  const auto [width, height] = place(boxes, layers);
  const auto reversals = std::ranges::count_if(boxes, [](const Box& b) { return b.is_reversal; });
  const auto nodes = std::ranges::count_if(boxes, [](const Box& b) { return b.node.has_value(); });
  std::string words = fmt::format("The graph: {} node{}, {} of them reversal{}", nodes, nodes == 1 ? "" : "s",
                                  reversals, reversals == 1 ? "" : "s");
  if (wrong)
    words += fmt::format("; {}: claimed {}, right {}", wrong->place, spelled(wrong->observed, 9),
                         spelled(wrong->expected, 9));
  std::string text = fmt::format(
    R"(<svg class="drawing" viewBox="0 0 {:.0f} {:.0f}" width="{:.0f}" height="{:.0f}" role="img" aria-label="{}">)",
    width, height, width, height, escaped(words));
  text += edges_svg(boxes);
  for (const Box& b : boxes)
    if (b.node) text += box_svg(b);
  return text + "</svg>";
}

}  // namespace gradproof::inline v0
