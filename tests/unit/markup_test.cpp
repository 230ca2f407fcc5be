#include "report/markup.hpp"

#include "tests/catch.hpp"

using namespace gradproof;

TEST_CASE("Text that is legible stays what it is", "[report]") {
  for (const char* text : {"", "plain", "λ·g ≠ -λ·g", "a\tb\nc", "\xF0\x9F\x99\x82", "\xEF\xBF\xBD"})
    CHECK(legible(text) == text);
}

TEST_CASE("What XML has no character for becomes a replacement character", "[report]") {
  const std::string r = "\xEF\xBF\xBD";
  CHECK(legible(std::string_view("a\0b", 3)) == "a" + r + "b");
  CHECK(legible("\x1b[31m") == r + "[31m");
  CHECK(legible("\x7f") == r);
  CHECK(legible("\xC2\x85") == r);                      // a C1 control
  CHECK(legible("\xEF\xBF\xBE") == r);                  // U+FFFE
  CHECK(legible("\xED\xA0\x80") == r);                  // half of a surrogate pair
  CHECK(legible("\xF4\x90\x80\x80") == r + r + r + r);  // beyond U+10FFFF
  CHECK(legible("\xC0\xAF") == r + r);                  // a slash that takes more bytes than it may
  CHECK(legible("\xE2\x82") == r + r);                  // cut off
  CHECK(legible("\xFF\xFEx") == r + r + "x");
  CHECK(legible("one\r\ntwo") == "one\ntwo");
  CHECK(legible("one\rtwo") == "one" + r + "two");
}

TEST_CASE("Markup in a text is text", "[report]") {
  CHECK(escaped("<a href=\"x\" id='y'>&]]>") == "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;]]&gt;");
  CHECK(escaped("a\nb\tc") == "a&#10;b&#9;c");
}

TEST_CASE("Nothing in a text ends the Markdown around it", "[report]") {
  CHECK(markdown_words("a|b*c_d`e\n<f> @g #1") == "a\\|b\\*c\\_d\\`e &lt;f> &#64;g \\#1");
  CHECK(markdown_block("x = 1\n") == "```\nx = 1\n```\n");
  CHECK(markdown_block("```\nout", "text") == "````text\n```\nout\n````\n");
}
