// Reading back what we wrote: the schema first, then field by field.
#pragma once

#include <functional>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "gradproof/changes.hpp"

namespace gradproof::inline v0 {

using ReportJson = nlohmann::ordered_json;

// A field that does not keep to the schema. It is thrown among readers, as the JSON library's own troubles are, and
// caught by `read_json`.
struct Misfit {
  std::string message;
};

// What stands under "nan", "inf" and "-inf" too.
[[nodiscard]] double number_of(const ReportJson& j);
[[nodiscard]] std::string text_of(const ReportJson& j, const char* field);
[[nodiscard]] std::uint64_t count_of(const ReportJson& j, const char* field);
[[nodiscard]] Dtype dtype_of(const ReportJson& j);

// The one of these that has this name.
template <class E>
[[nodiscard]] E named(const ReportJson& j, std::initializer_list<E> all) {
  const auto& word = j.get_ref<const std::string&>();
  for (const E e : all)
    if (name(e) == word) return e;
  throw Misfit{"'" + word + "' is no word for it"};
}

// Parses the text, asks for the schema, and reads; says why not, whatever comes.
[[nodiscard]] std::optional<NoReport> read_json(std::string_view text, std::string_view schema,
                                                const std::function<void(const ReportJson&)>& read);

}  // namespace gradproof::inline v0
