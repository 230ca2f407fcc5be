#include <charconv>
#include <map>

#include "gradproof/ops.hpp"
#include "gradproof/text.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr std::size_t largest_leaf =
  100'000'000;  // entries; a typo in a shape must not take the machine down

constexpr std::uint32_t most_columns = 100'000;  // for a macro that makes several nodes of each

struct Macro {
  std::string_view name;
  int arity;
  bool by_column;
  Expr (*build)(const Expr&, const Expr&);
};
constexpr std::array<Macro, 4> macros = {{
  {"mean", 1, false, [](const Expr& x, const Expr&) { return mean(x); }},
  {"logsumexp", 1, true, [](const Expr& x, const Expr&) { return logsumexp(x); }},
  {"softmax_cross_entropy", 2, true, softmax_cross_entropy},
  {"squared_error", 2, false, squared_error},
}};

bool name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool name_char(char c) { return name_start(c) || (c >= '0' && c <= '9'); }
bool separator(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '[' || c == ']' || c == ';' || c == '=' || c == '#';
}

struct Token {
  std::string_view text;  // empty at the end of the line
  int column;
};

// The words of one line.
class Line {
 public:
  Line(std::string_view text, int number) : text_(text), number_(number) {}

  Token peek() {
    skip_space();
    if (at_ == text_.size() || text_[at_] == '#') return {{}, static_cast<int>(at_) + 1};
    std::size_t end = at_ + 1;
    if (!separator(text_[at_]))
      while (end < text_.size() && !separator(text_[end])) ++end;
    return {text_.substr(at_, end - at_), static_cast<int>(at_) + 1};
  }
  Token next() {
    const Token t = peek();
    at_ += t.text.size();
    return t;
  }
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] std::string_view rest() {
    skip_space();
    std::string_view r = text_.substr(at_);
    while (!r.empty() && (r.back() == ' ' || r.back() == '\t' || r.back() == '\r')) r.remove_suffix(1);
    return r;
  }
  [[nodiscard]] ParseError error(const Token& at, std::string expected) const {
    return {number_, at.column, std::move(expected),
            at.text.empty() ? "the end of the line" : "'" + std::string(at.text.substr(0, 60)) + "'"};
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r')) ++at_;
  }
  std::string_view text_;
  int number_;
  std::size_t at_ = 0;
};

std::optional<std::uint32_t> parse_count(std::string_view s) {
  std::uint32_t n = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), n);
  if (error != std::errc{} || end != s.data() + s.size() || n > 0x7fffffff) return {};
  return n;
}

template <char Between>
std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_pair(std::string_view s) {
  const auto middle = s.find(Between);
  if (middle == s.npos) return {};
  const auto a = parse_count(s.substr(0, middle)), b = parse_count(s.substr(middle + 1));
  if (!a || !b) return {};
  return std::pair{*a, *b};
}

class Parser {
 public:
  Result<Document, ParseError> run(std::string_view text) && {
    int number = 0;
    for (std::size_t at = 0; at <= text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      Line line(text.substr(at, end - at), ++number);
      if (auto error = statement(line, number)) return *std::move(error);
      if (const auto& mistake = builder_.mistake()) return ParseError{number, 1, "", mistake->message};
      while (line_of_node_.size() < builder_.draft().nodes.size()) line_of_node_.push_back(number);
      at = end + 1;
    }
    auto graph = std::move(builder_).finish();
    if (!graph) {
      const auto& invalid = graph.error();
      const int where = invalid.node && invalid.node->index < line_of_node_.size()
                          ? line_of_node_[invalid.node->index]
                          : number;
      return ParseError{where, 1, "", invalid.message};
    }
    return Document{std::move(metadata_), *std::move(graph)};
  }

 private:
  using Failure = std::optional<ParseError>;

