// What changed, as a part of a page.
#pragma once

#include <string>

#include "gradproof/changes.hpp"

namespace gradproof::inline v0 {

[[nodiscard]] std::string changes_html(const Changes& changes);

}  // namespace gradproof::inline v0
