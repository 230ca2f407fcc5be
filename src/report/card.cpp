#include "report/card.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gradproof/text.hpp"
#include "number/spelled.hpp"
#include "report/drawing.hpp"
#include "report/next_command.hpp"
#include "report/page.hpp"

namespace gradproof::inline v0 {

std::string graph_lines(std::string text) {
  std::string lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string line = text.substr(0, end);
    if (!line.starts_with("gradproof ") && !line.starts_with('@')) lines += line + "\n";
    text.erase(0, end + 1);
  }
  return lines;
}

FailureCard card_of(const Report& report, const Counterexample& e, const Style& style) {
  const Case& c = e.minimal;
  FailureCard card;
  card.title = fmt::format("{} in {}", e.property, format(c.dtype).words);
  if (c.layout != Layout::contiguous) card.title += fmt::format(", layout {}", name(c.layout));
  if (c.rank != 2) card.title += fmt::format(", rank {}", c.rank);
  card.title += fmt::format(", {} node{}", e.nodes, e.nodes == 1 ? "" : "s");
  const auto tally = std::ranges::find(report.tallies, e.property, &Tally::property);
  if (tally != report.tallies.end()) card.claim = tally->claim;
  card.graph = &c.graph;
  card.graph_text = graph_lines(print(c.graph));
  const bool is_number = e.finding.worst && e.finding.worst->residual != Residual::no_answer &&
                         e.finding.worst->residual != Residual::shape;
  if (is_number) card.wrong = e.finding.worst;
  else card.reason = e.finding.reason;
  card.story = e.finding.story;
  card.against = graph_lines(e.finding.against);
  card.detail = e.finding.detail;
  card.commands = next_commands(report.subject, e, style);
  return card;
}

std::string wrong_text(const FailureCard& card) {
  if (!card.wrong) return card.reason;
  return spelled_claim(card.wrong->place, card.wrong->expected, card.wrong->observed, card.wrong->allowed);
}

namespace {

constexpr std::size_t longest_graph = 4000;

// Long graphs are whole in the replay file.
std::string cut(const std::string& text) {
  if (text.size() <= longest_graph) return text;
  return text.substr(0, text.rfind('\n', longest_graph)) + "\n... (whole in the replay file)\n";
}

std::string pre(const std::string& title, const std::string& text) {
  if (text.empty()) return "";
  return fmt::format("<p class=\"soft\">{}</p><pre tabindex=\"0\">{}</pre>\n", escaped(title), escaped(text));
}

}  // namespace

std::string card_html(const FailureCard& card) {
  std::string text = "<div class=\"case\"><h3>" + escaped(card.title) + "</h3>\n";
  if (!card.claim.empty()) text += "<p class=\"soft\">" + escaped(card.claim) + "</p>\n";
  text += "<p class=\"bad\">" + escaped(wrong_text(card)) + "</p>\n";
  const auto drawing = card.graph == nullptr ? std::nullopt : drawing_of(*card.graph, card.wrong);
  text += "<div class=\"pair\">";
  if (drawing) text += "<div>" + *drawing + "</div>";
  text += "<div>" + pre("As text:", cut(card.graph_text)) + "</div></div>\n";
  text += pre("What was done with it:", card.story);
  text += pre("That is what must follow from:", card.against);
  text += pre("The subject's own words:", card.detail);
  std::string commands;
  for (const std::string& c : card.commands) commands += c + "\n";
  return text + pre("To see it again:", commands) + "</div>\n";
}

std::string card_markdown(const FailureCard& card) {
  std::string text = "<details>\n<summary>" + escaped(card.title) + "</summary>\n\n";
  if (!card.claim.empty()) text += markdown_words(card.claim) + "\n\n";
  text += markdown_words(wrong_text(card)) + "\n\n" + markdown_block(cut(card.graph_text));
  const auto part = [&](const std::string& title, const std::string& words) {
    if (!words.empty()) text += "\n" + title + "\n\n" + markdown_block(words);
  };
  part("What was done with it:", card.story);
  part("That is what must follow from:", card.against);
  part("The subject's own words:", card.detail);
  std::string commands;
  for (const std::string& c : card.commands) commands += c + "\n";
  part("To see it again:", commands);
  return text + "\n</details>\n";
}

}  // namespace gradproof::inline v0
