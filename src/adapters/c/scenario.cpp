#include "adapters/c/scenario.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "gradproof/graph.hpp"

namespace gradproof::plugin {
namespace {

using nlohmann::json;

constexpr std::array known = {Act::Do::make,    Act::Do::set,      Act::Do::deepcopy,   Act::Do::leaf,
                              Act::Do::forward, Act::Do::backward, Act::Do::accumulate, Act::Do::read};

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
  if (gives) {
    const auto lambda = number_of(object.value("lambda", json()));
    if (!lambda) return {};
    s.number = *lambda;
  }
  const bool has_values = what == Act::Do::leaf || what == Act::Do::backward || what == Act::Do::accumulate;
  if (has_values && !read_values(object, s)) return {};
  bool fits = true;
  if (what == Act::Do::make || what == Act::Do::deepcopy) {
    fits = !s.name.empty() && (what == Act::Do::make || names.layers.contains(s.of));
    names.layers.insert(s.name);
  } else if (what == Act::Do::set) {
    fits = names.layers.contains(s.name);
  } else if (what == Act::Do::leaf || what == Act::Do::forward) {
    const bool known_input = names.layers.contains(s.of) && names.tensors.contains(s.input);
    fits = !s.name.empty() && (what == Act::Do::leaf || known_input);
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

}  // namespace gradproof::plugin
