#include <filesystem>

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
  return BadTarget{path + " is no Unix socket; the program that serves the layer has ended, or not begun"};
}

// Any program that speaks the protocol, with its arguments.
Result<Target, BadTarget> command(const std::string& text) {
  auto words = command_words(std::string_view(text).substr(4));
  if (!words) return BadTarget{"cmd: " + words.error().message};
  if (words->empty() || words->front().empty())
    return BadTarget{"cmd: needs the command of an adapter, such as \"cmd:./my_adapter --fast\""};
  return Target{Target::Kind::command, text, "", "", *std::move(words)};
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
    if (std::filesystem::is_regular_file(rest, error)) return Target{Target::Kind::plugin, text, rest, "grl"};
    auto [file, prefix] = split_last(rest);
    return existing({Target::Kind::plugin, text, file, prefix.empty() ? "grl" : prefix});
  }
  if (text.starts_with("py:")) {
    auto [file, name] = split_last(text.substr(3));
    if (file.empty() || name.empty())
      return BadTarget{"py: needs a file and a name in it: py:grl.py:GradientReversal"};
    return existing({Target::Kind::python, text, file, name});
  }
  if (text.starts_with("js:")) {
    auto [file, name] = split_last(text.substr(3));
    if (file.empty() || name.empty())
      return BadTarget{"js: needs a file and a name that it exports: js:grl.js:gradReverse"};
    return existing({Target::Kind::javascript, text, file, name});
  }
  if (text.starts_with("cmd:")) return command(text);
  if (text.starts_with("socket:")) return listening(text);
  return BadTarget{"'" + text +
                   "' is no target; the kinds are builtin, so:LIBRARY[:PREFIX], py:FILE:NAME, js:FILE:NAME, "
                   "cmd:COMMAND LINE and socket:PATH"};
}

}  // namespace gradproof::inline v0
