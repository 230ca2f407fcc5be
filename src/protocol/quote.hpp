#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gradproof::inline v0::protocol {

// What a subject says is foreign text: it may hold broken UTF-8, terminal escapes and any number of bytes.
// These functions make it safe to print and to put into JSON: broken UTF-8 becomes U+FFFD, control characters
// become \n, \t, \x1b and the like, and what is longer than `limit` bytes is cut.

// One line, cut at its end: for messages.
[[nodiscard]] std::string one_line(std::string_view text, std::size_t limit = 500);

// One line in double quotes.
[[nodiscard]] std::string in_quotes(std::string_view text, std::size_t limit = 80);

// Line breaks and tabs stay, and the beginning is cut: for tracebacks and the tail of stderr, whose end says
// most.
[[nodiscard]] std::string last_lines(std::string_view text, std::size_t limit = 64u << 10);

}  // namespace gradproof::inline v0::protocol
