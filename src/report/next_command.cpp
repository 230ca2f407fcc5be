#include "report/next_command.hpp"

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

std::string replay_command(const std::string& file, const std::string& options) {
  return "gradproof replay " + (options.empty() ? "" : options + " ") + shell_quoted(file);
}

std::string script_command(const std::string& file, const std::string& python, const std::string& node) {
  if (file.ends_with(".py")) return shell_quoted(python) + " " + shell_quoted(file);
  if (file.ends_with(".mjs")) return shell_quoted(node) + " " + shell_quoted(file);
  return "cc " + shell_quoted(file) + " -ldl && ./a.out";
}

}  // namespace gradproof::inline v0
