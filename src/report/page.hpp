// What all HTML reports share: one file that needs no other, light and dark, with tables that sort and filter.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "report/markup.hpp"

namespace gradproof::inline v0 {

// Members called `html` hold markup; what is called otherwise is text, and is escaped when it is written.
struct PageHead {
  std::string title;
  bool is_number = false;
};
struct PageCell {
  std::string html;
  std::string kind{};  // classes: "bad", "good", "wide" ...
  std::string key{};   // what it sorts by, where that is not its text: a number, or inf
};
struct PageRow {
  std::vector<PageCell> cells;
  std::vector<std::pair<std::string, std::string>> data{};  // by which choices filter it
};
struct PageTable {
  std::string id;     // empty: it neither sorts nor filters
  std::string label;  // what a reader of the screen hears
  std::vector<PageHead> heads;
  std::vector<PageRow> rows;
};
[[nodiscard]] std::string table_html(const PageTable& table);

// What stands above a table that filters.
struct PageChoice {
  std::string id, label, key;  // rows whose data under `key` is the chosen word stay
  std::vector<std::pair<std::string, std::string>> options;  // word, text
};
struct PageControls {
  std::string table;  // its id
  std::string words_id, example;
  std::vector<PageChoice> choices;
  std::string only_id, only_label, only_key;  // a tick keeps the rows whose data under the key is 1
  std::string count_id;
};
[[nodiscard]] std::string controls_html(const PageControls& controls);

[[nodiscard]] std::string page_html(const std::string& title, const std::string& body_html);

// The two texts that a page carries with it.
[[nodiscard]] const char* page_style();
[[nodiscard]] const char* page_script();

}  // namespace gradproof::inline v0
