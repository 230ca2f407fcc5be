// The graph format: any text is a document, or a mistake at a place that is there. What is printed reads back as the same.
#include <algorithm>

#include "gradproof/text.hpp"
#include "tests/fuzz/target.hpp"

using namespace gradproof;

namespace {

void check_mistake(std::string_view text, const ParseError& e) {
  const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
  fuzz::demand(e.line >= 1 && e.line <= lines, "the line of a mistake is one of the text's");
  fuzz::demand(e.column >= 1 && static_cast<std::size_t>(e.column) <= text.size() + 1,
               "the column of a mistake is in the text");
  fuzz::demand(!e.found.empty(), "a mistake says what was found");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const auto document = parse(text);
  if (!document) {
    check_mistake(text, document.error());
    return 0;
  }
  const std::string printed = print(*document);
  const auto again = parse(printed);
  fuzz::demand(static_cast<bool>(again), "what is printed can be read");
  fuzz::demand(again->graph == document->graph, "a graph that was printed reads back as the same");
  fuzz::demand(again->metadata == document->metadata, "metadata that was printed reads back as the same");
  fuzz::demand(print(*again) == printed, "printing twice gives the same text");
  return 0;
}
