#include "protocol/base64.hpp"

#include <array>
#include <cstdint>

namespace gradproof::inline v0::protocol {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 64;

constexpr std::array<std::uint8_t, 256> digit_table() {
  std::array<std::uint8_t, 256> table{};
  table.fill(no_digit);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = std::uint8_t(i);
  return table;
}
constexpr auto digits = digit_table();

std::uint32_t digit(std::string_view text, std::size_t i) {
  return digits[static_cast<unsigned char>(text[i])];
}

// The slow look at a text that is known to be wrong: where does it go wrong first?
std::size_t first_wrong(std::string_view text, std::size_t body) {
  for (std::size_t i = 0; i < body; ++i)
    if (digit(text, i) == no_digit) return i;
  return body == 0 ? 0 : body - 1;  // every digit is one, so the last one carries bits that belong to nothing
}

}  // namespace

std::string base64_encoded(std::span<const std::byte> bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    std::uint32_t word = std::to_integer<std::uint32_t>(bytes[i]) << 16;
    if (left > 1) word |= std::to_integer<std::uint32_t>(bytes[i + 1]) << 8;
    if (left > 2) word |= std::to_integer<std::uint32_t>(bytes[i + 2]);
    text += alphabet[word >> 18];
    text += alphabet[(word >> 12) & 63];
    text += left > 1 ? alphabet[(word >> 6) & 63] : '=';
    text += left > 2 ? alphabet[word & 63] : '=';
  }
  return text;
}

Base64Text base64_decoded(std::string_view text) {
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const std::size_t body = text.size() - padding;
  if (text.size() % 4 != 0) {
    for (std::size_t i = 0; i < body; ++i)
      if (digit(text, i) == no_digit) return {{}, i};
    return {{}, text.size()};  // cut short (or padded too little)
  }
  std::vector<std::byte> bytes(text.size() / 4 * 3);
  std::size_t out = 0;
  std::uint32_t all = 0;  // collects bit 6, which only `no_digit` has
  const std::size_t whole = body / 4 * 4;
  for (std::size_t i = 0; i < whole; i += 4) {
    const std::uint32_t a = digit(text, i), b = digit(text, i + 1), c = digit(text, i + 2),
                        d = digit(text, i + 3);
    all |= a | b | c | d;
    const std::uint32_t word = a << 18 | b << 12 | c << 6 | d;
    bytes[out++] = std::byte(word >> 16);
    bytes[out++] = std::byte(word >> 8);
    bytes[out++] = std::byte(word);
  }
  if (padding != 0) {
    const std::uint32_t a = digit(text, whole), b = digit(text, whole + 1),
                        c = padding == 1 ? digit(text, whole + 2) : 0;
    const std::uint32_t word = a << 18 | b << 12 | c << 6;
    const std::uint32_t surplus = padding == 1 ? word & 0xFF : word & 0xFFFF;
    if (((a | b | c) & no_digit) != 0 || surplus != 0) return {{}, first_wrong(text, body)};
    bytes[out++] = std::byte(word >> 16);
    if (padding == 1) bytes[out++] = std::byte(word >> 8);
  }
  if ((all & no_digit) != 0) return {{}, first_wrong(text, body)};
  bytes.resize(out);
  return {std::move(bytes), std::nullopt};
}

}  // namespace gradproof::inline v0::protocol
