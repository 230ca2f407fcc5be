#include <cmath>

#include "gradproof/report.hpp"
#include "gradproof/text.hpp"
#include "number/spelled.hpp"
#include "report/drawing.hpp"
#include "report/matrix.hpp"
#include "report/next_command.hpp"
#include "tests/catch.hpp"
#include "verify/diagnose.hpp"

using namespace gradproof;

namespace {

Tally tally(std::size_t holds, std::size_t fails, std::size_t undecided, std::size_t not_applicable,
            std::string reason = {}) {
  Tally t;
  t.property = "zero-cuts";
  t.holds = holds, t.fails = fails, t.undecided = undecided, t.not_applicable = not_applicable;
  if (!reason.empty()) t.reasons[reason] = undecided + not_applicable;
  return t;
}

Graph graph_of(const std::string& text) { return parse("gradproof 1\n" + text)->graph; }

Counterexample example() {
  return {"zero-cuts", {graph_of("x = input 1x1 [1]\nr = reverse x 2\noutput r\n"), Dtype::f64}, {}, 2, 0,
          ""};
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("A tally stands for the worst that it has, and nothing decided is no pass", "[report]") {
  CHECK(standing_text(tally(5, 0, 0, 1)) == "passed 5");
  CHECK(standing_text(tally(5, 0, 2, 1)) == "passed 5, 2 undecided");
  CHECK(standing_text(tally(5, 1, 0, 0)) == "failed 1 of 6");
  CHECK(standing_text(tally(0, 0, 2, 9)) == "undecided 2");
  CHECK(standing_text(tally(0, 0, 0, 3, "unsupported: double backward")) == "unsupported");
  CHECK(standing_text(tally(0, 0, 0, 3, "no input is read twice")) == "skipped");
  CHECK(standing_text(tally(0, 0, 0, 0)) == "skipped");
  Tally known = tally(1, 3, 0, 0);
  known.known = "it is old";
  CHECK(standing_text(known) == "known 3 of 4");
}

TEST_CASE("A drawing has a box for each node, an edge for each operand, and marks what is wrong",
          "[report]") {
  const Graph g =
    graph_of("x = input 1x2 [1 2]\nr = reverse x 1/3\ny = mul r x\ns = sum y all\nz = add s 0.5\noutput z\n");
  const std::string right = drawing_of(g, {}).value();
  CHECK(occurrences(right, "<rect") == 5);  // 1/3 and 0.5 stand in their users
  CHECK(occurrences(right, "class=\"tip\"") == 5);
  CHECK(occurrences(right, "class=\"reversal\"") == 1);
  CHECK(occurrences(right, "λ = 1/3") == 1);
  CHECK(occurrences(right, "claim") == 0);
  const std::string wrong =
    drawing_of(g, Disagreement{"gradient of x [0,1]", -0.5, std::nan(""), 0, Residual::not_finite}).value();
  CHECK(occurrences(wrong, "class=\"leaf wrong\"") == 1);
  CHECK(occurrences(wrong, ">claimed nan<") == 1);
  CHECK(occurrences(wrong, ">right   -0.5<") == 1);
  // What is said of no node of the graph is in the words alone.
  const std::string elsewhere = drawing_of(g, Disagreement{"damage", 0, 1, 0, Residual::ratio}).value();
  CHECK(occurrences(elsewhere, "wrong\"") == 0);
  CHECK(occurrences(elsewhere, "damage: claimed 1, right 0") == 1);
}

TEST_CASE("Odd graphs are drawn, and huge ones are not", "[report]") {
  CHECK(occurrences(drawing_of(graph_of("x = input 0x3 []\noutput x\n"), {}).value(), "<rect") == 1);
  CHECK(occurrences(drawing_of(graph_of("x = input 1x1 [1]\ny = mul x x\noutput y\noutput x\n"), {}).value(),
                    "class=\"tip\"") == 2);
  std::string many = "x0 = input 1x1 [1]\n";
  for (int i = 1; i <= 80; ++i) many += "x" + std::to_string(i) + " = neg x" + std::to_string(i - 1) + "\n";
  CHECK_FALSE(drawing_of(graph_of(many + "output x80\n"), {}).has_value());
}

TEST_CASE("Each way between two standings has its direction", "[report]") {
  const auto between = [](const Tally& was, const Tally& is) {
    Report before, now;
    before.tallies = {was}, now.tallies = {is};
    const Changes c = changes_between(std::span(&before, 1), std::span(&now, 1));
    return c.list.empty() ? std::string("same") : std::string(name(c.list.front().way));
  };
  const Tally passed = tally(5, 0, 0, 0), failed = tally(4, 1, 0, 0), open = tally(0, 0, 3, 0),
              skipped = tally(0, 0, 0, 3);
  Tally known = failed;
  known.known = "it is old";
  CHECK(between(passed, tally(9, 0, 1, 0)) == "same");
  CHECK(between(passed, failed) == "worse");
  CHECK(between(passed, known) == "worse");
  CHECK(between(passed, open) == "worse");
  CHECK(between(passed, skipped) == "worse");
  CHECK(between(skipped, failed) == "worse");
  CHECK(between(open, passed) == "better");
  CHECK(between(failed, passed) == "better");
}

TEST_CASE("A NaN has one spelling in all forms of a report, whatever its sign", "[report]") {
  const double nan = std::nan(""), negative = std::copysign(nan, -1.0);
  Report r;
  r.command = "verify";
  r.conclusion = Conclusion::not_verified;
  r.tallies.push_back(tally(0, 1, 0, 0));
  Counterexample e = example();
  e.finding.worst = Disagreement{"gradient of x [0,0]", -2, negative, negative, Residual::not_finite};
  r.diagnosis.headline = headline(e);
  r.counterexamples.push_back(e);
  const std::vector<Report> reports = {r};
  for (const std::string& text :
       {to_text(r), to_html(reports), to_markdown(reports), to_junit(reports), r.diagnosis.headline}) {
    CHECK(text.find("observed nan") != std::string::npos);
    CHECK(text.find("-nan") == std::string::npos);
    CHECK(text.find("-NaN") == std::string::npos);
  }
  // Where both are NaN it is the bits that differ.
  CHECK(spelled_claim("y", nan, negative, 0) ==
        "y: expected nan (0x7ff8000000000000), observed nan (0xfff8000000000000), allowed error 0");
  CHECK(spelled_claim("y", nan, nan, 0) == "y: expected nan, observed nan, allowed error 0");
  CHECK(spelled(-0.0) == "-0");
}

TEST_CASE("The next commands are those that this user has to type", "[report]") {
  Counterexample e = example();
  e.replay_file = "failures/a b.graph";
  e.script_file = "failures/a b.py";
  SubjectFacts subject;
  subject.target = "py:grl.py:GRL";
  CHECK(next_commands(subject, e, {}) ==
        std::vector<std::string>{"gradproof replay 'failures/a b.graph'", "python3 'failures/a b.py'"});
  const Style style{false, "/opt/my venv/bin/python", "node20", "--python '/opt/my venv/bin/python'"};
  CHECK(next_commands(subject, e, style) ==
        std::vector<std::string>{"gradproof replay --python '/opt/my venv/bin/python' 'failures/a b.graph'",
                                 "'/opt/my venv/bin/python' 'failures/a b.py'"});
  e.script_file = "a.mjs";
  CHECK(next_commands(subject, e, style).back() == "node20 a.mjs");
  // A layer in somebody's test is gone with the test, which must ask again.
  subject.target = "socket:/tmp/s";
  e.script_file = "";
  CHECK(next_commands(subject, e, style) ==
        std::vector<std::string>{"in the test, gradproof.verify(layer, replay=\"failures/a b.graph\")"});
  CHECK(next_commands(subject, example(), style).empty());
}
