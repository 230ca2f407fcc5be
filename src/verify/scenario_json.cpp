#include "verify/scenario_json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "gradproof/graph.hpp"
#include "protocol/base64.hpp"

namespace gradproof::inline v0 {

namespace {

using nlohmann::json;

// Numbers travel as the words of the graph format: a double in full, NaN and infinities too.
json word(double v) { return Literal(v).text(); }

// The entries' bytes in base64. Narrowing keeps a NaN's payload, of which a float has the first bits.
std::string bits_of(const std::vector<double>& values, Dtype dtype) {
  if (dtype == Dtype::f64) return protocol::base64_encoded(std::as_bytes(std::span(values)));
  const std::vector<float> narrow(values.begin(), values.end());
  return protocol::base64_encoded(std::as_bytes(std::span(narrow)));
}

// λ: a word, or an array with one for each row.
json strength(const Act& s) {
  if (s.numbers.empty()) return word(s.number);
  json words = json::array();
  for (const double v : s.numbers) words.push_back(word(v));
  return words;
}

json array_of(const std::vector<Act>& steps, Dtype dtype);

json object_of(const Act& s, Dtype dtype) {
  json o = {{"do", name(s.what)}};
  if (!s.name.empty()) o["name"] = s.name;
  if (!s.of.empty()) o["of"] = s.of;
  if (!s.input.empty()) o["input"] = s.input;
  if (s.what == Act::Do::make || s.what == Act::Do::set) o["lambda"] = strength(s);
  if (s.what == Act::Do::multiply) o["by"] = word(s.number);
  if (s.what == Act::Do::bits) {
    o["shape"] = {s.shape.rows, s.shape.cols};
    o["data"] = bits_of(s.values, dtype);
  }
  if (s.what == Act::Do::leaf || s.what == Act::Do::pairs || s.what == Act::Do::backward ||
      s.what == Act::Do::accumulate) {
    o["shape"] = {s.shape.rows, s.shape.cols};
    o["values"] = json::array();
    for (const double v : s.values) o["values"].push_back(word(v));
  }
  for (const auto& thread : s.threads) o["threads"].push_back(array_of(thread, dtype));
  return o;
}

json array_of(const std::vector<Act>& steps, Dtype dtype) {
  json a = json::array();
  for (const Act& s : steps) a.push_back(object_of(s, dtype));
  return a;
}

}  // namespace

std::string scenario_json(const Scenario& scenario) {
  return array_of(scenario.steps, scenario.dtype).dump();
}

bool can_live(const std::vector<Act>& steps, const std::vector<std::string>& known) {
  return std::ranges::all_of(steps, [&](const Act& s) {
    return std::ranges::find(known, name(s.what)) != known.end() &&
           std::ranges::all_of(s.threads, [&](const auto& thread) { return can_live(thread, known); });
  });
}

}  // namespace gradproof::inline v0
