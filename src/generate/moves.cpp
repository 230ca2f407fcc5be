// The moves that make a graph smaller. Each looks at one site of the graph (a node, an output, a class of
// extents) and proposes edits; whether the result is a graph, sound and simpler is asked by whoever applies
// them.
#include <algorithm>
#include <cmath>

#include "generate/scene.hpp"

namespace gradproof::inline v0 {

namespace {

using Edits = std::vector<Edit>;

std::uint32_t as_index(std::size_t n) { return static_cast<std::uint32_t>(n); }
std::size_t site_for_each_node(const Scene& s) { return s.size(); }
std::size_t site_for_each_output(const Scene& s) { return s.graph.outputs().size(); }
// Sites count from the last node where an edit at the top removes more than one at the bottom.
NodeId from_the_top(const Scene& s, std::size_t site) { return {s.size() - 1 - as_index(site)}; }

void replace_uses(Draft& draft, NodeId old, NodeId by) {
  for (Node& node : draft.nodes)
    for (int k = 0; k < info(node.op).arity; ++k)
      if (node.operand[static_cast<std::size_t>(k)] == old) node.operand[static_cast<std::size_t>(k)] = by;
  for (Output& output : draft.outputs) {
    if (output.node != old) continue;
    output.node = by;
    refit(output.cotangent, draft.nodes[by.index].shape);
  }
}

NodeId append_leaf(Draft& draft, OpId op, Shape shape, std::span<const Literal> literals) {
  Node node;
  node.op = op;
  node.shape = shape;
  node.first_value = as_index(draft.values.size());
  node.value_count = as_index(literals.size());
  draft.values.insert(draft.values.end(), literals.begin(), literals.end());
  draft.nodes.push_back(node);
  if (!draft.names.empty()) draft.names.emplace_back();
  return {as_index(draft.nodes.size() - 1)};
}

NodeId append_strength(Draft& draft, const Literal& lambda) {
  return append_leaf(draft, id_of<Constant>(), {}, std::span(&lambda, 1));
}

// --- Outputs -----------------------------------------------------------------------------------------------

Edits drop_output(const Scene& s, std::size_t site) {
  if (s.graph.outputs().size() < 2) return {};
  return {[site](Draft& d) {
    d.outputs.erase(d.outputs.begin() + static_cast<std::ptrdiff_t>(site));
    return true;
  }};
}

// Leaves are left to the next move, which makes one of the output itself.
Edits output_earlier(const Scene& s, std::size_t site) {
  const NodeId now = s.graph.outputs()[site].node;
  const std::vector<bool> behind = s.behind(now);
  Edits edits;
  for (std::uint32_t i = 0; i < now.index; ++i) {
    if (s.is_leaf(i) || !behind[i]) continue;
    edits.emplace_back([site, i](Draft& d) {
      d.outputs[site].node = NodeId{i};
      refit(d.outputs[site].cotangent, d.nodes[i].shape);
      return true;
    });
  }
  return edits;
}

// --- Fewer nodes -------------------------------------------------------------------------------------------

Edits drop_unread_input(const Scene& s, std::size_t site) {
  if (!s.unread[site]) return {};
  return {[site](Draft& d) {
    d.nodes[site].op = id_of<Constant>();
    return true;
  }};
}

// A value as a short literal: what has a fraction of at most four bits stays, anything else keeps eight
// significant bits.
Literal short_literal(Fixed v) {
  constexpr std::int64_t sixteenth = Fixed::one / 16;
  if (v.raw() % sixteenth == 0) return v.to_double();
  int exponent = 0;
  const double mantissa = std::frexp(v.to_double(), &exponent);
  return std::ldexp(std::nearbyint(std::ldexp(mantissa, 8)), exponent - 8);
}

Edits node_to_leaf(const Scene& s, std::size_t site) {
  const NodeId id = from_the_top(s, site);
  if (s.is_leaf(id.index) || !s.sound) return {};
  std::vector<Literal> literals;
  for (const Fixed v : s.values.entries(id)) literals.push_back(short_literal(v));
  const OpId leaf = s.varies[id.index] ? id_of<Input>() : id_of<Constant>();
  return {[id, leaf, literals](Draft& d) {
    const NodeId made = append_leaf(d, leaf, d.nodes[id.index].shape, literals);
    replace_uses(d, id, made);
    return true;
  }};
}

Edits bypass(const Scene& s, std::size_t site) {
  const NodeId id = from_the_top(s, site);
  Edits edits;
  const auto operands = s.graph.operands(id);
  for (std::size_t k = 0; k < operands.size(); ++k) {
    if (is_strength(s.graph[id], k) || (k == 1 && operands[0] == operands[1])) continue;
    edits.emplace_back([id, x = operands[k]](Draft& d) {
      replace_uses(d, id, x);
      return true;
    });
  }
  return edits;
}

// y = op(a, b) becomes b, with a put in place of a leaf under b, or of what both have in common; and the
// other way round.
Edits serialise(const Scene& s, std::size_t site) {
  const NodeId id = from_the_top(s, site);
  const auto operands = s.graph.operands(id);
  if (operands.size() != 2 || operands[0] == operands[1] || is_strength(s.graph[id], 1)) return {};
  Edits edits;
  for (std::size_t k = 0; k < 2; ++k) {
    const NodeId a = operands[k], b = operands[1 - k];
    const std::vector<bool> behind_a = s.behind(a), behind_b = s.behind(b);
    for (std::uint32_t u = 0; u <= b.index; ++u) {
      if (!behind_b[u] || behind_a[u]) continue;
      const auto below = s.graph.operands(NodeId{u});
      for (std::size_t m = 0; m < below.size(); ++m) {
        const bool joint = s.is_leaf(below[m].index) || behind_a[below[m].index];
        if (!joint || below[m] == a || is_strength(s.graph[NodeId{u}], m) ||
            s.graph[below[m]].shape != s.graph[a].shape)
          continue;
        edits.emplace_back([id, a, b, u, m](Draft& d) {
          d.nodes[u].operand[m] = a;
          replace_uses(d, id, b);
          return true;
        });
      }
    }
  }
  return edits;
}

// An operand becomes a node nearer to the leaves, or another leaf; a leaf that nobody reads any more is gone.
Edits rewire(const Scene& s, std::size_t site) {
  const NodeId id = from_the_top(s, site);
  const auto operands = s.graph.operands(id);
  Edits edits;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    if (is_strength(s.graph[id], k)) continue;
    const NodeId now = operands[k];
    for (std::uint32_t w = 0; w < id.index; ++w) {
      const bool nearer =
        s.depth[w] < s.depth[now.index] || (s.is_leaf(w) && s.is_leaf(now.index) && w != now.index);
      if (!nearer || s.strength_literal[w] || s.graph[NodeId{w}].shape != s.graph[now].shape) continue;
      edits.emplace_back([id, k, w](Draft& d) {
        d.nodes[id.index].operand[k] = NodeId{w};
        return true;
      });
    }
  }
  return edits;
}

// The polynomials of the table: defined and smooth everywhere but for division, and of no further meaning.
bool is_plain(OpId op) {
  const OpInfo& i = info(op);
  return i.kind == Kind::elementwise && i.klass == Class::rational && i.attribute == AttributeKind::none &&
         !i.has_surrogate;
}

// -a - b becomes a + b: where things cancel, neither step alone keeps what the graph shows.
Edits bypass_below_another(const Scene& s, std::size_t site) {
  const NodeId id = from_the_top(s, site);
  const auto operands = s.graph.operands(id);
  if (operands.size() != 2 || !is_plain(s.graph[id].op)) return {};
  Edits edits;
  for (std::size_t k = 0; k < 2; ++k) {
    const Node& below = s.graph[operands[k]];
    if (info(below.op).arity != 1 || !is_plain(below.op)) continue;
    for (std::uint8_t i = 0; i < op_count; ++i) {
      const OpId op{i};
      if (!is_plain(op) || info(op).arity != 2 || op == s.graph[id].op) continue;
      edits.emplace_back([id, k, op, x = below.operand[0]](Draft& d) {
        d.nodes[id.index].op = op;
        d.nodes[id.index].operand[k] = x;
        return true;
      });
    }
  }
  return edits;
}

// --- Shapes ------------------------------------------------------------------------------------------------

std::size_t site_for_each_class(const Scene& s) { return s.extent_classes().size(); }

Edits drop_extent(const Scene& s, std::size_t site) {
  Edits edits;
  for (std::uint32_t i = s.extent_classes().extent(s.graph, site); i-- > 0;)
    edits.emplace_back([&s, site, i](Draft& d) { return drop_index(d, s.extent_classes(), site, i); });
  return edits;
}

// --- Simpler operations ------------------------------------------------------------------------------------

Edits simpler_operation(const Scene& s, std::size_t site) {
  const NodeId id = from_the_top(s, site);
  const Node& node = s.graph[id];
  Edits edits;
  if (node.op == id_of<Input>())
    edits.emplace_back([id](Draft& d) {
      d.nodes[id.index].op = id_of<Constant>();
      return true;
    });
  if (s.is_leaf(id.index)) return edits;
  // A reversal by a literal is the simplest operation; one by a node ranks behind all others.
  const bool reversal = node.op == id_of<Reverse>();
  if (reversal && s.strength_literal[node.operand[1].index]) return edits;
  for (std::uint8_t i = 0; i < op_count; ++i) {
    const OpId op{i};
    if (!is_plain(op) || info(op).arity > info(node.op).arity) continue;
    if (!reversal && operation_rank(op) >= operation_rank(node.op)) continue;
    edits.emplace_back([id, op](Draft& d) {
      d.nodes[id.index].op = op;
      d.nodes[id.index].attributes = {};
      return true;
    });
  }
  const auto attribute = [&](std::int32_t v) {
    edits.emplace_back([id, v](Draft& d) {
      d.nodes[id.index].attributes.v[0] = v;
      return true;
    });
  };
  switch (info(node.op).attribute) {
    case AttributeKind::none:
    case AttributeKind::shape:
    case AttributeKind::ranges: break;
    case AttributeKind::axis:
      for (std::int32_t v = 0; v < node.attributes.v[0]; ++v) attribute(v);
      break;
    case AttributeKind::exponent:
      for (const std::int32_t v : {2, 3, 1, -1, node.attributes.v[0] / 2}) attribute(v);
  }
  return edits;
}

// --- Simpler numbers ---------------------------------------------------------------------------------------

Edits simpler_strength(const Scene& s, std::size_t site) {
  const NodeId id{as_index(site)};
  if (s.graph[id].op != id_of<Reverse>()) return {};
  const NodeId lambda = s.graph[id].operand[1];
  const bool leaf = s.is_leaf(lambda.index);
  if (!leaf && !s.sound) return {};
  const Literal now = leaf ? s.graph.values(lambda)[0] : short_literal(s.values.entries(lambda)[0]);
  std::vector<Literal> candidates{now};
  for (const Literal& l : simpler_literals(now, strength_rank)) candidates.push_back(l);
  Edits edits;
  // What is behind a computed λ may be what matters: it moves to where the gradient passes.
  if (!s.strength_literal[lambda.index])
    edits.emplace_back([id, lambda](Draft& d) {
      const NodeId one = append_strength(d, 1);
      d.nodes[id.index].operand = {lambda, one};
      return true;
    });
  for (const Literal& l : candidates)
    edits.emplace_back([id, l](Draft& d) {
      const NodeId strength = append_strength(d, l);
      d.nodes[id.index].operand[1] = strength;
      return true;
    });
  return edits;
}

// The whole list as one fill, then each entry by itself. `at` finds the list in a draft.
template <class At>
Edits simpler_list(std::span<const Literal> now, At at) {
  Edits edits;
  for (const Literal& l : {Literal(1), Literal(2), Literal(-1), now[0]})
    edits.emplace_back([at, l](Draft& d) {
      at(d, std::nullopt, l);
      return true;
    });
  if (now.size() == 1) edits.clear();
  for (std::size_t i = 0; i < now.size(); ++i)
    for (const Literal& l : simpler_literals(now[i], value_rank))
      edits.emplace_back([at, i, l](Draft& d) {
        at(d, i, l);
        return true;
      });
  return edits;
}

Edits simpler_values(const Scene& s, std::size_t site) {
  if (!s.is_leaf(as_index(site)) || s.graph[NodeId{as_index(site)}].shape.size() == 0) return {};
  return simpler_list(s.graph.values(NodeId{as_index(site)}),
                      [site](Draft& d, std::optional<std::size_t> entry, const Literal& l) {
                        Node& leaf = d.nodes[site];
                        d.values[leaf.first_value + entry.value_or(0)] = l;
                        if (!entry) leaf.value_count = 1;
                      });
}

Edits simpler_cotangent(const Scene& s, std::size_t site) {
  const Output& output = s.graph.outputs()[site];
  if (output.cotangent.empty()) return {};
  return simpler_list(output.cotangent, [site](Draft& d, std::optional<std::size_t> entry, const Literal& l) {
    std::vector<Literal>& cotangent = d.outputs[site].cotangent;
    cotangent[entry.value_or(0)] = l;
    if (!entry) cotangent.resize(1);
  });
}

constexpr std::array<Move, 13> table = {{
  {"drop an output", site_for_each_output, drop_output},
  {"output earlier", site_for_each_output, output_earlier},
  {"drop an unread input", site_for_each_node, drop_unread_input},
  {"node to leaf", site_for_each_node, node_to_leaf},
  {"bypass", site_for_each_node, bypass},
  {"serialise", site_for_each_node, serialise},
  {"rewire", site_for_each_node, rewire},
  {"bypass below another", site_for_each_node, bypass_below_another},
  {"drop a row or column", site_for_each_class, drop_extent},
  {"simpler operation", site_for_each_node, simpler_operation},
  {"simpler lambda", site_for_each_node, simpler_strength},
  {"simpler values", site_for_each_node, simpler_values},
  {"simpler cotangent", site_for_each_output, simpler_cotangent},
}};

}  // namespace

std::span<const Move> moves() { return table; }

}  // namespace gradproof::inline v0
