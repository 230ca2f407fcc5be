#include "verify/command_line.hpp"

namespace gradproof::inline v0 {

namespace {

class Cutting {
 public:
  explicit Cutting(std::string_view line) : rest_(line) {}

  // False at the end, and where `problem` says why there is none.
  bool next(std::string& word) {
    const auto begin = rest_.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return false;
    rest_.remove_prefix(begin);
    word.clear();
    if (rest_.front() == '~' || rest_.front() == '#') return refuse(rest_.front());
    while (!rest_.empty() && rest_.front() != ' ' && rest_.front() != '\t')
      if (!take_piece(word)) return false;
    return true;
  }

  std::string problem;

 private:
  bool refuse(char c) {
    const std::string what = c == '\n' ? "a second line" : std::string("the unquoted ") + c;
    problem = what + " needs a shell, and none is run: quote it, or run one: cmd:sh -c '...'";
    return false;
  }

  bool take_piece(std::string& word) {
    constexpr std::string_view for_shells = "|&;<>()$`*?[\n";
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '\'') return take_single(word);
    if (c == '"') return take_double(word);
    if (for_shells.find(c) != std::string_view::npos) return refuse(c);
    if (c != '\\') {
      word += c;
      return true;
    }
    if (rest_.empty()) return problem = "the backslash at the end has nothing to quote", false;
    word += rest_.front();
    rest_.remove_prefix(1);
    return true;
  }

  bool take_single(std::string& word) {
    const auto end = rest_.find('\'');
    if (end == std::string_view::npos) return problem = "a ' is not closed", false;
    word += rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return true;
  }

  // A backslash stands for itself here, but before the characters that mean something within these quotes.
  bool take_double(std::string& word) {
    while (!rest_.empty()) {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return true;
      if (c == '$' || c == '`') return refuse(c);
      const bool quoting = c == '\\' && !rest_.empty() &&
                           std::string_view("\"\\$`").find(rest_.front()) != std::string_view::npos;
      if (quoting) {
        c = rest_.front();
        rest_.remove_prefix(1);
      }
      word += c;
    }
    return problem = "a \" is not closed", false;
  }

  std::string_view rest_;
};

}  // namespace

Result<std::vector<std::string>, BadCommandLine> command_words(std::string_view line) {
  Cutting cutting(line);
  std::vector<std::string> words;
  for (std::string word; cutting.next(word);) words.push_back(word);
  if (!cutting.problem.empty()) return BadCommandLine{cutting.problem};
  return words;
}

}  // namespace gradproof::inline v0
