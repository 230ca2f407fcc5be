#include "peer_sacado.hpp"

#include <fmt/format.h>

namespace gradproof::inline v0::bench {

std::vector<Subject> sacado_subjects() {
  const auto text = [](double x) { return fmt::format("{:.17e}", x); };
  return SacadoSubjects<double, decltype(text)>("Sacado Rad", 16, 53, text).all();
}

}  // namespace gradproof::inline v0::bench
