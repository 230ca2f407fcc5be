// The benchmarks' own claims: that the jobs are as large as stated, that a subject which computes something
// else is found out, and that ratios and targets are what they say.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "enclosed.hpp"
#include "entry.hpp"
#include "floor.hpp"
#include "gradproof/ops.hpp"
#include "graphs.hpp"
#include "ours.hpp"
#include "sweep.hpp"
#include "targets.hpp"
#include "tests/catch.hpp"
#include "truth.hpp"

using namespace gradproof;
using namespace gradproof::bench;

namespace {

std::size_t multiply_adds(const Graph& graph) {
  std::size_t count = 0;
  for (const Node& node : graph.nodes())
    if (info(node.op).name == "matmul") count += graph[node.operand[0]].shape.cols * node.shape.size();
  return count;
}

std::size_t gradient_entries(const Graph& graph) {
  std::size_t count = 0;
  for (const NodeId input : graph.inputs()) count += graph[input].shape.size();
  return count;
}

const Subject& pick(const std::vector<Subject>& subjects, const std::string& name) {
  const auto found = std::ranges::find_if(subjects, [&](const Subject& s) { return full_name(s) == name; });
  if (found == subjects.end()) FAIL("there is no subject " << name);
  return *found;
}

Answer answer_of(const Subject& s) {
  auto prepared = s.prepare();
  return std::get<Ready>(prepared).answer();
}

}  // namespace

TEST_CASE("job A has the size that it is stated to have") {
  const Graph graph = graph_of(job_a());
  CHECK(multiply_adds(graph) == 264192);
  CHECK(gradient_entries(graph) == 10433);
  CHECK(multiply_adds(gradient(graph)) == 3 * 264192);
  std::size_t tanhs = 0, reversals = 0;
  for (const Node& node : graph.nodes()) {
    if (info(node.op).name == "tanh") tanhs += node.shape.size();
    if (info(node.op).name == "reverse") ++reversals;
  }
  CHECK(tanhs == 4096);
  CHECK(reversals == 1);
}

TEST_CASE("job B is a chain of 162,519 scalar operations and stays clear of subnormal numbers") {
  const Graph graph = graph_of(job_b());
  std::size_t operations = 0;
  for (const Node& node : graph.nodes()) {
    CHECK(node.shape.is_scalar());
    if (info(node.op).kind != Kind::leaf) ++operations;
  }
  CHECK(operations == 162519);
  const Graph derivative = gradient(graph);
  const auto values = evaluate<double>(derivative);
  std::size_t subnormal = 0;
  for (std::uint32_t i = 0; i < derivative.size(); ++i)
    if (std::fpclassify(values[NodeId{i}][0]) == FP_SUBNORMAL) ++subnormal;
  CHECK(subnormal == 0);
}

TEST_CASE("the chain that memory is measured on has as many operations as asked for") {
  const Graph graph = chain(1000);
  CHECK(std::ranges::count_if(graph.nodes(), [](const Node& n) { return info(n.op).kind != Kind::leaf; }) ==
        1000);
}

TEST_CASE("what computes the job is accepted, whatever its number type") {
  const auto floor = floors({16, 50}), engine = ours({16, 50});
  Truth truth;
  for (const char* name : {"job A/16/FLOOR/value", "job A/16/FLOOR/value+gradient", "job B/16/FLOOR/value",
                           "job B/16/FLOOR/value+gradient", "job B/50/FLOOR/value"}) {
    INFO(name);
    const Subject& s = pick(floor, name);
    CHECK(truth.disagreement(s, answer_of(s)).value_or("") == "");
  }
  for (const Subject& s : engine) {
    INFO(full_name(s));
    if (s.quantity != "build") CHECK(truth.disagreement(s, answer_of(s)).value_or("") == "");
  }
}

