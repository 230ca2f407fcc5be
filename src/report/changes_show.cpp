// Changes as text, JSON, Markdown and HTML.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "gradproof/changes.hpp"
#include "report/changes_part.hpp"
#include "report/page.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr std::array all_ways = {Change::Way::worse, Change::Way::better, Change::Way::added,
                                 Change::Way::gone};

std::string counts_text(const Changes& c) {
  std::string text;
  for (const Change::Way way : all_ways)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count(c, way), name(way));
  return text;
}

std::string_view kind_of(Change::Way way) {
  switch (way) {
    case Change::Way::worse: return "bad";
    case Change::Way::better: return "good";
    case Change::Way::added:
    case Change::Way::gone: return "open";
  }
  return "";
}

}  // namespace

std::string to_text(const Changes& c) {
  std::string text = fmt::format("compared with {}: {}\n", c.earlier, counts_text(c));
  for (const std::string& r : c.remarks) text += "  " + r + "\n";
  for (const Change::Way way : all_ways) {
    bool titled = false;
    for (const Change& change : c.list) {
      if (change.way != way) continue;
      if (!titled) text += fmt::format("  {}\n", name(way));
      titled = true;
      text += "    " + change.what;
      if (way == Change::Way::added) text += ": " + change.now;
      else if (way == Change::Way::gone) text += ": was " + change.before;
      else text += fmt::format(": was {}, is {}", change.before, change.now);
      text += "\n";
    }
  }
  return text;
}

std::string to_json(const Changes& c) {
  using Json = nlohmann::ordered_json;
  Json j = {{"schema", "gradproof/changes/1"}, {"earlier", c.earlier}};
  for (const Change::Way way : all_ways) j[std::string(name(way))] = count(c, way);
  j["remarks"] = c.remarks;
  j["changes"] = Json::array();
  for (const Change& change : c.list)
    j["changes"].push_back(
      {{"way", name(change.way)}, {"what", change.what}, {"before", change.before}, {"now", change.now}});
  return j.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_markdown(const Changes& c) {
  std::string text = "**Compared with " + markdown_words(c.earlier) + ": " + counts_text(c) + "**\n\n";
  for (const std::string& r : c.remarks) text += "- " + markdown_words(r) + "\n";
  if (!c.remarks.empty()) text += "\n";
  if (c.list.empty()) return text;
  text += "| | what | was | is |\n|---|---|---|---|\n";
  constexpr std::size_t most = 50;
  for (std::size_t i = 0; i < std::min(most, c.list.size()); ++i) {
    const Change& change = c.list[i];
    const std::string word(name(change.way));
    text +=
      fmt::format("| {} | {} | {} | {} |\n", change.way == Change::Way::worse ? "**" + word + "**" : word,
                  markdown_words(change.what), markdown_words(change.before), markdown_words(change.now));
  }
  if (c.list.size() > most) text += fmt::format("\nand {} more\n", c.list.size() - most);
  return text;
}

std::string changes_html(const Changes& c) {
  std::string text = fmt::format("<h2>Since {}</h2>\n<p{}>{}</p>\n", escaped(c.earlier),
                                 any_worse(c) ? " class=\"bad\"" : "", counts_text(c));
  if (!c.remarks.empty()) {
    text += "<ul>";
    for (const std::string& r : c.remarks) text += "<li>" + escaped(r) + "</li>\n";
    text += "</ul>\n";
  }
  if (c.list.empty()) return text + "<p>Nothing changed.</p>\n";
  PageTable table{"changes", "Changes", {{"way"}, {"what"}, {"was"}, {"is"}}, {}};
  for (const Change& change : c.list)
    table.rows.push_back({{{std::string(name(change.way)), std::string(kind_of(change.way))},
                           {escaped(change.what), "wide"},
                           {escaped(change.before), "wide"},
                           {escaped(change.now), "wide"}},
                          {{"way", std::string(name(change.way))}}});
  PageChoice ways{"way", "Way", "way", {}};
  for (const Change::Way way : all_ways)
    if (count(c, way) > 0) ways.options.emplace_back(std::string(name(way)), std::string(name(way)));
  return text + controls_html({"changes", "change-words", "float32", {ways}, "", "", "", "change-count"}) +
         table_html(table);
}

std::string to_html(const Changes& c) {
  return page_html("Since " + c.earlier,
                   "<h1>Compared with " + escaped(c.earlier) + "</h1>\n" + changes_html(c));
}

}  // namespace gradproof::inline v0
