#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/base64.hpp"
#include "protocol/lines.hpp"
#include "protocol/quote.hpp"
#include "tests/catch.hpp"

using namespace gradproof::protocol;

namespace {

std::vector<std::byte> bytes_of(std::string_view text) {
  std::vector<std::byte> bytes;
  for (const char c : text) bytes.push_back(std::byte(c));
  return bytes;
}

}  // namespace

TEST_CASE("base64 of the examples in RFC 4648", "[base64]") {
  const std::vector<std::pair<std::string, std::string>> examples{{"", ""},
                                                                  {"f", "Zg=="},
                                                                  {"fo", "Zm8="},
                                                                  {"foo", "Zm9v"},
                                                                  {"foob", "Zm9vYg=="},
                                                                  {"fooba", "Zm9vYmE="},
                                                                  {"foobar", "Zm9vYmFy"},
                                                                  {"\xff\xfe\xfb", "//77"}};
  for (const auto& [plain, text] : examples) {
    CHECK(base64_encoded(bytes_of(plain)) == text);
    const Base64Text decoded = base64_decoded(text);
    CHECK_FALSE(decoded.wrong_at);
    CHECK(decoded.bytes == bytes_of(plain));
  }
}

TEST_CASE("base64 gives every byte string back", "[base64]") {
  std::uint32_t state = 1;
  for (std::size_t size = 0; size < 300; ++size) {
    std::vector<std::byte> bytes(size);
    for (std::byte& byte : bytes) byte = std::byte((state = state * 1664525u + 1013904223u) >> 24);
    const Base64Text decoded = base64_decoded(base64_encoded(bytes));
    REQUIRE_FALSE(decoded.wrong_at);
    REQUIRE(decoded.bytes == bytes);
  }
}

TEST_CASE("what is not base64 is refused, at its place", "[base64]") {
  const std::vector<std::pair<std::string, std::size_t>> wrong{
    {"Zg", 2},   {"Zg=", 3},      {"Zm9", 3},   {"Z", 1},        {"=", 1},
    {"====", 0}, {"Zg==Zg==", 2}, {"Zm9\n", 3}, {"Zm-v", 2},     {"Zm9vYm\xff=", 6},
    {"AB==", 1}, {"ABD=", 2},     {"A===", 1},  {"Zm9vZ=9v", 5}, {std::string("Zm9\0", 4), 3}};
  for (const auto& [text, place] : wrong) {
    CAPTURE(text);
    const Base64Text decoded = base64_decoded(text);
    REQUIRE(decoded.wrong_at);
    CHECK(*decoded.wrong_at == place);
    CHECK(decoded.bytes.empty());
  }
}

TEST_CASE("foreign text is made safe to print", "[quote]") {
  CHECK(one_line("plain äö€𝄞") == "plain äö€𝄞");
  CHECK(one_line("a\nb\tc\r\x1b[31m\x7f\xc2\x9b") == "a\\nb\\tc\\r\\x1b[31m\\x7f\\x9b");
  CHECK(one_line(std::string("nul\0", 4)) == "nul\\x00");
  // Truncated, overlong, a surrogate, beyond the last code point, a lone continuation.
  CHECK(one_line("\xe2\x82") == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(one_line("\xc0\xaf") == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(one_line("\xed\xa0\x80!") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD!");
  CHECK(one_line("\xf4\x90\x80\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(one_line("x\x80y") == "x\xEF\xBF\xBDy");
  CHECK(one_line("abcdef", 3) == "abc…");
  CHECK(one_line("aé", 2) == "a…");  // never through the middle of a character
  CHECK(in_quotes("say \"hi\"") == "\"say \"hi\"\"");
  CHECK(last_lines("one\n\ttwo\x1b") == "one\n\ttwo\\x1b");
  CHECK(last_lines("0123456789", 4) == "…6789");
  CHECK(last_lines("aé", 1) == "…");
}

TEST_CASE("lines for us are kept whole, and stray ones are kept short", "[lines]") {
  Lines lines(1000);
  lines.expect_reply();
  lines.feed("hello\r\n\n{\"a\"");
  CHECK_FALSE(lines.ready());
  CHECK(lines.unfinished() == 4);
  lines.feed(":1}\nbye");
  REQUIRE(lines.ready());
  CHECK(lines.take() == "{\"a\":1}");
  CHECK_FALSE(lines.ready());
  CHECK(lines.stray() == std::vector<std::string>{"hello"});
  lines.feed(" bye\n {\"indented\":1}\n{}\n{}\n");
  CHECK(lines.take() == "{}");
  CHECK(lines.take() == "{}");
  CHECK(lines.stray() == std::vector<std::string>{"hello", "bye bye", " {\"indented\":1}"});
  for (int i = 0; i < 10; ++i) lines.feed("again\n");
  CHECK(lines.stray().size() == 8);
  CHECK(lines.stray_count() == 13);
  CHECK_FALSE(lines.flooded());
}

TEST_CASE("a flood is noticed and dropped", "[lines]") {
  Lines reply(100);
  reply.feed(std::string(100, '{'));
  CHECK_FALSE(reply.flooded());
  reply.feed("{");
  CHECK(reply.flooded());
  CHECK(reply.unfinished() == 0);

  Lines stray(100);
  stray.feed(std::string(60, 'x') + '\n' + std::string(60, 'y'));
  CHECK(stray.flooded());
  stray.finish();
  CHECK(stray.stray() == std::vector<std::string>{std::string(60, 'x'), std::string(60, 'y')});
  stray.expect_reply();
  stray.feed("{}\n");
  CHECK_FALSE(stray.flooded());
  CHECK(stray.take() == "{}");

  Lines endless(1u << 30);
  endless.feed(std::string(10000, 'z'));
  endless.finish();
  CHECK(endless.stray() == std::vector<std::string>{std::string(200, 'z') + "…"});
}

TEST_CASE("a tail keeps the end of a stream of any length", "[lines]") {
  Tail tail(10);
  CHECK(tail.text().empty());
  std::string all;
  for (int i = 0; i < 100; ++i) {
    const std::string chunk = std::to_string(i * 7919 % 1000) + std::string(i % 23, '.');
    tail.feed(chunk);
    all += chunk;
    REQUIRE(tail.text() == std::string_view(all).substr(all.size() - std::min<std::size_t>(all.size(), 10)));
  }
}
