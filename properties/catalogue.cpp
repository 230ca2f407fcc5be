#include "catalogue.hpp"

#include <array>

namespace gradproof::inline v0 {

std::span<const Property* const> catalogue() {
  static constexpr auto all = std::to_array<const Property*>({&forward_bits,
                                                              &backward_rounded,
                                                              &declared_gradient,
                                                              &equal_calls_agree,
                                                              &two_layers_alive,
                                                              &set_lambda_takes,
                                                              &lambda_of_the_forward_pass,
                                                              &pending_in_any_order,
                                                              &backward_again,
                                                              &adds_when_asked,
                                                              &forward_again,
                                                              &copies_keep_lambda,
                                                              &copies_stand_alone,
                                                              &pickles_keep_lambda,
                                                              &threads_keep_apart,
                                                              &in_place_after_the_layer,
                                                              &evaluation_mode_reverses,
                                                              &pass_without_gradient,
                                                              &lambda_gets_no_gradient,
                                                              &vector_lambda,
                                                              &memory_as_declared,
                                                              &nan_payload,
                                                              &complex_too,
                                                              &forward_identity,
                                                              &reversal_scales,
                                                              &leaf_reversal,
                                                              &minus_one_is_no_reversal,
                                                              &zero_cuts,
                                                              &stacking_multiplies,
                                                              &affine_in_lambda,
                                                              &one_copy_per_consumer,
                                                              &unreachable_lambda,
                                                              &hoist,
                                                              &leaf_split,
                                                              &cotangent_linearity,
                                                              &topological_reorder,
                                                              &transpose_identity,
                                                              &partials_of_surrogate,
                                                              &gradient_rational_differences,
                                                              &gradient_rational_duals,
                                                              &gradient_central_differences,
                                                              &gradient_complex_step,
                                                              &gradient_duals,
                                                              &double_backward,
                                                              &signed_zeros,
                                                              &rounded_once,
                                                              &training_trajectory,
                                                              &schedule_coefficients});
  return all;
}

std::string_view name(Tier tier) {
  switch (tier) {
    case Tier::required: return "required";
    case Tier::recommended: return "recommended";
    case Tier::strict: return "strict";
  }
  return "?";
}

std::optional<Tier> find_tier(std::string_view text) {
  for (const Tier tier : {Tier::required, Tier::recommended, Tier::strict})
    if (name(tier) == text) return tier;
  return {};
}

const Property* find_property(std::string_view id) {
  for (const Property* p : catalogue())
    if (p->id == id) return p;
  return nullptr;
}

}  // namespace gradproof::inline v0
