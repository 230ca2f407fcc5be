#include "report/page.hpp"

#include <fmt/format.h>

namespace gradproof::inline v0 {

namespace {

std::string classes(const std::string& kind, bool is_number) {
  const std::string all = is_number ? kind.empty() ? "number" : "number " + kind : kind;
  return all.empty() ? "" : fmt::format(" class=\"{}\"", all);
}

std::string head_html(const PageHead& head, bool sorts) {
  const std::string title = escaped(head.title);
  return fmt::format("<th scope=\"col\"{}>{}</th>", classes("", head.is_number),
                     sorts ? "<button type=\"button\">" + title + "</button>" : title);
}

}  // namespace

std::string table_html(const PageTable& table) {
  const bool sorts = !table.id.empty();
  std::string text = fmt::format(
    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table{}><thead><tr>",
    escaped(table.label), sorts ? fmt::format(" class=\"sorts\" id=\"{}\"", table.id) : " class=\"plain\"");
  for (const PageHead& head : table.heads) text += head_html(head, sorts);
  text += "</tr></thead>\n<tbody>\n";
  for (const PageRow& row : table.rows) {
    text += "<tr";
    for (const auto& [key, word] : row.data) text += fmt::format(" data-{}=\"{}\"", key, escaped(word));
    text += ">";
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const PageCell& cell = row.cells[i];
      text +=
        fmt::format("<td{}{}>{}</td>", classes(cell.kind, i < table.heads.size() && table.heads[i].is_number),
                    cell.key.empty() ? "" : fmt::format(" data-key=\"{}\"", escaped(cell.key)), cell.html);
    }
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

std::string controls_html(const PageControls& c) {
  std::string text = fmt::format(
    "<div class=\"controls\" data-table=\"{}\"><label>Filter<input type=\"search\" id=\"{}\" "
    "placeholder=\"{}\"></label>",
    c.table, c.words_id, escaped(c.example));
  for (const PageChoice& choice : c.choices) {
    text += fmt::format(R"(<label>{}<select id="{}" data-of="{}"><option value="">all</option>)",
                        escaped(choice.label), choice.id, choice.key);
    for (const auto& [word, title] : choice.options)
      text += fmt::format("<option value=\"{}\">{}</option>", escaped(word), escaped(title));
    text += "</select></label>";
  }
  if (!c.only_id.empty())
    text += fmt::format("<label class=\"check\"><input type=\"checkbox\" id=\"{}\" data-of=\"{}\">{}</label>",
                        c.only_id, c.only_key, escaped(c.only_label));
  return text + fmt::format("<span id=\"{}\" class=\"soft\" role=\"status\"></span></div>\n", c.count_id);
}

std::string page_html(const std::string& title, const std::string& body_html) {
  return fmt::format(
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
    "content=\"width=device-width,initial-scale=1\"><title>{}</title><link rel=\"icon\" href=\"data:,\">"
    "<style>{}</style></head>\n<body><main>\n{}{}</main></body></html>\n",
    escaped(title), page_style(), body_html, "<script>" + std::string(page_script()) + "</script>\n");
}

}  // namespace gradproof::inline v0
