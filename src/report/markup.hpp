// Text from anywhere as a part of HTML, XML or Markdown. Subjects say what they like: bytes that are no UTF-8, control
// characters, markup.
#pragma once

#include <string>
#include <string_view>

namespace gradproof::inline v0 {

// Well-formed UTF-8 of characters that XML 1.0 allows; each other byte or character becomes U+FFFD.
[[nodiscard]] std::string legible(std::string_view text);

// As text or inside a quoted attribute, of HTML and of XML alike.
[[nodiscard]] std::string escaped(std::string_view text);

// As words of Markdown on one line, fit for the cell of a table.
[[nodiscard]] std::string markdown_words(std::string_view text);
// As a block of code that nothing in the text can end.
[[nodiscard]] std::string markdown_block(std::string_view text, std::string_view language = {});

}  // namespace gradproof::inline v0
