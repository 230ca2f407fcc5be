// Doubles in JSON, which has no infinities and no NaN: those travel as strings.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>

namespace gradproof::inline v0 {

inline nlohmann::ordered_json json_number(double v) {
  if (std::isfinite(v)) return v;
  return std::isnan(v) ? "nan" : v > 0 ? "inf" : "-inf";
}

}  // namespace gradproof::inline v0
