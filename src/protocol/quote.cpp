#include "protocol/quote.hpp"

#include <algorithm>
#include <array>

namespace gradproof::inline v0::protocol {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::string_view ellipsis = "…";

// The well-formed UTF-8 sequences by their first byte (Unicode, table 3-7). The range of the second byte
// rules out overlong forms, surrogates and everything beyond U+10FFFF; all further bytes are 80 to BF.
struct Lead {
  unsigned first, last;
  std::size_t length;
  unsigned second_low, second_high;
};
constexpr std::array leads{
  Lead{0x00, 0x7F, 1, 0x00, 0x00}, Lead{0xC2, 0xDF, 2, 0x80, 0xBF}, Lead{0xE0, 0xE0, 3, 0xA0, 0xBF},
  Lead{0xE1, 0xEC, 3, 0x80, 0xBF}, Lead{0xED, 0xED, 3, 0x80, 0x9F}, Lead{0xEE, 0xEF, 3, 0x80, 0xBF},
  Lead{0xF0, 0xF0, 4, 0x90, 0xBF}, Lead{0xF1, 0xF3, 4, 0x80, 0xBF}, Lead{0xF4, 0xF4, 4, 0x80, 0x8F}};

// The length of the sequence at the front of `text`, or 0 where it is not well-formed.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) -> unsigned { return static_cast<unsigned char>(text[i]); };
  const auto* const lead = std::ranges::find_if(
    leads, [&](const Lead& each) { return byte(0) >= each.first && byte(0) <= each.last; });
  if (lead == leads.end() || text.size() < lead->length) return 0;
  if (lead->length > 1 && (byte(1) < lead->second_low || byte(1) > lead->second_high)) return 0;
  for (std::size_t i = 2; i < lead->length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  return lead->length;
}

std::string escaped(unsigned code) {
  if (code == '\n') return "\\n";
  if (code == '\t') return "\\t";
  if (code == '\r') return "\\r";
  constexpr std::string_view digits = "0123456789abcdef";
  return {'\\', 'x', digits[code >> 4], digits[code & 15]};
}

// C0, DEL and C1: what a terminal may obey instead of showing.
bool is_control(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return first < 0x20 || first == 0x7F;
  return first == 0xC2 && static_cast<unsigned char>(sequence[1]) < 0xA0;
}

std::string shown(std::string_view sequence, bool keep_lines) {
  if (!is_control(sequence) || (keep_lines && (sequence == "\n" || sequence == "\t")))
    return std::string(sequence);
  return escaped(static_cast<unsigned char>(sequence.back()));
}

// Stops as soon as `limit` bytes are written, so that the cost depends on the limit and not on the text.
std::string clean(std::string_view text, std::size_t limit, bool keep_lines) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const std::string next =
      length == 0 ? std::string(replacement) : shown(text.substr(0, length), keep_lines);
    if (out.size() + next.size() > limit) return out += ellipsis;
    out += next;
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

}  // namespace

std::string one_line(std::string_view text, std::size_t limit) { return clean(text, limit, false); }

std::string in_quotes(std::string_view text, std::size_t limit) {
  return '"' + clean(text, limit, false) + '"';
}

std::string last_lines(std::string_view text, std::size_t limit) {
  const bool cut = text.size() > limit;
  if (cut) {
    text.remove_prefix(text.size() - limit);
    // The cut may have gone through a character; what is left of it is no fault of the subject.
    while (!text.empty() && (static_cast<unsigned char>(text[0]) & 0xC0) == 0x80) text.remove_prefix(1);
  }
  // An escape is at most four times as long as what it stands for.
  std::string out = clean(text, 4 * limit, true);
  return cut ? std::string(ellipsis) + out : out;
}

}  // namespace gradproof::inline v0::protocol
