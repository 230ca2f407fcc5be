#include "adapters/c/scenario.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "adapters/c/packing.hpp"
#include "gradproof/graph.hpp"
#include "protocol/base64.hpp"

namespace gradproof::inline v0::plugin {
namespace {

using nlohmann::json;

constexpr std::array known = {Act::Do::make,     Act::Do::set,        Act::Do::deepcopy,
                              Act::Do::leaf,     Act::Do::bits,       Act::Do::forward,
                              Act::Do::backward, Act::Do::accumulate, Act::Do::read};

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<double> number_of(const json& word) {
  if (!word.is_string()) return {};
  const auto literal = Literal::parse(word.get<std::string>());
  return literal ? std::optional(literal->nearest()) : std::nullopt;
}

// Fills in the shape and as many values.
bool read_values(const json& object, Act& s) {
  const json shape = object.value("shape", json()), values = object.value("values", json());
  if (!shape.is_array() || shape.size() != 2 || !shape[0].is_number_unsigned() ||
      !shape[1].is_number_unsigned() || !values.is_array())
    return false;
  s.shape = {shape[0].get<std::uint32_t>(), shape[1].get<std::uint32_t>()};
  for (const json& word : values) {
    const auto number = number_of(word);
    if (!number) return false;
    s.values.push_back(*number);
  }
  return s.values.size() == s.shape.size();
}

// λ is a number, or one for each row.
bool read_strength(const json& lambda, Act& s) {
  const json words = lambda.is_array() ? lambda : json::array({lambda});
  if (words.empty()) return false;
  for (const json& word : words) {
    const auto number = number_of(word);
    if (!number) return false;
    s.numbers.push_back(*number);
  }
  s.number = s.numbers.front();
  if (!lambda.is_array()) s.numbers.clear();
  return true;
}

// Fills in the shape, and the values whose bytes these are.
bool read_bits(const json& object, Act& s) {
  const json shape = object.value("shape", json());
  if (!shape.is_array() || shape.size() != 2 || !shape[0].is_number_unsigned() ||
      !shape[1].is_number_unsigned())
    return false;
  s.shape = {shape[0].get<std::uint32_t>(), shape[1].get<std::uint32_t>()};
  const protocol::Base64Text data = protocol::base64_decoded(text_of(object, "data"));
  const std::size_t width = s.shape.size() == 0 ? 0 : data.bytes.size() / s.shape.size();
  if (data.wrong_at || (width != 4 && width != 8) || data.bytes.size() != width * s.shape.size())
    return false;
  s.values.resize(s.shape.size());
  unpack(width == 4 ? Dtype::f32 : Dtype::f64, data.bytes, s.values);
  return true;
}

struct Names {
  std::set<std::string> layers, tensors;
};

// The step, or nothing where it lacks something or speaks of what there isn't.
std::optional<Act> read_step(const json& object, Act::Do what, Names& names) {
  Act s{.what = what,
        .name = text_of(object, "name"),
        .of = text_of(object, "of"),
        .input = text_of(object, "input")};
  const bool gives = what == Act::Do::make || what == Act::Do::set;
  if (gives && !read_strength(object.value("lambda", json()), s)) return {};
  const bool has_values = what == Act::Do::leaf || what == Act::Do::backward || what == Act::Do::accumulate;
  if (has_values && !read_values(object, s)) return {};
  const bool is_leaf = what == Act::Do::leaf || what == Act::Do::bits;
  if (what == Act::Do::bits && !read_bits(object, s)) return {};
  bool fits = true;
  if (what == Act::Do::make || what == Act::Do::deepcopy) {
    fits = !s.name.empty() && (what == Act::Do::make || names.layers.contains(s.of));
    names.layers.insert(s.name);
  } else if (what == Act::Do::set) {
    fits = names.layers.contains(s.name);
  } else if (is_leaf || what == Act::Do::forward) {
    const bool known_input = names.layers.contains(s.of) && names.tensors.contains(s.input);
    fits = !s.name.empty() && (is_leaf || known_input);
    names.tensors.insert(s.name);
  } else if (what == Act::Do::read) {
    fits = names.tensors.contains(s.name);
  } else {
    fits = names.tensors.contains(s.of) && names.tensors.contains(s.input);
  }
  return fits ? std::optional(std::move(s)) : std::nullopt;
}

}  // namespace

Result<std::vector<Act>, std::string> read_steps(const json& steps) {
  if (!steps.is_array()) return std::string("a scenario is an array of steps");
  std::vector<Act> acts;
  Names names;
  for (const json& object : steps) {
    const std::string word = object.is_object() ? text_of(object, "do") : "";
    std::optional<Act> act;
    for (const Act::Do what : known)
      if (name(what) == word) act = read_step(object, what, names);
    if (!act)
      return "step " + std::to_string(acts.size()) + " of the scenario (\"" + word +
             "\") is none of this adapter's, or lacks a member";
    acts.push_back(*std::move(act));
  }
  return acts;
}

}  // namespace gradproof::inline v0::plugin
