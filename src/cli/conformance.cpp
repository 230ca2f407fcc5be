// Tests an adapter and prints what came of it, clause by clause.
#include "verify/conformance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "verify/external.hpp"

namespace gradproof::inline v0::cli {

namespace {

using Verdict = Clause::Verdict;

std::string_view word(Verdict v) {
  switch (v) {
    case Verdict::passed: return "passed";
    case Verdict::failed: return "FAILED";
    case Verdict::not_declared: return "not declared";
    case Verdict::not_tried: return "not tried";
  }
  return "";
}

std::size_t count(const Conformance& result, Verdict v) {
  return static_cast<std::size_t>(std::ranges::count(result.clauses, v, &Clause::verdict));
}

// What is not declared takes one line together: a small adapter has many operations that it lacks.
void print_table(const Conformance& result) {
  std::size_t widest = 6;
  for (const Clause& c : result.clauses) widest = std::max(widest, c.id.size());
  const auto column = [](std::string text, std::size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text + "  ";
  };
  fmt::print("  {}verdict  checks\n", column("clause", widest));
  std::string absent;
  for (const Clause& c : result.clauses) {
    if (c.verdict == Verdict::not_declared) absent += (absent.empty() ? "" : ", ") + c.id;
    else if (c.verdict == Verdict::not_tried) fmt::print("  {}{}\n", column(c.id, widest), word(c.verdict));
    else fmt::print("  {}{}   {}\n", column(c.id, widest), word(c.verdict), c.checks);
  }
  if (!absent.empty()) fmt::print("\n  not declared: {}\n", absent);
}

void print_failures(const Conformance& result) {
  for (const Clause& c : result.clauses) {
    if (c.verdict != Verdict::failed) continue;
    fmt::print("\n  {}: {}\n    {}\n", c.id, c.claim, c.problem);
    if (!c.sent.empty()) fmt::print("    sent: {}\n", c.sent);
    if (!c.came.empty()) fmt::print("    came: {}\n", c.came);
  }
}

// The target that one word may be, or the words as a command.
Result<Target, BadTarget> adapter_of(const std::vector<std::string>& words) {
  const std::string& first = words.front();
  if (words.size() == 1)
    for (const char* scheme : {"so:", "py:", "js:", "cmd:", "socket:"})
      if (first.starts_with(scheme)) return parse_target(first);
  if (words == std::vector<std::string>{"builtin"})
    return BadTarget{"builtin has no adapter; name the command of one, or a target such as py:FILE:NAME"};
  if (first.empty()) return BadTarget{"conformance needs the command of an adapter"};
  std::string text = first;
  for (std::size_t i = 1; i < words.size(); ++i) text += " " + words[i];
  return Target{Target::Kind::command, text, "", "", words};
}

}  // namespace

int conformance(const Common& common, const ConformanceArguments& arguments) {
  const auto target = adapter_of(arguments.words);
  if (!target) return complain(target.error().message);
  const Launch launch = launch_of(common);
  const auto start = std::chrono::steady_clock::now();
  Conformance result;
  {
    Progress progress(common);
    ConformanceOptions options{
      {.start = launch.start, .reply = launch.reply, .memory_bytes = launch.memory}, &stop, {}};
    options.progress = [&](const std::string& what, std::size_t done, std::size_t of) {
      progress.show(what, done, of);
    };
    result = gradproof::conformance(command_for(*target, launch), options);
  }
  const std::string who =
    result.facts.adapter.empty() ? "" : "   adapter " + result.facts.adapter + ", " + result.facts.framework;
  fmt::print("{}{}\n\n", target->text, who);
  if (!result.no_adapter.empty()) {
    fmt::print("NO ADAPTER: {}\n", result.no_adapter);
    return Exit::no_subject;
  }
  const std::size_t passed = count(result, Verdict::passed), failed = count(result, Verdict::failed),
                    untried = count(result, Verdict::not_tried);
  // A clause that could not be tried is no clause that was kept.
  const bool conforms = failed == 0 && untried == 0 && passed > 0;
  fmt::print("{}\n\n", conforms ? "CONFORMS" : "DOES NOT CONFORM");
  print_table(result);
  print_failures(result);
  fmt::print("\n  {} clauses: {} passed, {} failed, {} not declared, {} not tried; {:.1f} s\n",
             result.clauses.size(), passed, failed, count(result, Verdict::not_declared), untried,
             std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  return conforms ? Exit::holds : Exit::fails;
}

}  // namespace gradproof::inline v0::cli
