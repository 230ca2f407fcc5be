#include "verify/listed.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>

#include "gradproof/ops.hpp"
#include "protocol/base64.hpp"

namespace gradproof::inline v0 {

namespace {

template <class T>
void append_number(std::string& text, T number) {
  std::array<char, 32> digits{};
  text.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

// JSON knows no type of its own for 2.0; a point or an exponent makes a reader take it for a double.
void append_strength(std::string& text, double lambda) {
  const std::size_t begin = text.size();
  append_number(text, lambda);
  if (text.find_first_of(".e", begin) == std::string::npos) text += ".0";
}

void append_sizes(std::string& text, const auto& sizes) {
  char before = '[';
  for (const auto size : sizes) {
    text += before;
    append_number(text, size);
    before = ',';
  }
  text += ']';
}

void append_argument(std::string& text, const Node& node) {
  const auto& v = node.attributes.v;
  switch (info(node.op).attribute) {
    case AttributeKind::none: return;
    case AttributeKind::exponent: append_number(text += ',', v[0]); return;
    case AttributeKind::axis:
      text += v[0] == int(Axis::all) ? ",\"all\"" : v[0] == int(Axis::rows) ? ",\"rows\"" : ",\"cols\"";
      return;
    case AttributeKind::shape:
      append_sizes(text += ',', std::array{node.shape.rows, node.shape.cols});
      return;
    case AttributeKind::ranges: append_sizes(text += ',', v); return;
  }
}

// The bytes of a leaf's or an output's numbers, each rounded once from the nearest double.
void append_bytes(std::vector<std::byte>& bytes, std::span<const Literal> values, std::size_t count,
                  Dtype dtype) {
  const auto append = [&](auto number) {
    auto raw = std::bit_cast<std::array<std::byte, sizeof(number)>>(number);
    if constexpr (std::endian::native == std::endian::big) std::ranges::reverse(raw);
    bytes.insert(bytes.end(), raw.begin(), raw.end());
  };
  for (std::size_t i = 0; i < count; ++i) {
    const double number = values[values.size() == 1 ? 0 : i].nearest();
    if (dtype == Dtype::f64) append(number);
    else append(static_cast<float>(number));
  }
}

// Which nodes are the λ of one reversal and nothing else, so that they are written there. Nothing where a λ is more than
// that, or no finite number.
std::optional<std::vector<bool>> strengths(const Graph& g) {
  std::vector<int> uses(g.size(), 0);
  for (std::uint32_t i = 0; i < g.size(); ++i)
    for (const NodeId x : g.operands(NodeId{i})) ++uses[x.index];
  for (const Output& o : g.outputs()) ++uses[o.node.index];
  std::vector<bool> found(g.size(), false);
  for (const Node& node : g.nodes()) {
    if (node.op != id_of<Reverse>()) continue;
    const NodeId lambda = node.operand[1];
    const bool is_number = g[lambda].op == id_of<Constant>() && g[lambda].shape.is_scalar() &&
                           uses[lambda.index] == 1 && std::isfinite(g.values(lambda)[0].nearest());
    if (!is_number) return {};
    found[lambda.index] = true;
  }
  return found;
}

void append_node(std::string& text, const Graph& g, NodeId id) {
  const Node& node = g[id];
  text += "[\"";
  text += info(node.op).name;
  text += '"';
  if (info(node.op).kind == Kind::leaf) {
    append_sizes(text += ',', std::array{node.shape.rows, node.shape.cols});
  } else if (node.op == id_of<Reverse>()) {
    append_number(text += ',', node.operand[0].index);
    append_strength(text += ',', g.values(node.operand[1])[0].nearest());
  } else {
    for (const NodeId x : g.operands(id)) append_number(text += ',', x.index);
    append_argument(text, node);
  }
  text += ']';
}

bool is_plain(const Case& c) {
  const auto& names = c.graph.draft().names;
  return (c.dtype == Dtype::f64 || c.dtype == Dtype::f32) && c.layout == Layout::contiguous && c.rank == 2 &&
         c.contract.empty() &&
         std::ranges::all_of(names, [](const std::string& name) { return name.empty(); });
}

}  // namespace

std::optional<protocol::CaseRequest> listed(const Case& c) {
  if (!is_plain(c)) return {};
  const Graph& g = c.graph;
  const auto lambdas = strengths(g);
  if (!lambdas) return {};
  protocol::CaseRequest r{.graph = {}, .dtype = std::string(format(c.dtype).name), .layout = {}};
  std::vector<std::byte> bytes;
  std::string text = "{\"nodes\":[";
  for (std::uint32_t i = 0; i < g.size(); ++i) {
    if (i > 0) text += ',';
    const NodeId id{i};
    if ((*lambdas)[i]) text += "null";
    else append_node(text, g, id);
    if (info(g[id].op).kind == Kind::leaf && !(*lambdas)[i])
      append_bytes(bytes, g.values(id), g[id].shape.size(), c.dtype);
  }
  text += "],\"outputs\":[";
  for (const Output& o : g.outputs()) {
    const Shape shape = g[o.node].shape;
    if (!r.outputs.empty()) text += ',';
    append_number(text += '[', o.node.index);
    append_sizes(text += ',', std::array{shape.rows, shape.cols});
    text += ']';
    append_bytes(bytes, o.cotangent, shape.size(), c.dtype);
    r.outputs.push_back({shape.rows, shape.cols});
  }
  for (const NodeId input : g.inputs()) r.inputs.push_back({g[input].shape.rows, g[input].shape.cols});
  r.listed =
    text + "],\"numbers\":\"" + protocol::base64_encoded(bytes) + "\",\"dtype\":\"" + r.dtype + "\"}";
  return r;
}

}  // namespace gradproof::inline v0
