#include "report/markup.hpp"

#include <algorithm>
#include <cstdint>

namespace gradproof::inline v0 {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

struct Decoded {
  std::size_t length = 0;  // in bytes; 0 where there is no well-formed character
  std::uint32_t character = 0;
};

// The shortest form only, and nothing beyond U+10FFFF: what else looks like UTF-8 is none.
Decoded decoded(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {1, first};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {};
  std::uint32_t c = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {};
    c = c << 6 | (byte(i) & 0x3FU);
  }
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  return c < least[length] || c > 0x10FFFF ? Decoded{} : Decoded{length, c};
}

// The Char of XML 1.0, without the C1 controls, which nobody means.
bool is_legal(std::uint32_t c) {
  if (c == '\t' || c == '\n') return true;
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return false;
  return (c < 0xD800 || c > 0xDFFF) && c != 0xFFFE && c != 0xFFFF;
}

// The longest run of backticks in the text.
std::size_t longest_run(std::string_view text) {
  std::size_t longest = 0, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

}  // namespace

std::string legible(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Decoded d = decoded(text);
    // A carriage return before a line's end is the line's end.
    if (text.starts_with("\r\n")) {
      text.remove_prefix(1);
      continue;
    }
    if (d.length > 0 && is_legal(d.character)) out += text.substr(0, d.length);
    else out += replacement;
    text.remove_prefix(std::max<std::size_t>(d.length, 1));
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : legible(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      // A bare line's end in an attribute reads as a blank.
      case '\n': out += "&#10;"; break;
      case '\t': out += "&#9;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string markdown_words(std::string_view text) {
  std::string out;
  for (const char c : legible(text)) {
    if (c == '\n' || c == '\t') out += ' ';
    else if (c == '<') out += "&lt;";
    else if (c == '&') out += "&amp;";
    // Nobody is called by what a subject prints.
    else if (c == '@') out += "&#64;";
    else if (std::string_view("\\`*_[]|~#").find(c) != std::string_view::npos) out += '\\', out += c;
    else out += c;
  }
  return out;
}

std::string markdown_block(std::string_view text, std::string_view language) {
  std::string clean = legible(text);
  if (!clean.empty() && clean.back() != '\n') clean += '\n';
  const std::string fence(std::max<std::size_t>(3, longest_run(clean) + 1), '`');
  return fence + std::string(language) + "\n" + clean + fence + "\n";
}

}  // namespace gradproof::inline v0
