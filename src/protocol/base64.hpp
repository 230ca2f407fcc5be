#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradproof::inline v0::protocol {

// Base64 as RFC 4648 has it (alphabet with + and /, padded), and nothing else: no line breaks, no missing
// padding, no stray bits in the last digit. One text has one reading, so that a reply is either right or
// refused.

[[nodiscard]] std::string base64_encoded(std::span<const std::byte> bytes);

struct Base64Text {
  std::vector<std::byte> bytes;
  std::optional<std::size_t> wrong_at;  // where the text stops being base64; `bytes` is empty then
};
[[nodiscard]] Base64Text base64_decoded(std::string_view text);

}  // namespace gradproof::inline v0::protocol
