#include "verify/conformance_lists.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>

#include "gradproof/text.hpp"
#include "protocol/base64.hpp"

namespace gradproof::inline v0 {

namespace {

using nlohmann::json;

bool same(const protocol::WireTensor& a, const protocol::WireTensor& b) {
  return a.dtype == b.dtype && a.shape == b.shape && a.bytes == b.bytes;
}

std::string encoded(std::initializer_list<double> numbers, const std::string& dtype) {
  std::vector<std::byte> bytes;
  const auto append = [&](auto number) {
    auto raw = std::bit_cast<std::array<std::byte, sizeof(number)>>(number);
    if constexpr (std::endian::native == std::endian::big) std::ranges::reverse(raw);
    bytes.insert(bytes.end(), raw.begin(), raw.end());
  };
  for (const double number : numbers)
    if (dtype == "f32") append(static_cast<float>(number));
    else append(number);
  return protocol::base64_encoded(bytes);
}

}  // namespace

std::optional<Case> nameless(const Probe& probe) {
  const auto layout = find_layout(probe.layout);
  if (layout != Layout::contiguous || probe.rank != 2) return {};
  auto document = parse(probe.graph);
  assert(document.ok());
  Draft draft = document->graph.draft();
  for (std::string& name : draft.names) name.clear();
  auto graph = Graph::make(std::move(draft));
  assert(graph.ok());
  return Case{*std::move(graph), *find_dtype(probe.dtype)};
}

std::string difference(const protocol::CaseReply& text, const protocol::CaseReply& list) {
  if (text.outputs.size() != list.outputs.size()) return "another number of outputs than by text";
  for (std::size_t i = 0; i < text.outputs.size(); ++i)
    if (!same(text.outputs[i], list.outputs[i]))
      return "output " + std::to_string(i) + " is another one than by text";
  if (text.gradients.size() != list.gradients.size()) return "another number of gradients than by text";
  for (std::size_t i = 0; i < text.gradients.size(); ++i) {
    const auto &a = text.gradients[i], &b = list.gradients[i];
    if (a.has_value() != b.has_value() || (a && !same(*a, *b)))
      return "gradient " + std::to_string(i) + " is another one than by text";
  }
  return text.damage == list.damage ? "" : "another damage than by text";
}

json good_list(const std::string& dtype) {
  return {{"nodes", json::parse(R"([["input", [1, 2]], ["reverse", 0, 0.5]])")},
          {"outputs", json::parse("[[1, [1, 2]]]")},
          {"numbers", encoded({1, -2, 3, 0.25}, dtype)},
          {"dtype", dtype}};
}

std::vector<BadList> bad_lists_of(const json& good) {
  std::vector<BadList> all;
  const auto add = [&](std::string_view what, const char* member, json value) {
    all.push_back({what, good});
    all.back().list[member] = std::move(value);
  };
  const auto nodes = [&](std::string_view what, const char* text) { add(what, "nodes", json::parse(text)); };
  nodes("`nodes` that is no array", "5");
  nodes("a node that is no array", R"([["input", [1, 2]], "reverse"])");
  nodes("an empty node", R"([["input", [1, 2]], []])");
  nodes("a node that reads itself", R"([["input", [1, 2]], ["reverse", 1, 0.5]])");
  nodes("a node that reads beyond the end", R"([["input", [1, 2]], ["reverse", 99, 0.5]])");
  nodes("a node that reads a negative place", R"([["input", [1, 2]], ["reverse", -1, 0.5]])");
  nodes("a node that reads null", R"([["input", [1, 2]], null, ["reverse", 1, 0.5]])");
  nodes("a place that is no integer", R"([["input", [1, 2]], ["reverse", "0", 0.5]])");
  nodes("an op that there is not", R"([["input", [1, 2]], ["frobnicate", 0]])");
  nodes("a reversal without λ", R"([["input", [1, 2]], ["reverse", 0]])");
  nodes("a λ that is no number", R"([["input", [1, 2]], ["reverse", 0, "half"]])");
  nodes("a leaf without a shape", R"([["input"], ["reverse", 0, 0.5]])");
  nodes("a negative shape", R"([["input", [-1, -2]], ["reverse", 0, 0.5]])");
  add("an output that reads beyond the end", "outputs", json::parse("[[9, [1, 2]]]"));
  add("an output that reads a negative place", "outputs", json::parse("[[-1, [1, 2]]]"));
  add("an output without a shape", "outputs", json::parse("[[1]]"));
  add("`outputs` that is no array", "outputs", "1");
  add("too few numbers", "numbers", encoded({1, -2}, good["dtype"]));
  add("too many numbers", "numbers", encoded({1, -2, 3, 0.25, 7}, good["dtype"]));
  add("`numbers` that is no base64", "numbers", "%%%%");
  add("`numbers` that is no string", "numbers", 5);
  add("a dtype that there is not", "dtype", "f8");
  for (const char* member : {"outputs", "numbers", "dtype"}) {
    all.push_back({"a list that lacks a member", good});
    all.back().list.erase(member);
  }
  return all;
}

}  // namespace gradproof::inline v0