  Failure statement(Line& line, int number) {
    const Token first = line.next();
    if (first.text.empty()) return {};
    if (first.text.front() == '@') {
      if (first.text.size() == 1) return line.error(first, "a key after @");
      metadata_.emplace_back(std::string(first.text.substr(1)), std::string(line.rest()));
      return {};
    }
    if (first.text == "gradproof" && line.peek().text != "=") {
      const Token version = line.next();
      if (version.text != "1") return line.error(version, "the format version 1");
      return end_of(line);
    }
    if (first.text == "output" && line.peek().text != "=") return output(line);
    if (!valid_name(first.text)) return line.error(first, "a name, output, @key or # comment");
    if (const auto known = names_.find(first.text); known != names_.end())
      return ParseError{number, first.column, "a new name", "'" + std::string(first.text) + "' again"};
    const Token equals = line.next();
    if (equals.text != "=") return line.error(equals, "= after the name " + std::string(first.text));
    return definition(line, first.text);
  }

  static bool valid_name(std::string_view s) {
    if (s == "inf" || s == "nan" || !name_start(s.front())) return false;
    return std::ranges::all_of(s, name_char);
  }

  Failure definition(Line& line, std::string_view name) {
    const Token word = line.next();
    for (const Macro& macro : macros)
      if (macro.name == word.text) return expand(line, macro, name);
    const auto op = find_op(word.text);
    if (!op) return line.error(word, "an operation (gradproof list ops names them)");
    if (info(*op).kind == Kind::leaf) return leaf(line, *op, name);
    std::array<Expr, 2> x{};
    for (int i = 0; i < info(*op).arity; ++i) {
      const Token token = line.peek();
      if (auto error = operand(line, x[static_cast<std::size_t>(i)])) return error;
      // Graph::make would refuse it too, but can't say where it stands.
      const auto literal = *op == id_of<Reverse>() && i == 1 ? Literal::parse(token.text) : std::nullopt;
      if (literal && !literal->is_finite())
        return ParseError{line.number(), token.column, "",
                          "λ is " + literal->text() + "; a reversal needs a finite λ"};
    }
    Attributes attributes;
    if (auto error = attribute(line, info(*op).attribute, attributes)) return error;
    define(name,
           builder_.node(*op, std::span(x.data(), static_cast<std::size_t>(info(*op).arity)), attributes));
    return end_of(line);
  }

  Failure expand(Line& line, const Macro& macro, std::string_view name) {
    std::array<Expr, 2> x{};
    for (int i = 0; i < macro.arity; ++i)
      if (auto error = operand(line, x[static_cast<std::size_t>(i)])) return error;
    if (x[0].shape().size() == 0)
      return line.error(line.peek(), "an operand with entries for " + std::string(macro.name));
    if (macro.by_column && x[0].shape().cols > most_columns)
      return line.error(line.peek(), "an operand of at most " + std::to_string(most_columns) +
                                       " columns for " + std::string(macro.name));
    define(name, macro.build(x[0], x[1]));
    return end_of(line);
  }

  void define(std::string_view name, const Expr& e) {
    names_.emplace(std::string(name), e);
    if (name != "n" + std::to_string(e.id.index)) builder_.rename(e.id, std::string(name));
  }

  Failure operand(Line& line, Expr& result) {
    const Token t = line.next();
    if (const auto known = names_.find(t.text); known != names_.end()) {
      result = known->second;
      return {};
    }
    if (const auto literal = Literal::parse(t.text)) {
      result = builder_.constant({}, *literal);
      return {};
    }
    return line.error(t, "an operand: the name of a line above, or a number");
  }

  Failure attribute(Line& line, AttributeKind kind, Attributes& a) {
    if (kind == AttributeKind::none) return {};
    const Token t = line.next();
    switch (kind) {
      case AttributeKind::none: return {};
      case AttributeKind::exponent: {
        const auto [end, error] = std::from_chars(t.text.data(), t.text.data() + t.text.size(), a.v[0]);
        if (error != std::errc{} || end != t.text.data() + t.text.size())
          return line.error(t, "an integer exponent");
        return {};
      }
      case AttributeKind::axis: {
        const std::array<std::string_view, 3> axes = {"all", "rows", "cols"};
        const auto found = std::ranges::find(axes, t.text);
        if (found == axes.end()) return line.error(t, "all, rows or cols");
        a.v[0] = static_cast<std::int32_t>(found - axes.begin());
        return {};
      }
      case AttributeKind::shape: {
        Shape shape;
        if (auto error = parse_shape(line, t, shape)) return error;
        a.v = {static_cast<std::int32_t>(shape.rows), static_cast<std::int32_t>(shape.cols), 0, 0};
        return {};
      }
      case AttributeKind::ranges: {
        const auto rows = parse_pair<':'>(t.text);
        if (!rows) return line.error(t, "a range of rows such as 0:2");
        const Token second = line.next();
        const auto cols = parse_pair<':'>(second.text);
        if (!cols) return line.error(second, "a range of columns such as 0:2");
        a.v = {static_cast<std::int32_t>(rows->first), static_cast<std::int32_t>(rows->second),
               static_cast<std::int32_t>(cols->first), static_cast<std::int32_t>(cols->second)};
        return {};
      }
    }
    return {};
  }

