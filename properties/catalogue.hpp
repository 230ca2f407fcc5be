// One object per property.
#pragma once

#include "gradproof/property.hpp"

namespace gradproof::inline v0 {

extern const Property forward_bits;
extern const Property backward_rounded;
extern const Property equal_calls_agree;
extern const Property two_layers_alive;
extern const Property set_lambda_takes;
extern const Property lambda_of_the_forward_pass;
extern const Property pending_in_any_order;
extern const Property backward_again;
extern const Property adds_when_asked;
extern const Property forward_again;
extern const Property copies_keep_lambda;
extern const Property copies_stand_alone;
extern const Property pickles_keep_lambda;
extern const Property threads_keep_apart;
extern const Property in_place_after_the_layer;
extern const Property evaluation_mode_reverses;
extern const Property pass_without_gradient;
extern const Property lambda_gets_no_gradient;
extern const Property declared_gradient;
extern const Property forward_identity;
extern const Property gradient_rational_differences;
extern const Property gradient_rational_duals;
extern const Property gradient_central_differences;
extern const Property gradient_complex_step;
extern const Property gradient_duals;
extern const Property reversal_scales;
extern const Property leaf_reversal;
extern const Property minus_one_is_no_reversal;
extern const Property zero_cuts;
extern const Property stacking_multiplies;
extern const Property affine_in_lambda;
extern const Property one_copy_per_consumer;
extern const Property leaf_split;
extern const Property cotangent_linearity;
extern const Property unreachable_lambda;
extern const Property topological_reorder;
extern const Property hoist;
extern const Property double_backward;
extern const Property signed_zeros;
extern const Property rounded_once;
extern const Property transpose_identity;
extern const Property partials_of_surrogate;
extern const Property schedule_coefficients;
extern const Property training_trajectory;
extern const Property vector_lambda;
extern const Property memory_as_declared;
extern const Property nan_payload;
extern const Property complex_too;

}  // namespace gradproof::inline v0
