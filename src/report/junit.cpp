#include "report/junit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gradproof/report.hpp"
#include "report/card.hpp"
#include "report/markup.hpp"
#include "report/matrix.hpp"
#include "report/verdict_words.hpp"

namespace gradproof::inline v0 {

namespace {

std::size_t counted(const JunitSuite& suite, JunitCase::End end) {
  return static_cast<std::size_t>(std::ranges::count(suite.cases, end, &JunitCase::end));
}

std::string totals(std::span<const JunitSuite> suites) {
  std::size_t tests = 0, failed = 0, errors = 0, skipped = 0;
  double seconds = 0;
  for (const JunitSuite& s : suites) {
    tests += s.cases.size();
    failed += counted(s, JunitCase::End::failed);
    errors += counted(s, JunitCase::End::error);
    skipped += counted(s, JunitCase::End::skipped);
    seconds += s.seconds;
  }
  return fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}" time="{:.3f}")", tests, failed,
                     errors, skipped, seconds);
}

std::string case_xml(const JunitCase& c) {
  const std::string opening =
    fmt::format(R"(    <testcase classname="{}" name="{}" time="0")", escaped(c.group), escaped(c.name));
  const auto ended = [&](std::string_view tag) {
    return fmt::format("{}>\n      <{} message=\"{}\">{}</{}>\n    </testcase>\n", opening, tag,
                       escaped(c.message), escaped(c.detail), tag);
  };
  switch (c.end) {
    case JunitCase::End::passed: return opening + "/>\n";
    case JunitCase::End::failed: return ended("failure");
    case JunitCase::End::error: return ended("error");
    case JunitCase::End::skipped:
      return fmt::format("{}>\n      <skipped message=\"{}\"/>\n    </testcase>\n", opening,
                         escaped(c.message));
  }
  return "";
}

std::string detail_of(const FailureCard& card) {
  std::string text = card.title + "\n" + wrong_text(card) + "\n\n" + card.graph_text;
  const auto part = [&](std::string_view title, const std::string& words) {
    if (!words.empty()) text += fmt::format("\n{}\n{}", title, words);
  };
  part("what was done with it:", card.story);
  part("that is what must follow from:", card.against);
  part("the subject's own words:", card.detail);
  for (const std::string& c : card.commands) text += "\n" + c;
  return text;
}

JunitCase case_of(const Report& r, const Tally& t, const Style& style) {
  JunitCase c{r.subject.target, fmt::format("{} [{}]", t.property, format(t.dtype).name),
              JunitCase::End::passed, "", ""};
  const Standing standing = standing_of(t);
  const std::string why = commonest_reason(t);
  c.message = standing_text(t) + (why.empty() ? "" : ": " + why);
  switch (standing) {
    case Standing::passed: break;
    case Standing::failed: c.end = JunitCase::End::failed; break;
    case Standing::known:
      c.end = JunitCase::End::skipped;
      c.message = "known failure: " + t.known;
      break;
    case Standing::undecided:
    case Standing::unsupported:
    case Standing::skipped: c.end = JunitCase::End::skipped; break;
  }
  if (standing != Standing::failed) return c;
  c.message = standing_text(t);
  // A property has one counterexample, which may be of another dtype than this case.
  const auto same_dtype = [&](const Counterexample& e) {
    return e.property == t.property && e.minimal.dtype == t.dtype;
  };
  auto e = std::ranges::find_if(r.counterexamples, same_dtype);
  if (e == r.counterexamples.end())
    e = std::ranges::find(r.counterexamples, t.property, &Counterexample::property);
  if (e == r.counterexamples.end()) return c;
  const FailureCard card = card_of(r, *e, style);
  c.message += "; " + wrong_text(card);
  c.detail = detail_of(card);
  return c;
}

}  // namespace

std::string junit_xml(std::span<const JunitSuite> suites) {
  std::string text =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"gradproof\" " + totals(suites) + ">\n";
  for (const JunitSuite& s : suites) {
    text += fmt::format("  <testsuite name=\"{}\" {}>\n", escaped(s.name), totals({&s, 1}));
    if (!s.properties.empty()) text += "    <properties>\n";
    for (const auto& [name, value] : s.properties)
      text += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", escaped(name), escaped(value));
    if (!s.properties.empty()) text += "    </properties>\n";
    for (const JunitCase& c : s.cases) text += case_xml(c);
    text += "  </testsuite>\n";
  }
  return text + "</testsuites>\n";
}

JunitCase verdict_case(const Report& r) {
  JunitCase c{r.subject.target, "verdict", JunitCase::End::passed, std::string(verdict_word(r)), r.detail};
  if (r.conclusion == Conclusion::verified) return c;
  c.end = r.conclusion == Conclusion::not_verified ? JunitCase::End::failed : JunitCase::End::error;
  for (const std::string& words : {r.reason, r.diagnosis.headline, r.diagnosis.cause})
    if (!words.empty()) c.message += ": " + words;
  for (const std::string& pattern : r.unexpected_passes)
    c.message += "; a known failure no longer happens: " + pattern;
  if (!r.diagnosis.mend.empty()) c.detail += "mend: " + r.diagnosis.mend + "\n";
  return c;
}

JunitSuite suite_of(const Report& r, const Style& style) {
  JunitSuite suite{"gradproof " + r.command + " " + r.subject.target, r.seconds, environment_of(r), {}};
  suite.cases.push_back(verdict_case(r));
  for (const Tally& t : r.tallies) suite.cases.push_back(case_of(r, t, style));
  return suite;
}

JunitSuite suite_of(const Changes& changes) {
  JunitSuite suite{"gradproof compared with " + changes.earlier, 0, {}, {}};
  for (const Change& c : changes.list) {
    const bool worse = c.way == Change::Way::worse;
    suite.cases.push_back({"compared with " + changes.earlier, c.what,
                           worse ? JunitCase::End::failed : JunitCase::End::passed,
                           fmt::format("{}: {} was {}, is {}", name(c.way), c.what, c.before, c.now), ""});
  }
  if (changes.list.empty())
    suite.cases.push_back(
      {"compared with " + changes.earlier, "nothing changed", JunitCase::End::passed, "", ""});
  return suite;
}

std::string to_junit(std::span<const Report> reports, const Changes* changes, const Style& style) {
  std::vector<JunitSuite> suites;
  for (const Report& r : reports) suites.push_back(suite_of(r, style));
  if (changes != nullptr) suites.push_back(suite_of(*changes));
  return junit_xml(suites);
}

std::string to_junit(const Changes& changes) { return junit_xml(std::vector<JunitSuite>{suite_of(changes)}); }

}  // namespace gradproof::inline v0
