// What people ask about gradient reversal that no single property answers.
#pragma once

#include <span>
#include <string_view>

namespace gradproof::inline v0::cli {

struct Topic {
  std::string_view id;
  std::string_view question;
  std::string_view answer;
};
[[nodiscard]] std::span<const Topic> topics();

}  // namespace gradproof::inline v0::cli