TEST_CASE("what computes something else is found out") {
  const auto floor = floors({16}), engine = ours({50});
  Truth truth;
  const Subject& plain = pick(floor, "job A/16/FLOOR/value+gradient");
  const Answer right = answer_of(plain);
  const auto wrong = [&](std::size_t entry, const std::string& text) {
    Answer answer = right;
    answer.entries[entry] = text;
    return truth.disagreement(plain, answer).has_value();
  };
  CHECK_FALSE(wrong(0, right.entries[0]));
  CHECK(wrong(1, "-" + right.entries[1]));  // the sign of the reversal, or the text is no number
  CHECK(wrong(1, "nan"));
  CHECK(wrong(10433, "0"));
  CHECK(wrong(0, std::to_string(std::stod(right.entries[0]) * (1 + 1e-9))));
  Answer fewer = right;
  fewer.entries.pop_back();
  CHECK(truth.disagreement(plain, fewer).has_value());
  // Double's answer is none at 50 digits.
  const Subject& precise = pick(engine, "job A/50/gradproof/value+gradient");
  Answer coarse = right;
  coarse.bits = answer_of(precise).bits;
  CHECK(truth.disagreement(precise, coarse).has_value());
}

TEST_CASE("the sweep finds about as many correct digits as were asked for") {
  for (const Subject& s : sweep(true)) {
    if (s.digits > 100) continue;
    const auto found = correct_digits(s);
    REQUIRE(found.size() == 2);
    INFO(s.digits);
    // All that the bits can hold is the upper bound; this network's condition costs a few of them.
    const double most = *found[0].amount * std::log10(2.0) + 1;
    CHECK(*found[1].amount < most);
    CHECK(*found[1].amount > most - 6);
  }
}

TEST_CASE("every enclosure of job A's gradient holds the truth, and is narrow") {
  for (const Subject& s : enclosed({16, 50})) {
    CHECK(s.digits == 50);
    if (s.quantity != with_gradient) continue;
    const auto found = enclosure_quality(s);
    REQUIRE(found.size() == 2);
    CHECK(*found[0].amount == 10433);
    CHECK(*found[1].amount <= 9);
    CHECK(*found[1].amount > 0);
  }
}

TEST_CASE("ratios are over the floor of the same job and digits, and targets are judged by them") {
  const auto time = [](const char* job, int digits, const char* subject, const char* quantity, double ns) {
    return Entry{.job = job, .digits = digits, .subject = subject, .quantity = quantity, .median_ns = ns};
  };
  std::vector<Entry> entries = {
    time("job A", 50, floor_name, value_only, 100),    time("job A", 50, our_name, value_only, 20),
    time("job A", 50, our_name, with_gradient, 45),    time("job A", 100, our_name, with_gradient, 90),
    time("job B", 16, floor_name, value_only, 10),     time("job B", 16, our_name, with_gradient, 60),
    time("job A", 50, "somebody", with_gradient, 300),
  };
  compare_with_floor(entries);
  CHECK(entries[2].ratio_to_floor == 0.45);
  CHECK(entries[6].ratio_to_floor == 3.0);
  CHECK_FALSE(entries[3].ratio_to_floor.has_value());

  const auto judged = targets(entries);
  const auto verdict = [&](const std::string& begins) {
    const auto found =
      std::ranges::find_if(judged, [&](const Entry& e) { return e.text.starts_with(begins); });
    REQUIRE(found != judged.end());
    return found->met;
  };
  CHECK(verdict("job A, 50 digits: gradproof value+gradient over FLOOR value") == true);
  CHECK(verdict("job A, 50 digits: gradproof value+gradient over gradproof value") == false);
  CHECK(verdict("job B, double") == false);
  CHECK_FALSE(verdict("job A, 100 digits: gradproof value+gradient over FLOOR value").has_value());
}

TEST_CASE("the JSON is a list of entries that each have the six fields") {
  const std::vector<Entry> entries = {
    {.job = "job A", .digits = 50, .subject = "s", .quantity = "value", .median_ns = 1.5},
    {.job = "m", .digits = 16, .subject = "s", .quantity = "peak_bytes", .amount = 3, .unit = "bytes"}};
  const auto read = nlohmann::json::parse(json(entries));
  REQUIRE(read.is_array());
  REQUIRE(read.size() == 2);
  for (const auto& one : read)
    for (const char* field : {"job", "digits", "subject", "quantity", "median_ns", "ratio_to_floor"})
      CHECK(one.contains(field));
  CHECK(read[0]["median_ns"] == 1.5);
  CHECK(read[0]["ratio_to_floor"].is_null());
  CHECK(read[1]["amount"] == 3);
}

TEST_CASE("durations are read in a unit that suits them") {
  CHECK(duration(12.3456) == "12.35 ns");
  CHECK(duration(1234) == "1.234 µs");
  CHECK(duration(5e6) == "5 ms");
  CHECK(duration(2.5e9) == "2.5 s");
}
