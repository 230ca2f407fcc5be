// A failure as a program in the subject's own language: the statements, one after the other, and the numbers that must
// come of them. What a statement looks like is the dialect's.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <set>

#include "calculus/passes.hpp"
#include "gradproof/format.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/report.hpp"
#include "number/spelled.hpp"
#include "report/dialect.hpp"

namespace gradproof::inline v0 {

std::string filled(std::string_view text, const Words& words) {
  std::string result;
  while (!text.empty()) {
    const auto open = text.find('{');
    const auto close = text.find('}', open);
    if (close == std::string_view::npos) break;
    const auto word = words.find(text.substr(open + 1, close - open - 1));
    // An opening brace that begins no word of ours is the language's own.
    const auto upto = word == words.end() ? open + 1 : close + 1;
    result += text.substr(0, word == words.end() ? upto : open);
    if (word != words.end()) result += word->second;
    text.remove_prefix(upto);
  }
  return result + std::string(text);
}

namespace {

const Dialect* find_dialect(const SubjectFacts& subject) {
  const auto mode = subject.usage.find("mode");
  const std::string wanted =
    subject.adapter + (mode != subject.usage.end() && mode->second == "graph" ? " graph" : "");
  for (const auto dialects : {python_dialects(), javascript_dialects(), c_dialects()})
    for (const Dialect& d : dialects)
      if (d.adapter == wanted) return &d;
  return nullptr;
}

bool alike(const std::vector<double>& values) {
  const auto bits = [](double v) { return std::bit_cast<std::uint64_t>(v); };
  return std::ranges::all_of(values, [&](double v) { return bits(v) == bits(values[0]); });
}

std::vector<double> numbers_of(std::span<const Literal> literals, Shape shape) {
  std::vector<double> values;
  for (std::size_t k = 0; k < shape.size(); ++k)
    values.push_back((literals.size() == 1 ? literals[0] : literals[k]).nearest());
  return values;
}

class Composer {
 public:
  Composer(const Dialect& dialect, const Report& report, const Counterexample& example, const Source& source)
      : d_(dialect),
        report_(report),
        example_(example),
        question_(example.finding.question),
        source_(source) {
    taken_.insert(bound_name());
  }

  [[nodiscard]] std::string text();

 private:
  // Names and numbers.
  [[nodiscard]] std::string bound_name() const { return source_.name.substr(source_.name.rfind('.') + 1); }
  [[nodiscard]] std::string local(const std::string& name);
  [[nodiscard]] std::string literal(double v) const;
  [[nodiscard]] std::string list(const std::vector<std::string>& items) const;
  [[nodiscard]] std::string dims(const std::vector<std::int64_t>& sizes) const;
  [[nodiscard]] std::string data(const std::vector<double>& values,
                                 const std::vector<std::int64_t>& sizes) const;
  [[nodiscard]] std::string strength(double lambda) const {
    return filled(usage("number").empty() ? "{lambda}" : usage("number"),
                  {{"lambda", literal(report_.subject.factor ? -lambda : lambda)}});
  }
  // What a step gives for λ: a number, or a tensor with one for each row.
  [[nodiscard]] std::string strength(const Act& step);
  [[nodiscard]] std::string usage(const std::string& word) const {
    const auto at = report_.subject.usage.find(word);
    return at == report_.subject.usage.end() ? "" : at->second;
  }
  [[nodiscard]] std::string making() const { return d_.make.empty() ? usage("make") : std::string(d_.make); }
  [[nodiscard]] std::string one_or_all(const std::vector<std::string>& all) const;
  [[nodiscard]] std::string dtype() const {
    return std::string(d_.dtypes[static_cast<std::size_t>(example_.minimal.dtype)]);
  }

  // Double backward where no framework goes backward: all is one graph, in which several nodes may be the same pass of a
  // layer and bear its name.
  [[nodiscard]] bool by_calls() const { return question_.twice && !d_.adjoints.empty(); }
  [[nodiscard]] std::string variable(const Graph& g, NodeId id) {
    return local(by_calls() ? "n" + std::to_string(id.index) : g.name(id));
  }

  // Statements.
  void say(std::string_view text, const Words& words = {});
  void need(std::string_view text, const std::string& what) {
    if (text.empty() && obstacle_.empty()) obstacle_ = "this framework's scripts have no " + what;
  }
  void leaf(const std::string& name, const std::vector<double>& values, Shape shape, int rank, Layout layout,
            bool tracked);
  void check(const std::string& what, const std::string& name, Judgement::Of of, std::size_t index);
  [[nodiscard]] std::string call(const std::string& layer, const std::string& x, const std::string& lambda);

