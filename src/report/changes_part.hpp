// What changed, as a part of a page.
#pragma once

#include <string>

#include "gradproof/changes.hpp"

namespace gradproof {

[[nodiscard]] std::string changes_html(const Changes& changes);

}  // namespace gradproof