  static Failure parse_shape(const Line& line, const Token& t, Shape& shape) {
    const auto pair = parse_pair<'x'>(t.text);
    if (!pair) return line.error(t, "a shape such as 2x3");
    shape = {pair->first, pair->second};
    if (shape.size() > largest_leaf)
      return line.error(t, "a shape of at most " + std::to_string(largest_leaf) + " entries");
    return {};
  }

  Failure leaf(Line& line, OpId op, std::string_view name) {
    Shape shape;
    if (auto error = parse_shape(line, line.next(), shape)) return error;
    std::vector<Literal> values;
    if (auto error = value_list(line, shape, values)) return error;
    define(name, op == id_of<Input>() ? builder_.input(shape, values) : builder_.constant(shape, values));
    return end_of(line);
  }

  static Failure value_list(Line& line, Shape shape, std::vector<Literal>& values) {
    const Token open = line.next();
    if (open.text != "[") return line.error(open, "[ and the values");
    std::size_t row = 0;
    for (Token t = line.next();; t = line.next()) {
      if (t.text == "]" || t.text == ";") {
        const bool fill = t.text == "]" && values.size() == 1;
        if (!fill && row != shape.cols && !(shape.size() == 0 && row == 0))
          return line.error(t, std::to_string(shape.cols) + " values in each row of a " + shape.text());
        row = 0;
        if (t.text == "]") break;
        continue;
      }
      const auto literal = Literal::parse(t.text);
      if (!literal) return line.error(t, "a number such as 1.5, 0x1.8p0 or 1/3, or ]");
      values.push_back(*literal);
      ++row;
    }
    const bool fill = values.size() == 1;
    if (!fill && values.size() != shape.size())
      return line.error(
        open, std::to_string(shape.size()) + " values for a " + shape.text() + ", or one that fills");
    return {};
  }

  Failure output(Line& line) {
    const Token t = line.next();
    const auto known = names_.find(t.text);
    if (known == names_.end()) return line.error(t, "the name of the output");
    std::vector<Literal> cotangent = {Literal(1)};
    if (line.peek().text == "cotangent") {
      line.next();
      cotangent.clear();
      if (auto error = value_list(line, known->second.shape(), cotangent)) return error;
    }
    builder_.output(known->second, std::move(cotangent));
    return end_of(line);
  }

  static Failure end_of(Line& line) {
    const Token t = line.peek();
    if (!t.text.empty()) return line.error(t, "the end of the line");
    return {};
  }

  Builder builder_;
  std::map<std::string, Expr, std::less<>> names_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  std::vector<int> line_of_node_;
};

}  // namespace

std::string ParseError::message() const {
  return "line " + std::to_string(line) + ", column " + std::to_string(column) + ": " + what();
}

std::string ParseError::what() const {
  return expected.empty() ? found : "expected " + expected + ", found " + found;
}

std::optional<std::string> Document::find(std::string_view key) const {
  for (const auto& [k, v] : metadata)
    if (k == key) return v;
  return {};
}

Result<Document, ParseError> parse(std::string_view text) { return Parser().run(text); }

std::vector<std::string_view> macro_names() {
  std::vector<std::string_view> names;
  for (const Macro& macro : macros) names.push_back(macro.name);
  return names;
}

}  // namespace gradproof::inline v0
