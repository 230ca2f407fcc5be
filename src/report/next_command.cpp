#include "report/next_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace gradproof::inline v0 {

std::string shell_quoted(const std::string& file) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("/._-+,:@%").find(c) != std::string_view::npos;
  };
  if (std::ranges::all_of(file, plain)) return file;
  std::string text = "'";
  for (const char c : file) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string own_command(const std::string& command, const std::string& words, const Style& style) {
  return "gradproof " + command + " " + (style.options.empty() ? "" : style.options + " ") + words;
}

std::string replay_text(const SubjectFacts& subject, const std::string& file, const Style& style) {
  if (!subject.target.starts_with("socket:")) return own_command("replay", shell_quoted(file), style);
  if (subject.adapter == "tfjs" || subject.adapter == "jax-js")
    return fmt::format("in the test, verify(layer, {{ replay: '{}' }})", file);
  return fmt::format("in the test, gradproof.verify(layer, replay=\"{}\")", file);
}

std::string script_command(const std::string& file, const Style& style) {
  if (file.ends_with(".py")) return shell_quoted(style.python) + " " + shell_quoted(file);
  if (file.ends_with(".mjs")) return shell_quoted(style.node) + " " + shell_quoted(file);
  return "cc " + shell_quoted(file) + " -ldl && ./a.out";
}

std::vector<std::string> next_commands(const SubjectFacts& subject, const Counterexample& e,
                                       const Style& style) {
  std::vector<std::string> commands;
  if (!e.replay_file.empty()) commands.push_back(replay_text(subject, e.replay_file, style));
  if (!e.script_file.empty()) commands.push_back(script_command(e.script_file, style));
  return commands;
}

}  // namespace gradproof::inline v0
