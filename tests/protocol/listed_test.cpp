// A graph as a list of nodes: what is sent, what travels as text all the same, and what comes back.
#include "verify/listed.hpp"

#include <nlohmann/json.hpp>

#include "gradproof/text.hpp"
#include "protocol/base64.hpp"
#include "protocol/wire.hpp"
#include "tests/catch.hpp"

using namespace gradproof;
using nlohmann::json;

namespace {

// Without the names of the text, as graphs come out of the generator.
Graph nameless(const std::string& text) {
  Draft draft = parse(text)->graph.draft();
  draft.names.clear();
  auto made = Graph::make(std::move(draft));
  REQUIRE(made);
  return *std::move(made);
}

const std::string layer = "x = input 1x2 [1 2]\nr = reverse x 2\ns = sum r all\noutput s cotangent [4]\n";

protocol::CaseReply reply_to(const protocol::CaseRequest& request, const json& result) {
  const json answer = {{"id", 1}, {"ok", true}, {"results", {result}}};
  auto read = protocol::read_results(answer, std::span(&request, 1));
  if (const auto* wrong = std::get_if<protocol::Violation>(&read)) FAIL(wrong->message);
  return std::get<protocol::CaseReply>(std::get<std::vector<protocol::CaseResult>>(read).at(0));
}

std::string violation(const protocol::CaseRequest& request, const json& result) {
  const json answer = {{"id", 1}, {"ok", true}, {"results", {result}}};
  const auto read = protocol::read_results(answer, std::span(&request, 1));
  const auto* wrong = std::get_if<protocol::Violation>(&read);
  return wrong == nullptr ? "" : wrong->message;
}

}  // namespace

TEST_CASE("a list of nodes has the graph's operations, shapes and numbers") {
  const auto request = listed({nameless(layer), Dtype::f32});
  REQUIRE(request);
  const json sent = json::parse(request->listed);
  // λ has a point, so that a reader takes it for a double; its own node is left out.
  CHECK(request->listed.find("[\"reverse\",0,2.0]") != std::string::npos);
  CHECK(sent["nodes"] == json::parse(R"([["input",[1,2]], null, ["reverse",0,2.0], ["sum",2,"all"]])"));
  CHECK(sent["outputs"] == json::parse("[[3,[1,1]]]"));
  CHECK(sent["numbers"] == "AACAPwAAAEAAAIBA");  // 1, 2 and the cotangent 4 in float
  CHECK(sent["dtype"] == "f32");
  const std::string line = protocol::run_text(std::span(&*request, 1));
  CHECK(json::parse(line)["cases"][0] == sent);
}

TEST_CASE("what a list can't say travels as text") {
  const Graph g = nameless(layer);
  CHECK(listed({g, Dtype::f64}));
  CHECK_FALSE(listed({parse(layer)->graph, Dtype::f64}));  // damage is reported by name
  CHECK_FALSE(listed({g, Dtype::f16}));
  CHECK_FALSE(listed({g, Dtype::f64, Layout::strided}));
  CHECK_FALSE(listed({g, Dtype::f64, Layout::contiguous, 3}));
  CHECK_FALSE(listed({g, Dtype::f64, Layout::contiguous, 2, "clip 1"}));
  // A λ that is an input, or that two reversals share.
  CHECK_FALSE(
    listed({nameless("x = input 1x1 [1]\nl = input 1x1 [2]\nr = reverse x l\noutput r\n"), Dtype::f64}));
  CHECK_FALSE(
    listed({nameless("x = input 1x1 [1]\nl = const 1x1 [2]\nr = reverse x l\nt = reverse r l\noutput t\n"),
            Dtype::f64}));
}

TEST_CASE("numbers of all tensors together are taken apart by the graph's shapes") {
  const auto request = listed({nameless(layer), Dtype::f32}).value();
  const protocol::CaseReply reply = reply_to(request, {{"numbers", "AABAQAAAAMEAAADB"}});
  REQUIRE(reply.outputs.size() == 1);
  REQUIRE(reply.gradients.size() == 1);
  CHECK(reply.outputs[0].shape == std::vector<std::int64_t>{1, 1});
  CHECK(protocol::base64_encoded(reply.outputs[0].bytes) == "AABAQA==");
  CHECK(reply.gradients[0]->shape == std::vector<std::int64_t>{1, 2});
  CHECK(protocol::base64_encoded(reply.gradients[0]->bytes) == "AAAAwQAAAME=");
  CHECK(violation(request, {{"numbers", "AABAQAAAAME="}}) ==
        "results[0].numbers: 8 bytes where all tensors take 12");
  CHECK(violation(request, {{"numbers", "AABAQAAAAMEAAADBAAAAAA=="}}) ==
        "results[0].numbers: 16 bytes where all tensors take 12");
  CHECK(violation(request, {{"numbers", "AABA*"}}).find("not base64") != std::string::npos);
  CHECK(violation(request, {{"numbers", 3}}).find("expected a string") != std::string::npos);
  // Only what was asked as a list may be answered so.
  protocol::CaseRequest in_text = request;
  in_text.listed.clear();
  CHECK(violation(in_text, {{"numbers", "AABAQAAAAMEAAADB"}}).find("outputs") != std::string::npos);
}
