// What a subject says: its lines, the JSON on them, the tensors in that, and how foreign text is made fit to be shown.
#include <nlohmann/json.hpp>

#include "protocol/base64.hpp"
#include "protocol/lines.hpp"
#include "protocol/quote.hpp"
#include "protocol/wire.hpp"
#include "tests/fuzz/target.hpp"

using namespace gradproof;
using nlohmann::json;

namespace {

constexpr std::string_view ellipsis = "…";

// dump() throws where a string is no UTF-8.
void check_fit_for_json(const std::string& text) { (void)json(text).dump(); }

bool has_controls(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  return false;
}

void check_quoting(std::string_view text) {
  const std::string line = protocol::one_line(text, 40);
  fuzz::demand(!has_controls(line), "a line that is shown holds no control characters");
  fuzz::demand(line.size() <= 40 + ellipsis.size(), "a line that is shown is cut");
  check_fit_for_json(line);
  check_fit_for_json(protocol::in_quotes(text));
  check_fit_for_json(protocol::last_lines(text, 40));
}

void check_base64(std::string_view text) {
  const auto decoded = protocol::base64_decoded(text);
  if (decoded.wrong_at)
    fuzz::demand(*decoded.wrong_at <= text.size(), "what is wrong with base64 is in the text");
  else fuzz::demand(protocol::base64_encoded(decoded.bytes) == text, "one base64 text has one reading");
}

// However the text is cut when it arrives, the same lines come out.
std::vector<std::string> lines_of(std::string_view text, std::size_t cut) {
  protocol::Lines lines(1 << 16);
  lines.expect_reply();
  for (std::size_t at = 0; at < text.size(); at += cut) lines.feed(text.substr(at, cut));
  lines.finish();
  std::vector<std::string> all;
  while (lines.ready()) all.push_back(lines.take());
  return all;
}

void check_answer(std::string_view line) {
  const json answer = json::parse(line.data(), line.data() + line.size(), nullptr, false);
  check_fit_for_json(protocol::described(answer));
  if (!answer.is_object()) return;
  const auto hello = protocol::read_hello(answer);
  if (const auto* wrong = std::get_if<protocol::Violation>(&hello)) check_fit_for_json(wrong->message);
  // Of a case that was asked as a text, and of one whose numbers come in one piece.
  const protocol::CaseRequest text{
    .graph = "x = input 1x2 [1]\noutput x\n", .dtype = "f32", .layout = "contiguous"};
  protocol::CaseRequest list{.graph = {}, .dtype = "f32", .layout = "contiguous"};
  list.listed = "{}";
  list.outputs = list.inputs = {{1, 2}};
  for (const auto& cases : {std::vector{text}, std::vector{text, list}}) {
    const auto results = protocol::read_results(answer, cases);
    if (const auto* wrong = std::get_if<protocol::Violation>(&results)) check_fit_for_json(wrong->message);
    else fuzz::demand(std::get<0>(results).size() == cases.size(), "there are as many results as cases");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check_quoting(text);
  check_base64(text);
  const auto lines = lines_of(text, 7);
  fuzz::demand(lines == lines_of(text, text.size() + 1), "lines do not depend on how they arrive");
  for (const std::string& line : lines) check_answer(line);
  check_answer(text);
  return 0;
}
