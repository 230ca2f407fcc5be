// Phrases that the renderers of a study share.
#pragma once

#include "gradproof/study.hpp"

namespace gradproof::inline v0 {

// In the checker's own words.
[[nodiscard]] std::string setting_text(Checker checker, const CheckerSetting& setting);
[[nodiscard]] std::string outlook_text(const Outlook& outlook);
// "12 of 200 differences are not finite"; empty where all are.
[[nodiscard]] std::string not_finite_text(const StepCurve& curve);
// "at x[0,1], the worst of 6 entries".
[[nodiscard]] std::string place_text(const StepStudy& study);
// What all pages of a study end with.
[[nodiscard]] std::string graph_html(const std::string& graph, const std::string& version);

}  // namespace gradproof::inline v0
