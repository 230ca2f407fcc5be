#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <string_view>

#include "gradproof/verify.hpp"
#include "verify/command_line.hpp"

namespace gradproof::inline v0 {

namespace {

// The part behind the last colon, where there is one that does not belong to the path.
std::pair<std::string, std::string> split_last(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return {text, ""};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

// A Unix socket on which a subject that runs already answers.
Result<Target, BadTarget> listening(const std::string& text) {
  const std::string path = text.substr(7);
  if (path.empty()) return BadTarget{"socket: needs the path of a Unix socket on which a subject answers"};
  std::error_code error;
  if (std::filesystem::is_socket(path, error)) return Target{Target::Kind::running, text, path, ""};
  return BadTarget{
    path +
    " is no Unix socket; the program that serves the layer has ended, or not begun. What a test judged "
    "is judged again in the test, by verify's argument `replay`, or from the layer's file: "
    "gradproof replay FILE --subject py:FILE:NAME"};
}

// Any program that speaks the protocol, with its arguments.
Result<Target, BadTarget> command(const std::string& text) {
  auto words = command_words(std::string_view(text).substr(4));
  if (!words) return BadTarget{"cmd: " + words.error().message};
  if (words->empty() || words->front().empty())
    return BadTarget{"cmd: needs the command of an adapter, such as \"cmd:./my_adapter --fast\""};
  return Target{Target::Kind::command, text, "", "", *std::move(words)};
}

bool ends_with_one_of(std::string_view text, std::initializer_list<std::string_view> endings) {
  return std::ranges::any_of(endings, [&](std::string_view e) { return text.ends_with(e); });
}

// What somebody who has named a file without its kind is likely to have meant; empty where nothing tells.
std::string meant(const std::string& text) {
  const auto [file, name] = split_last(text);
  const std::string with_name = file + ":" + (name.empty() ? "NAME" : name);
  const std::string where_named = name.empty() ? ", NAME being the layer in it" : "";
  if (ends_with_one_of(file, {".py"})) return "py:" + with_name + where_named;
  if (ends_with_one_of(file, {".js", ".mjs", ".cjs"})) return "js:" + with_name + where_named;
  if (ends_with_one_of(file, {".so"})) return "so:" + text;
  return "";
}

// A source in place of the library that is made of it.
BadTarget not_compiled(const std::string& file) {
  return BadTarget{file + " is a source: compile it first, as in cc -O2 -shared -fPIC " + file +
                   " -o grl.so, and name what comes out"};
}

Result<Target, BadTarget> existing(Target target) {
  std::error_code error;
  if (std::filesystem::is_regular_file(target.file, error)) return target;
  if (std::filesystem::exists(target.file, error)) return BadTarget{target.file + " is not a file"};
  return BadTarget{"there is no file " + target.file + "; give a path from here, or a full one"};
}

}  // namespace

Result<Target, BadTarget> parse_target(const std::string& text) {
  if (text == "builtin") return Target{Target::Kind::builtin, text, "", ""};
  if (text.starts_with("so:")) {
    std::error_code error;
    const std::string rest = text.substr(3);
    if (rest.empty()) return BadTarget{"so: needs a library: so:./grl.so or so:./grl.so:prefix"};
    auto [file, prefix] = split_last(rest);
    if (ends_with_one_of(file, {".c", ".cc", ".cpp", ".cxx", ".cu"})) return not_compiled(file);
    if (std::filesystem::is_regular_file(rest, error)) return Target{Target::Kind::plugin, text, rest, "grl"};
    return existing({Target::Kind::plugin, text, file, prefix.empty() ? "grl" : prefix});
  }
  if (text.starts_with("py:")) {
    auto [file, name] = split_last(text.substr(3));
    if (file.empty() || name.empty())
      return BadTarget{"'" + text + "': py: needs a file and a name in it, as in py:grl.py:GradientReversal"};
    return existing({Target::Kind::python, text, file, name});
  }
  if (text.starts_with("js:")) {
    auto [file, name] = split_last(text.substr(3));
    if (file.empty() || name.empty())
      return BadTarget{"'" + text +
                       "': js: needs a file and a name that it exports, as in js:grl.js:gradReverse"};
    return existing({Target::Kind::javascript, text, file, name});
  }
  if (text.starts_with("cmd:")) return command(text);
  if (text.starts_with("socket:")) return listening(text);
  if (const std::string likely = meant(text); !likely.empty())
    return BadTarget{"'" + text + "' does not say what kind of target it is; write " + likely};
  return BadTarget{"'" + text +
                   "' is no target; the kinds are builtin, so:LIBRARY[:PREFIX], py:FILE:NAME, js:FILE:NAME, "
                   "cmd:COMMAND LINE and socket:PATH"};
}

}  // namespace gradproof::inline v0
