// What changed between two measurements.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "accuracy/rows.hpp"
#include "report/junit.hpp"

namespace gradproof::inline v0 {

namespace {

// The figures that two measurements of one part differ in, by what became of them.
struct Figures {
  std::string before, now;
  void add(const std::string& title, const std::string& was, const std::string& is) {
    const std::string gap = before.empty() ? "" : ", ";
    before += gap + title + " " + was;
    now += gap + title + " " + is;
  }
};

struct Difference {
  Figures worse, better;
  // A figure of which more is worse.
  void less_is_better(const std::string& title, double was, double is, const std::string& was_text,
                      const std::string& is_text) {
    if (is > was) worse.add(title, was_text, is_text);
    if (is < was) better.add(title, was_text, is_text);
  }
};

std::string title_of(const OperationAccuracy& o, const std::string& part) {
  return fmt::format("{}{} in {}", o.operation, part.empty() ? "" : " " + part, format(o.dtype).words);
}

// What is shown of an error must differ where the errors do.
std::string exact(double ulps) { return std::isinf(ulps) ? "inf" : fmt::format("{}", ulps); }

Difference difference_of(const PartAccuracy& was, const PartAccuracy& is, bool same_inputs) {
  Difference d;
  const auto ulps = [](const PartAccuracy& p) { return p.worst ? p.worst->ulps : 0; };
  const auto number = [&](const std::string& title, double a, double b) {
    const bool looks_same = ulps_text(a) == ulps_text(b);
    d.less_is_better(title, a, b, looks_same ? exact(a) : ulps_text(a), looks_same ? exact(b) : ulps_text(b));
  };
  const auto counted = [&](const std::string& title, std::uint64_t a, std::uint64_t b) {
    number(title, static_cast<double>(a), static_cast<double>(b));
  };
  // The special inputs are the same for every seed.
  counted("special", was.special_misses.size(), is.special_misses.size());
  if (!same_inputs) return d;
  number("max", ulps(was), ulps(is));
  number("p99.9", was.p999, is.p999);
  counted("not nearest", was.drawn - was.nearest, is.drawn - is.nearest);
  for (const Oddity o : all_oddities) {
    const auto at = static_cast<std::size_t>(o);
    counted(std::string(name(o)), was.odd[at].count, is.odd[at].count);
  }
  return d;
}

void compare(const OperationAccuracy& was, const OperationAccuracy& is, bool same_inputs, Changes& changes) {
  const auto said = [](const OperationAccuracy& o) {
    return o.parts.empty() ? "not measured: " + o.trouble : std::string("measured");
  };
  if (was.parts.empty() != is.parts.empty()) {
    changes.list.push_back(
      {is.parts.empty() ? Change::Way::worse : Change::Way::better, title_of(is, ""), said(was), said(is)});
    return;
  }
  for (const PartAccuracy& p : is.parts) {
    const auto old = std::ranges::find(was.parts, p.part, &PartAccuracy::part);
    if (old == was.parts.end()) continue;
    const Difference d = difference_of(*old, p, same_inputs);
    if (!d.worse.now.empty())
      changes.list.push_back({Change::Way::worse, title_of(is, p.part), d.worse.before, d.worse.now});
    if (!d.better.now.empty())
      changes.list.push_back({Change::Way::better, title_of(is, p.part), d.better.before, d.better.now});
  }
}

void remark(const AccuracyReport& before, const AccuracyReport& now, bool same_inputs, Changes& changes) {
  const auto differ = [&](std::string_view what, const std::string& a, const std::string& b) {
    if (a != b) changes.remarks.push_back(fmt::format("{} was {}, is {}", what, a, b));
  };
  differ("the subject", before.report.subject.target, now.report.subject.target);
  differ("the framework", before.report.subject.framework, now.report.subject.framework);
  differ("gradproof's version", before.report.version, now.report.version);
  differ("the seed", fmt::format("{}", before.options.seed), fmt::format("{}", now.options.seed));
  differ("the number of inputs", fmt::format("{}", before.options.inputs),
         fmt::format("{}", now.options.inputs));
  if (!same_inputs)
    changes.remarks.emplace_back(
      "these are errors of other inputs, so they are not compared; only special values, and what was "
      "measured "
      "at all, are");
}

}  // namespace

Changes changes_between(const AccuracyReport& before, const AccuracyReport& now) {
  Changes changes;
  const bool same_inputs =
    before.options.seed == now.options.seed && before.options.inputs == now.options.inputs;
  remark(before, now, same_inputs, changes);
  const auto find = [](const AccuracyReport& r, const OperationAccuracy& o) {
    return std::ranges::find_if(r.operations, [&](const OperationAccuracy& x) {
      return x.operation == o.operation && x.dtype == o.dtype;
    });
  };
  for (const OperationAccuracy& o : now.operations) {
    const auto old = find(before, o);
    if (old == before.operations.end())
      changes.list.push_back(
        {Change::Way::added, title_of(o, ""), "", o.parts.empty() ? o.trouble : "measured"});
    else compare(*old, o, same_inputs, changes);
  }
  for (const OperationAccuracy& o : before.operations)
    if (find(now, o) == now.operations.end())
      changes.list.push_back(
        {Change::Way::gone, title_of(o, ""), o.parts.empty() ? o.trouble : "measured", ""});
  arrange(changes);
  return changes;
}

std::string to_junit(const AccuracyReport& r, const Changes& changes) {
  JunitSuite suite{"gradproof accuracy " + r.report.subject.target, r.report.seconds, {}, {}};
  suite.properties.emplace_back("compared with", changes.earlier);
  for (const std::string& remark : changes.remarks) suite.properties.emplace_back("remark", remark);
  if (r.report.conclusion != Conclusion::verified) suite.cases.push_back(verdict_case(r.report));
  for (const AccuracyRow& row : rows_of(r, RowOrder::table)) {
    JunitCase c{r.report.subject.target, title_of(*row.operation, row.part->part), JunitCase::End::passed, "",
                ""};
    for (const Change& change : changes.list) {
      if (change.way != Change::Way::worse || change.what != c.name) continue;
      c.end = JunitCase::End::failed;
      c.message = "worse: was " + change.before + ", is " + change.now;
      if (row.part->worst)
        c.detail =
          "max is at " + inputs_text(row.part->worst->inputs) + ": " + outcome_text(*row.part->worst);
    }
    suite.cases.push_back(std::move(c));
  }
  for (const OperationAccuracy& o : r.operations) {
    if (!o.parts.empty()) continue;
    const bool lost = std::ranges::any_of(changes.list, [&](const Change& c) {
      return c.way == Change::Way::worse && c.what == title_of(o, "");
    });
    suite.cases.push_back({r.report.subject.target, title_of(o, ""),
                           lost ? JunitCase::End::failed : JunitCase::End::skipped, o.trouble, ""});
  }
  return junit_xml(std::span(&suite, 1));
}

}  // namespace gradproof::inline v0
