// Known deviations: failures that the subject's owner has looked at and stands by.
#pragma once

#include <string>
#include <string_view>

#include "gradproof/verify.hpp"

namespace gradproof::inline v0 {

// Whether `pattern`, in which * stands for any characters, covers the whole text.
[[nodiscard]] bool covers(std::string_view pattern, std::string_view text);

// How a pattern names a property in a dtype: "backward-rounded:f16".
[[nodiscard]] std::string deviation_id(std::string_view property, Dtype dtype);

// The known failure of this property in this dtype, or null.
[[nodiscard]] const KnownFailure* known_failure(const std::vector<KnownFailure>& known,
                                                std::string_view property, Dtype dtype);

// Says in the report which known failures did not happen, although what they name was decided.
void note_unexpected_passes(const std::vector<KnownFailure>& known, Report& report);

}  // namespace gradproof::inline v0