  // Graphs.
  void graph(const Graph& g);
  void leaves(const Graph& g);
  void cotangents(const Graph& g);
  void body(const Graph& g);
  void reversal(const Graph& g, NodeId id);
  [[nodiscard]] std::string layer_for(const std::string& name, const std::string& lambda);
  void operation(const Graph& g, NodeId id);
  void memory(const Graph& g, bool afterwards);
  void judge(const Graph& g);
  void second(const Graph& g, Words words);
  void second_by_calls(const Graph& g);
  void sweep(const Graph& g);
  void adjoint(const Graph& g, NodeId id, std::string_view op, Words words = {});

  // Lives.
  void life(const std::vector<Act>& steps);
  void act(const Act& step);
  void make(const Act& step);
  void shares(const Act& step);
  void glance(const Act& step);
  void backward(const Act& step);
  void pairs(const Act& step);
  void in_pairs(const std::string& name, Shape shape);
  void in_parts(const std::string& tensor, const std::string& record, Shape shape);
  [[nodiscard]] std::string record(std::string what, std::size_t size);  // a name for what is recorded
  void threads(const Act& step);
  void calls(const std::vector<Act>& steps);
  void judge_records();

  struct Record {
    std::string what, name;
    std::size_t size;
  };
  const Dialect& d_;
  const Report& report_;
  const Counterexample& example_;
  const Question& question_;
  const Source& source_;
  std::string text_, margin_;
  std::string obstacle_;  // why it can't be shown like this
  std::set<std::string> taken_;
  std::map<std::string, std::string> names_;  // of nodes, layers and tensors
  std::vector<std::string> values_, gradients_, inputs_, cotangents_;
  std::map<std::string, std::string> made_;    // λ: the layer that has it, for layers that are objects
  std::map<std::string, std::size_t> sizes_;   // of a life's tensors
  std::set<std::string> complex_;              // those of them that are
  std::map<std::string, std::string> before_;  // the last gradient of each leaf
  std::vector<Record> records_;
  std::size_t judged_records_ = 0;
};

// --- Names and numbers

std::string Composer::local(const std::string& name) {
  const auto known = names_.find(name);
  if (known != names_.end()) return known->second;
  std::string word;
  for (const char c : name) word += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  if (word.empty() || std::isdigit(static_cast<unsigned char>(word[0])) != 0) word.insert(0, "v");
  while (taken_.contains(word) || d_.reserved.find(" " + word + " ") != std::string_view::npos) word += "_";
  taken_.insert(word);
  return names_[name] = word;
}

// The shortest decimal that is this double and no other.
std::string Composer::literal(double v) const {
  if (std::isnan(v)) return std::string(d_.nan);
  if (std::isinf(v)) return (v < 0 ? "-" : "") + std::string(d_.infinity);
  std::string text = fmt::format("{}", v);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string Composer::list(const std::vector<std::string>& items) const {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

std::string Composer::dims(const std::vector<std::int64_t>& sizes) const {
  std::vector<std::string> words;
  for (const std::int64_t size : sizes) words.push_back(std::to_string(size));
  return filled(d_.tuple, {{"sizes", list(words)}, {"comma", sizes.size() == 1 ? "," : ""}});
}

std::string Composer::data(const std::vector<double>& values, const std::vector<std::int64_t>& sizes) const {
  const Words words = {{"dims", dims(sizes)}, {"dtype", dtype()}, {"count", std::to_string(values.size())}};
  if (!d_.adjoints.empty()) {
    std::vector<std::string> items;
    for (const double v : values) items.push_back(literal(v));
    return filled(d_.array, {{"flat", "{" + (items.empty() ? "0" : list(items)) + "}"}});
  }
  constexpr std::size_t few = 6;
  if (values.empty() || (values.size() > few && alike(values))) {
    Words with = words;
    with["value"] = literal(values.empty() ? 0 : values[0]);
    return filled(d_.constant_array, with);
  }
  // From the innermost brackets outward.
  std::vector<std::string> items;
  for (const double v : values) items.push_back(literal(v));
  for (std::size_t axis = sizes.size(); axis-- > 0;) {
    std::vector<std::string> rows;
    const auto size = static_cast<std::size_t>(sizes[axis]);
    for (std::size_t at = 0; at < items.size(); at += size)
      rows.push_back("[" +
                     list({items.begin() + static_cast<std::ptrdiff_t>(at),
                           items.begin() + static_cast<std::ptrdiff_t>(at + size)}) +
                     "]");
    items = std::move(rows);
  }
  Words with = words;
  with["nested"] = items[0];
  return filled(d_.array, with);
}

// --- Statements

void Composer::say(std::string_view text, const Words& words) {
  if (text.empty()) return;
  const std::string lines = filled(text, words);
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    text_ += (end == at ? "" : margin_) + lines.substr(at, end - at) + "\n";
    at = end + 1;
  }
}

void Composer::leaf(const std::string& name, const std::vector<double>& values, Shape shape, int rank,
                    Layout layout, bool tracked) {
  const std::string_view text = d_.layouts[static_cast<std::size_t>(layout)];
  need(text, "layout " + std::string(gradproof::name(layout)));
  const auto sizes = shape_in_rank(shape, rank);
  auto wide = sizes, flat = sizes;
  if (!wide.empty()) wide.back() *= 2;
  if (flat.size() > 1) flat[flat.size() - 2] = 1;
  const std::vector<double> row(
    values.begin(),
    values.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(shape.cols, values.size())));
  say(text, {{"name", name},
             {"data", data(values, sizes)},
             {"row", layout == Layout::expanded ? data(row, flat) : ""},
             {"dims", dims(sizes)},
             {"wide", dims(wide)},
             {"count", std::to_string(values.size())},
             {"dtype", dtype()}});
  if (tracked) say(d_.track, {{"name", name}});
}

std::string Composer::one_or_all(const std::vector<std::string>& all) const {
  if (!d_.all_numbers.empty()) return filled(d_.all_numbers, {{"numbers", "{" + list(all) + "}"}});
  const bool same = std::ranges::all_of(all, [&](const std::string& s) { return s == all[0]; });
  return same ? all[0] : "[" + list(all) + "]";
}

// All that was judged of one tensor, in one statement. A single number stands for equal ones.
void Composer::check(const std::string& what, const std::string& name, Judgement::Of of, std::size_t index) {
  std::map<std::size_t, Judgement> judged;
  for (const Judgement& j : question_.entries)
    if (j.of == of && j.index == index) judged.insert_or_assign(j.place, j);
  if (judged.empty()) return;
  std::vector<std::string> expected, allowed;
  for (std::size_t place = 0; place <= judged.rbegin()->first; ++place) {
    const auto at = judged.find(place);
    expected.push_back(at == judged.end() ? std::string(d_.nothing) : literal(at->second.expected));
    allowed.push_back(literal(at == judged.end() ? INFINITY : at->second.allowed));
  }
  say(d_.check, {{"what", what},
                 {"name", name},
                 {"expected", one_or_all(expected)},
                 {"allowed", one_or_all(allowed)},
                 {"zeros", std::string(judged.begin()->second.zeros_differ ? d_.yes : d_.no)},
                 {"size", std::to_string(expected.size())}});
}

std::string Composer::call(const std::string& layer, const std::string& x, const std::string& lambda) {
  const Words words = {{"layer", layer}, {"x", x}, {"lambda", lambda}};
  say(usage("before"), words);
  return filled(usage("call"), words);
}

// --- Graphs

void Composer::graph(const Graph& g) {
  if (by_calls()) return second_by_calls(g);
  leaves(g);
  cotangents(g);
  memory(g, false);
  if (!d_.graph_open.empty()) {
    say(d_.graph_open, {{"inputs", list(inputs_)}});
    margin_ = "    ";
  }
  body(g);
  for (std::size_t i = 0; i < g.outputs().size(); ++i) values_.push_back(local(g.name(g.outputs()[i].node)));
  Words words = {{"inputs", list(inputs_)}, {"cotangents", list(cotangents_)}};
  words["outputs"] = list(values_);
  if (!d_.graph_open.empty()) {
    margin_.clear();
    say(d_.graph_close, words);
    for (std::size_t i = 0; i < values_.size(); ++i)
      values_[i] = local("value " + std::to_string(i) + " of " + values_[i]);
    words["outputs"] = list(values_);
  }
  for (const NodeId input : g.inputs()) gradients_.push_back(local("gradient_" + g.name(input)));
  words["gradients"] = list(gradients_);
  if (question_.twice) {
    second(g, words);
  } else {
    if (d_.graph_open.empty())
      for (std::size_t i = 0; i < values_.size(); ++i)
        check("value of " + g.name(g.outputs()[i].node), values_[i], Judgement::Of::output, i);
    if (!d_.adjoints.empty()) sweep(g);
    // Where the graph is a function, its values come from there too, also those of a graph without inputs.
    else if (!values_.empty() && (!inputs_.empty() || !d_.graph_open.empty())) say(d_.gradients, words);
  }
  judge(g);
  memory(g, true);
}

void Composer::leaves(const Graph& g) {
  const Case& c = example_.minimal;
  for (std::uint32_t i = 0; i < g.size(); ++i) {
    const NodeId id{i};
    const Node& node = g[id];
    const bool input = node.op == id_of<Input>();
    if (!input && node.op != id_of<Constant>()) continue;
    const auto is_lambda = [&](const Node& user) {
      return user.op == id_of<Reverse>() && user.operand[1] == id;
    };
    const bool only_lambda = !input && std::ranges::any_of(g.nodes(), is_lambda) &&
                             std::ranges::none_of(g.nodes(), [&](const Node& user) {
                               const std::size_t arity = info(user.op).arity;
                               return !is_lambda(user) && ((arity > 0 && user.operand[0] == id) ||
                                                           (arity > 1 && user.operand[1] == id));
                             });
    if (only_lambda) continue;
    leaf(variable(g, id), numbers_of(g.values(id), node.shape), node.shape, input ? c.rank : 2,
         input ? c.layout : Layout::contiguous, input);
    if (input) inputs_.push_back(variable(g, id));
  }
}

void Composer::cotangents(const Graph& g) {
  const Case& c = example_.minimal;
  for (std::size_t i = 0; i < g.outputs().size(); ++i) {
    const Shape shape = g[g.outputs()[i].node].shape;
    cotangents_.push_back(
      local("cotangent_" + g.name(g.outputs()[i].node) + (i > 0 ? std::to_string(i) : "")));
    leaf(cotangents_.back(), numbers_of(g.outputs()[i].cotangent, shape), shape, c.rank, c.layout, false);
  }
}

void Composer::body(const Graph& g) {
  for (std::uint32_t i = 0; i < g.size(); ++i) {
    const NodeId id{i};
    if (info(g[id].op).kind == Kind::leaf) continue;
    if (g[id].op == id_of<Reverse>()) reversal(g, id);
    else operation(g, id);
  }
}

void Composer::reversal(const Graph& g, NodeId id) {
  const auto operands = g.operands(id);
  if (g[operands[1]].op != id_of<Constant>() || !g[operands[1]].shape.is_scalar()) {
    obstacle_ = "λ is computed in the graph";
    return;
  }
  const std::string lambda = strength(g.values(operands[1])[0].nearest());
  const LayerPass which = by_calls() ? pass_of(g, id) : LayerPass{};
  const std::string name = by_calls() ? std::to_string(which.layer) : "of " + g.name(id);
  Words words = {{"name", variable(g, id)}, {"size", std::to_string(g[id].shape.size())}};
  words["layer"] = which.order == 0 ? layer_for("layer " + name, lambda) : local("layer " + name);
  words["pass"] = d_.passes[which.order];
  words["x"] = variable(g, operands[0]);
  words["lambda"] = lambda;
  words["value"] = d_.call.empty() ? call(words["layer"], words["x"], lambda) : filled(d_.call, words);
  say(d_.assign, words);
}

std::string Composer::layer_for(const std::string& name, const std::string& lambda) {
  if (making().empty()) return "";
  // Equal strengths share a layer where λ is set on an object, as a user would have it; a constructor makes one each.
  const bool shared = making().find('\n') != std::string::npos;
  auto at = shared ? made_.find(lambda) : made_.end();
  if (at == made_.end()) {
    say(making(), {{"layer", local(name)}, {"lambda", lambda}});
    at = made_.insert_or_assign(lambda, local(name)).first;
  }
  return at->second;
}

std::string_view axis_word(std::int32_t axis) {
  switch (static_cast<Axis>(axis)) {
    case Axis::all: return " all";
    case Axis::rows: return " rows";
    case Axis::cols: return " cols";
  }
  return "";
}

void Composer::operation(const Graph& g, NodeId id) {
  const Node& node = g[id];
  const auto& v = node.attributes.v;
  std::string op(info(node.op).name);
  if (info(node.op).attribute == AttributeKind::axis) op += axis_word(v[0]);
  const auto at = std::ranges::find(d_.ops, op, &OpText::op);
  if (at == d_.ops.end()) return need("", "operation " + op);
  const auto operands = g.operands(id);
  Words words = {{"shape", dims({node.shape.rows, node.shape.cols})}, {"dtype", dtype()}};
  words["a"] = operands.empty() ? "" : variable(g, operands[0]);
  words["b"] = operands.size() > 1 ? variable(g, operands[1]) : "";
  const std::array attributes = {"v0", "v1", "v2", "v3"};
  for (std::size_t i = 0; i < attributes.size(); ++i) words[attributes[i]] = std::to_string(v[i]);
  words["rows"] = std::to_string(v[1] - v[0]);
  words["cols"] = std::to_string(v[3] - v[2]);
  words["name"] = variable(g, id);
  words["size"] = std::to_string(node.shape.size());
  words["value"] = filled(at->text, words);
  say(d_.assign, words);
}

// The buffers that the layer wrote into: what they hold before, and whether they hold it still.
void Composer::memory(const Graph& g, bool afterwards) {
  if (!d_.adjoints.empty()) return;  // each call looks after its buffers
  if (!question_.overwrote.empty()) need(d_.keep, "way to look at memory");
  for (const std::string& buffer : question_.overwrote) {
    if (buffer.ends_with(", set anew")) {
      need(d_.keep_settings, "way to look at settings");
      say(afterwards ? d_.kept_settings : d_.keep_settings, {});
      continue;
    }
    const bool asks = buffer.ends_with(", made to ask for a gradient");
    if (asks) need(d_.asks, "way to see whether a gradient is asked for");
    const auto space = buffer.find(' ');
    const std::string kind = buffer.substr(0, space),
                      which = space == std::string::npos
                                ? ""
                                : buffer.substr(space + 1, buffer.find(',') - space - 1);
    std::string name;
    if (kind == "cotangent" && std::isdigit(static_cast<unsigned char>(which[0])) != 0)
      name = cotangents_[std::min(cotangents_.size() - 1, std::size_t(which[0] - '0'))];
    for (std::uint32_t i = 0; i < g.size() && kind != "cotangent"; ++i)
      if (g.name(NodeId{i}) == which) name = local(which);
    if (!name.empty() && !asks) say(afterwards ? d_.kept : d_.keep, {{"name", name}, {"what", buffer}});
    if (!name.empty() && asks && afterwards) say(d_.asks, {{"name", name}, {"what", buffer}});
  }
}

void Composer::judge(const Graph& g) {
  const bool form = example_.finding.worst && example_.finding.worst->residual == Residual::shape &&
                    question_.overwrote.empty();
  const int rank = example_.minimal.rank;
  for (std::size_t i = 0; i < values_.size() && !question_.twice; ++i) {
    const NodeId node = g.outputs()[i].node;
    if (form)
      say(d_.form, {{"what", "value of " + g.name(node)},
                    {"name", values_[i]},
                    {"dims", dims(shape_in_rank(g[node].shape, rank))},
                    {"dtype", dtype()}});
    if (!d_.graph_open.empty()) check("value of " + g.name(node), values_[i], Judgement::Of::output, i);
  }
  for (std::size_t i = 0; i < gradients_.size(); ++i) {
    const NodeId node = g.inputs()[i];
    if (form)
      say(d_.form, {{"what", "gradient of " + g.name(node)},
                    {"name", gradients_[i]},
                    {"dims", dims(shape_in_rank(g[node].shape, rank))},
                    {"dtype", dtype()}});
    check("gradient of " + g.name(node), gradients_[i], Judgement::Of::gradient, i);
  }
}

// Backward by hand, where no framework does it.
void Composer::sweep(const Graph& g) {
  for (std::uint32_t i = 0; i < g.size(); ++i) adjoint(g, NodeId{i}, "leaf");
  for (std::size_t i = 0; i < g.outputs().size(); ++i)
    adjoint(g, g.outputs()[i].node, "output", {{"cotangent", cotangents_[i]}});
  for (std::uint32_t i = static_cast<std::uint32_t>(g.size()); i-- > 0;) {
    const Node& node = g[NodeId{i}];
    if (info(node.op).kind == Kind::leaf) continue;
    Words words;
    if (node.op == id_of<Reverse>()) words["layer"] = local("layer of " + g.name(NodeId{i}));
    adjoint(g, NodeId{i}, info(node.op).name, words);
  }
  for (std::size_t i = 0; i < gradients_.size(); ++i) gradients_[i] = "d_" + inputs_[i];
}

void Composer::adjoint(const Graph& g, NodeId id, std::string_view op, Words words) {
  const auto at = std::ranges::find(d_.adjoints, op, &OpText::op);
  if (at == d_.adjoints.end()) return need("", "operation " + std::string(op));
  const auto operands = g.operands(id);
  words["name"] = local(g.name(id));
  words["a"] = operands.empty() ? "" : local(g.name(operands[0]));
  words["b"] = operands.size() > 1 ? local(g.name(operands[1])) : "";
  words["size"] = std::to_string(g[id].shape.size());
  say(at->text, words);
}

// The gradient of the sum of the gradients' entries, each input's weighted 1, 2, 3 ...
void Composer::second(const Graph& g, Words words) {
  need(d_.twice, "double backward");
  std::vector<std::string> weights, seconds;
  for (const NodeId input : g.inputs()) {
    std::vector<double> ascending;
    for (std::size_t k = 0; k < g[input].shape.size(); ++k) ascending.push_back(static_cast<double>(k + 1));
    weights.push_back(local("weights_" + g.name(input)));
    seconds.push_back(local("second_" + g.name(input)));
    leaf(weights.back(), ascending, g[input].shape, example_.minimal.rank, Layout::contiguous, false);
  }
  words["weights"] = list(weights);
  words["seconds"] = list(seconds);
  say(d_.twice, words);
  gradients_ = seconds;
}

// Without a framework both gradients are one graph, in which a layer's passes are calls like any other.
void Composer::second_by_calls(const Graph& g) {
  const Graph both = gradient_in_passes(g, true);
  say(std::string(d_.comment) +
      "The gradient, then that of the sum of its entries, weighted 1, 2, 3 ...: step by step.");
  leaves(both);
  body(both);
  const std::size_t count = g.inputs().size(), before = both.outputs().size() - count;
  for (std::size_t i = 0; i < count; ++i)
    gradients_.push_back(variable(both, both.outputs()[before + i].node));
  judge(g);
}

// --- Lives

void Composer::life(const std::vector<Act>& steps) {
  if (question_.repeats > 0) return calls(steps);
  for (const Act& step : steps) act(step);
  judge_records();
}

std::string Composer::strength(const Act& step) {
  if (step.numbers.empty()) return strength(step.number);
  const std::string vector = usage("vector");
  need(vector, "λ for each row");
  std::vector<std::string> numbers;
  for (const double v : step.numbers) numbers.push_back(literal(report_.subject.factor ? -v : v));
  return filled(vector, {{"numbers", "[" + list(numbers) + "]"}, {"dtype", dtype()}});
}

void Composer::make(const Act& step) {
  const std::string layer = local(step.name), lambda = strength(step);
  if (making().empty()) say(d_.assign, {{"name", layer}, {"value", lambda}});
  else say(making(), {{"layer", layer}, {"lambda", lambda}});
}

std::string Composer::record(std::string what, std::size_t size) {
  records_.push_back({std::move(what), local("record " + std::to_string(records_.size() + 1)), size});
  return records_.back().name;
}

void Composer::shares(const Act& step) {
  need(d_.shares, "way to tell whose memory it is");
  say(d_.shares, {{"of", local(step.name)},
                  {"input", local(step.input)},
                  {"record", record("1 where " + step.name + " lies in the memory of " + step.input, 1)}});
}

void Composer::backward(const Act& step) {
  const bool adds = step.what == Act::Do::accumulate;
  if (adds) need(d_.accumulate, "gradient that is added to");
  const std::string cotangent = local("cotangent " + std::to_string(records_.size() + 1));
  leaf(cotangent, step.values, step.shape, 2, Layout::contiguous, false);
  if (complex_.contains(step.of)) in_pairs(cotangent, step.shape);
  Words words = {{"of", local(step.of)}, {"input", local(step.input)}, {"cotangent", cotangent}};
  words["pass"] = local("pass of " + step.of);
  words["size"] = std::to_string(step.shape.size());
  words["before"] = before_[step.input];
  const std::string to = record("gradient of " + step.input + " from " + step.of, step.shape.size());
  words["record"] = before_[step.input] = to;
  say(adds ? d_.accumulate : d_.backward, words);
  in_parts(step.of, to, step.shape);
}

void Composer::pairs(const Act& step) {
  need(d_.in_pairs, "complex tensor");
  sizes_[step.name] = step.shape.size();
  complex_.insert(step.name);
  leaf(local(step.name), step.values, step.shape, 2, Layout::contiguous, false);
  in_pairs(local(step.name), step.shape);
  say(d_.track, {{"name", local(step.name)}});
}

// Real and imaginary parts by turns, as complex numbers; and the parts of what belongs to a complex tensor.
void Composer::in_pairs(const std::string& name, Shape shape) {
  say(d_.in_pairs, {{"name", name}, {"dims", dims({shape.rows, shape.cols / 2, 2})}});
}

void Composer::in_parts(const std::string& tensor, const std::string& record, Shape shape) {
  if (complex_.contains(tensor))
    say(d_.in_parts, {{"name", record}, {"dims", dims({shape.rows, shape.cols})}});
}

void Composer::glance(const Act& step) {
  need(d_.glance, "pass without a gradient");
  sizes_[step.name] = sizes_[step.input];
  const std::string layer = local(step.of), data = "data_" + local(step.name);
  say(d_.glance, {{"name", local(step.name)},
                  {"input", local(step.input)},
                  {"data", data},
                  {"call", call(layer, data, layer)}});
  if (!d_.asks.empty()) say(d_.asks, {{"name", data}, {"what", "requires_grad of " + data}});
}

void Composer::act(const Act& step) {
  const bool is_object = !usage("make").empty();
  const std::string name = local(step.name);
  switch (step.what) {
    case Act::Do::make: return make(step);
    case Act::Do::set:
      if (!d_.set.empty()) return say(d_.set, {{"layer", name}, {"lambda", strength(step)}});
      if (is_object) need(usage("set"), "way to set λ");
      else say("{layer} = {lambda}", {{"layer", name}, {"lambda", strength(step)}});
      return say(usage("set").empty() ? usage("before") : usage("set"),
                 {{"layer", name}, {"lambda", is_object ? strength(step) : name}});
    case Act::Do::deepcopy:
    case Act::Do::pickle: {
      const auto how = step.what == Act::Do::deepcopy ? d_.deepcopy : d_.pickle;
      need(is_object ? how : "", "copy of this layer");
      return say(how, {{"name", name}, {"of", local(step.of)}});
    }
    case Act::Do::evaluate:
      need(is_object ? d_.evaluate : "", "evaluation mode");
      return say(d_.evaluate, {{"name", name}});
    case Act::Do::leaf:
      sizes_[step.name] = step.shape.size();
      return leaf(name, step.values, step.shape, 2, Layout::contiguous, true);
    case Act::Do::bits: return need("", "NaN with a payload");
    case Act::Do::pairs: return pairs(step);
    case Act::Do::shares: return shares(step);
    case Act::Do::forward: {
      const std::string layer = local(step.of), input = local(step.input);
      const std::size_t size = sizes_[step.name] = sizes_[step.input];
      if (complex_.contains(step.input)) complex_.insert(step.name);
      Words words = {{"name", name}, {"input", input}, {"layer", layer}, {"size", std::to_string(size)}};
      words["pass"] = local("pass of " + step.name);
      if (d_.make.empty()) words["call"] = call(layer, d_.graph_open.empty() ? input : "value", layer);
      return say(d_.forward, words);
    }
    case Act::Do::glance: return glance(step);
    case Act::Do::multiply:
      need(d_.multiply, "product in place");
      return say(d_.multiply, {{"name", name}, {"number", literal(step.number)}});
    case Act::Do::backward:
    case Act::Do::accumulate: return backward(step);
    case Act::Do::read: {
      const std::string to = record("value of " + step.name, step.shape.size());
      say(d_.read, {{"of", local(step.of.empty() ? step.name : step.of)},
                    {"size", std::to_string(step.shape.size())},
                    {"record", to}});
      return in_parts(step.name, to, step.shape);
    }
    case Act::Do::strength: {
      need(is_object ? d_.strength : "", "way to see the gradient of λ");
      const std::string to = record("gradient of λ of " + step.of, 1), leaf_name = local("any " + to);
      leaf(leaf_name, {1, -2, 3}, {1, 3}, 2, Layout::contiguous, true);
      return say(d_.strength, {{"record", to},
                               {"of", local(step.of)},
                               {"leaf", leaf_name},
                               {"call", call(local(step.of), leaf_name, local(step.of))}});
    }
    case Act::Do::together: return threads(step);
  }
}

void Composer::judge_records() {
  for (; judged_records_ < records_.size(); ++judged_records_)
    check(records_[judged_records_].what, records_[judged_records_].name, Judgement::Of::record,
          judged_records_);
}

void Composer::threads(const Act& step) {
  need(d_.together, "threads");
  judge_records();
  std::vector<std::string> names;
  for (const auto& thread : step.threads) {
    names.push_back("thread_" + std::to_string(names.size()));
    say(d_.thread_open, {{"name", names.back()}});
    margin_ = "    ";
    for (const Act& each : thread) act(each);
    judge_records();
    margin_.clear();
    say(d_.thread_close);
  }
  say(d_.together, {{"threads", list(names)}});
}

// The first call step by step, then the same again and again: with its layer, and with a new one each time.
void Composer::calls(const std::vector<Act>& steps) {
  std::vector<Act> call(steps.begin() + 1, steps.begin() + 5);
  for (Act& step : call) {
    // o0 and n0 mark the calls; one name each will do here.
    for (std::string* word : {&step.name, &step.of, &step.input})
      if (word->ends_with("o0")) word->resize(word->size() - 2);
    act(&step == &call[0] ? (act(steps[0]), step) : step);
  }
  for (const Record& r : records_) say(d_.first, {{"name", r.name}, {"size", std::to_string(r.size)}});
  const std::vector<Record> first = records_;
  const std::string outside = margin_;
  for (const bool anew : {false, true}) {
    say(d_.loop_open, {{"count", std::to_string(question_.repeats)}});
    margin_ += "    ";
    if (anew) act(steps[0]);
    for (const Act& step : call) act(step);
    for (std::size_t i = 0; i < first.size(); ++i)
      say(d_.check,
          {{"what", first[i].what + (anew ? ", a new layer" : ", called again")},
           {"name", records_[records_.size() - first.size() + i].name},
           {"expected", "first_" + first[i].name},
           {"allowed",
            d_.all_numbers.empty() ? "0.0" : one_or_all(std::vector<std::string>(first[i].size, "0.0"))},
           {"size", std::to_string(first[i].size)},
           {"zeros", std::string(d_.no)}});
    margin_ = outside;
    say(d_.loop_close);
  }
}

// --- The whole

// What the reader must know first, line by line.
std::string story(const Report& report, const Counterexample& e) {
  const Property* property = find_property(e.property);
  std::string text = e.property + ": " + std::string(property != nullptr ? property->claim : "") +
                     "\nThis is not so of " + report.subject.target + " in " +
                     std::string(format(e.minimal.dtype).words) + ".";
  const auto& worst = e.finding.worst;
  if (worst && worst->residual != Residual::no_answer && worst->residual != Residual::shape)
    text += "\nSeen: " + spelled_claim(worst->place, worst->expected, worst->observed, worst->allowed) + ".";
  else if (!e.finding.reason.empty()) text += "\nSeen: " + e.finding.reason;
  if (!report.diagnosis.cause.empty()) text += "\nLikely cause: " + report.diagnosis.cause;
  text +=
    "\n\nNeeds the framework and the author's file, nothing else. Another file may be named on the command "
    "line. Ends with";
  text += "\nexit code 1 where the fault shows, and with 0 where it does not.";
  return text;
}

std::string commented(const std::string& text, std::string_view mark) {
  std::string result;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    result += std::string(mark) + text.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return result;
}

// As Python, JavaScript and C all write it.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) result += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return result + "\"";
}

std::string Composer::text() {
  const bool answered = !example_.finding.worst || example_.finding.worst->residual != Residual::no_answer;
  margin_ = d_.adjoints.empty() ? "" : "    ";
  if (!d_.adjoints.empty() && dtype().empty()) obstacle_ = "C has no type for this format";
  else if (usage("call").empty() && d_.call.empty())
    obstacle_ = "nothing tells how its source text calls the layer";
  else if (question_.life) life(question_.life->steps);
  else graph(question_.graph ? *question_.graph : example_.minimal.graph);
  if (obstacle_.empty() && answered && question_.entries.empty() && question_.overwrote.empty() &&
      question_.repeats == 0 && example_.finding.worst && example_.finding.worst->residual != Residual::shape)
    obstacle_ = "it takes several graphs together to show it";
  // What raises may do so only where there was another layer before, and a language with scripts runs them line by line.
  if (!answered && d_.extension == "py")
    text_ += "\n" + commented("Once more, as in a program that has two of them.", d_.comment) + text_;
  if (!obstacle_.empty()) {
    text_.clear();
    say(d_.unshown, {{"reason", obstacle_}});
  }
  Words words = {{"dtype", dtype()},
                 {"prelude", filled(usage("prelude"), {{"dtype", dtype()}})},
                 {"name", source_.name},
                 {"bound", bound_name()}};
  words["file"] = quoted(source_.file);
  words["file"] = filled(source_.file.starts_with('/') ? d_.absolute_file : d_.relative_file, words);
  words["module"] = usage("module");
  const bool strided = example_.minimal.layout == Layout::strided;
  words["stride_in"] = strided ? "2" : "1";
  words["around"] = example_.minimal.layout == Layout::offset ? "513" : "512";
  words["stride_out"] = strided ? "3" : "1";
  words["number"] = example_.minimal.dtype == Dtype::f32 ? "float" : "double";
  words["up"] = std::to_string(std::ranges::count(usage("module"), '.'));
  words["story"] = commented(story(report_, example_), d_.comment);
  const auto uses = [&](std::string_view what) { return text_.find(what) != std::string::npos; };
  words["imports"] = filled(d_.imports, words);
  std::string all = filled(d_.opening, words) + std::string(d_.helpers);
  if (uses("check_form(")) all += d_.form_support;
  if (uses("run_together(")) all += d_.thread_support;
  all += filled(usage("module").empty() ? d_.loading : d_.package_loading, words);
  if (obstacle_.empty() && !d_.session_open.empty())
    text_ = std::string(d_.session_open) + "\n" + text_ + std::string(d_.session_close) + "\n";
  return all + text_ + std::string(d_.closing);
}

}  // namespace

std::optional<Script> script_of(const Report& report, const Counterexample& example, const Source& source) {
  const Dialect* dialect = find_dialect(report.subject);
  if (dialect == nullptr || source.file.empty()) return {};
  return Script{std::string(dialect->extension), Composer(*dialect, report, example, source).text()};
}

}  // namespace gradproof::inline v0
