// Verdicts as Markdown, for a comment on a pull request.
#include <fmt/format.h>

#include "gradproof/report.hpp"
#include "report/card.hpp"
#include "report/census_part.hpp"
#include "report/markup.hpp"
#include "report/matrix.hpp"
#include "report/verdict_words.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr std::size_t most_examples = 10;

std::string section(const Report& r, const Style& style) {
  std::string text = "## " + markdown_words(r.subject.target) + "\n\n" + verdict_markdown(r);
  for (std::size_t i = 0; i < std::min(most_examples, r.counterexamples.size()); ++i)
    text += card_markdown(card_of(r, r.counterexamples[i], style)) + "\n";
  if (r.counterexamples.size() > most_examples)
    text += fmt::format("and {} more counterexamples\n\n", r.counterexamples.size() - most_examples);
  if (!r.tallies.empty())
    text += matrix_markdown(r.tallies) + "\n" + coverage_text(r) + "\n\n" + census_markdown(r);
  std::string facts;
  for (const auto& [title, words] : environment_of(r))
    if (title != "subject") facts += (facts.empty() ? "" : "; ") + title + ": " + words;
  return text + "<sub>" + escaped(facts) + "</sub>\n";
}

}  // namespace

std::string to_markdown(std::span<const Report> reports, const Changes* changes, const Style& style) {
  std::string text = changes == nullptr ? "" : to_markdown(*changes) + "\n";
  for (const Report& r : reports) text += section(r, style) + "\n";
  return text;
}

}  // namespace gradproof::inline v0
