#include "verify/signatures.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "gradproof/dtype.hpp"

namespace gradproof::inline v0 {

namespace {

using O = Observation;

const Signature backward_table[] = {
  {[](const O& o) { return o.lambda * o.g; }, "the minus sign is missing: backward returns +λ·g",
   "return -λ * grad_output from backward"},
  {[](const O& o) { return o.g; }, "the layer does nothing: backward returns g, so nothing is reversed",
   "check that the custom backward (or hook) is attached to the tensor that is returned"},
  {[](const O& o) { return -o.g; }, "λ is ignored: backward returns -g",
   "multiply by λ in backward, and check that it is passed on"},
  {[](const O&) { return 0.0; },
   "no gradient passes: backward returns zeros, or the graph is cut (detach, .data, no_grad)",
   "return -λ * grad_output, and do not detach the output"},
  {[](const O& o) { return -o.lambda * o.lambda * o.g; }, "λ is applied twice: the factor is -λ²",
   "scale once, in backward only"},
  {[](const O& o) { return o.lambda * o.lambda * o.g; },
   "λ is applied twice and the sign with it: the factor is λ²", "scale and negate once, in backward only"},
  {[](const O& o) { return -std::abs(o.lambda) * o.g; }, "|λ| is used: a negative λ should not reverse",
   "use λ as it is given"},
  {[](const O& o) { return -std::clamp(o.lambda, 0.0, 1.0) * o.g; }, "λ is clamped to [0, 1]",
   "use λ as it is given, and bound the schedule instead"},
  {[](const O& o) { return -std::max(o.lambda, 0.0) * o.g; }, "a negative λ is clamped to 0",
   "use λ as it is given"},
  {[](const O& o) { return -std::min(o.lambda, 1.0) * o.g; }, "a λ above 1 is clamped to 1",
   "use λ as it is given"},
  {[](const O& o) { return -(o.lambda == 0 ? 1 : o.lambda) * o.g; },
   "λ = 0 counts as not given (`λ or 1.0`, `if λ:`)", "test `λ is None`, not its truth"},
  {[](const O& o) { return -static_cast<double>(static_cast<float>(o.lambda)) * o.g; },
   "λ is rounded to float32", "keep λ a float64 number (a Python float), or make the buffer float64"},
  {[](const O& o) { return -o.lambda * static_cast<double>(static_cast<float>(o.g)); },
   "the cotangent goes through float32", "compute in the dtype of grad_output"},
  {[](const O& o) { return static_cast<double>(static_cast<float>(-o.lambda * o.g)); },
   "the result goes through float32", "compute in the dtype of grad_output"},
  {[](const O& o) { return -o.lambda * rounded(Dtype::f16, o.g); }, "the cotangent goes through float16",
   "compute in the dtype of grad_output"},
  {[](const O& o) { return rounded(Dtype::f16, -o.lambda * o.g); }, "the result goes through float16",
   "compute in the dtype of grad_output"},
  {[](const O& o) { return -o.lambda * rounded(Dtype::bf16, o.g); }, "the cotangent goes through bfloat16",
   "compute in the dtype of grad_output"},
  {[](const O& o) { return -o.lambda * std::trunc(o.g); }, "the cotangent goes through integers",
   "compute in the dtype of grad_output"},
  {[](const O& o) { return -o.first_lambda * o.g; },
   "the first λ stays for ever: a later one has no effect, as where a closure or a trace keeps it",
   "make the custom gradient anew for each λ, or hand λ to it as an argument"},
  {[](const O& o) { return (1 - o.lambda) * o.g; }, "the factor is 1 - λ", "return -λ * grad_output"},
  {[](const O& o) { return -(1 + o.lambda) * o.g; }, "the factor is -(1 + λ)", "return -λ * grad_output"},
  {[](const O& o) { return o.lambda == 0 ? o.gx : -o.g / o.lambda; }, "the gradient is divided by λ",
   "multiply by λ"},
  {[](const O& o) { return -rounded(Dtype::f16, o.lambda) * o.g; }, "λ is rounded to float16",
   "keep λ a float64 number (a Python float)"},
  {[](const O& o) { return -rounded(Dtype::bf16, o.lambda) * o.g; }, "λ is rounded to bfloat16",
   "keep λ a float64 number (a Python float)"},
  {[](const O& o) { return -std::nearbyint(o.lambda * 100) / 100 * o.g; }, "λ is rounded to two decimals",
   "use λ as it is given"},
  {[](const O& o) { return -std::nearbyint(o.lambda * 10) / 10 * o.g; }, "λ is rounded to one decimal",
   "use λ as it is given"},
  {[](const O& o) { return -std::tanh(o.lambda) * o.g; }, "tanh(λ) is used in λ's place",
   "use λ as it is given, and bound the schedule instead"},
  {[](const O& o) { return -1 / (1 + std::exp(-o.lambda)) * o.g; }, "the sigmoid of λ is used in its place",
   "use λ as it is given, and bound the schedule instead"},
  {[](const O& o) { return -(2 / (1 + std::exp(-10 * o.lambda)) - 1) * o.g; },
   "λ goes through the schedule 2/(1+exp(-10λ)) - 1 inside the layer",
   "compute the schedule outside, and hand the layer its value"},
  {[](const O& o) { return -o.lambda * (o.g - o.mean_g); }, "the mean of the gradient is subtracted",
   "return -λ * grad_output", true},
  {[](const O& o) { return -o.lambda * (o.g - o.column_mean_g); },
   "the gradient's mean over the batch is subtracted", "return -λ * grad_output", true},
  {[](const O& o) { return -o.lambda * o.x * o.g; },
   "the factor is -λ·x: backward multiplies by the saved input", "backward needs grad_output alone"},
  {[](const O& o) { return -o.lambda * o.x; },
   "backward returns -λ·x: it uses the saved input where it should use grad_output",
   "return -λ * grad_output"},
  {[](const O& o) { return -o.lambda; }, "backward returns -λ and ignores grad_output",
   "return -λ * grad_output"},
  {[](const O& o) { return -o.lambda * o.g / o.rows; }, "the gradient is divided by the batch size",
   "leave averaging to the loss"},
  {[](const O& o) { return -o.lambda * o.g / o.size; }, "the gradient is divided by the number of elements",
   "leave averaging to the loss"},
  {[](const O& o) { return -o.lambda * o.mean_g; }, "the gradient is averaged over the elements",
   "return -λ * grad_output, element by element"},
  {[](const O& o) { return -o.lambda * o.column_mean_g; }, "the gradient is averaged over the batch",
   "return -λ * grad_output, row by row"},
  {[](const O& o) { return o.last_row ? o.g : -o.lambda * o.g; },
   "the last row is left out: it gets g where it should get -λ·g",
   "scale the whole tensor; look for an off-by-one in the slice or the loop's bound"},
  {[](const O& o) { return o.last_row ? 0 : -o.lambda * o.g; }, "the last row is left out: it gets zeros",
   "scale the whole tensor; look for an off-by-one in the slice or the loop's bound"},
  {[](const O& o) { return o.last_row && o.last_column ? o.g : -o.lambda * o.g; },
   "the last element is left out: it gets g where it should get -λ·g",
   "look for an off-by-one in the loop's bound"},
  {[](const O& o) { return o.last_row && o.last_column ? 0 : -o.lambda * o.g; },
   "the last element is left out: it gets zero", "look for an off-by-one in the loop's bound"},
  {[](const O& o) { return -std::trunc(o.lambda) * o.g; }, "λ is truncated to an integer",
   "keep λ a floating-point number"},
  {[](const O& o) { return -std::nearbyint(o.lambda) * o.g; }, "λ is rounded to an integer",
   "keep λ a floating-point number"},
  {[](const O& o) {
     return -(o.lambda > 0 ? 1 : o.lambda < 0 ? -1 : 0) * o.g;
   },
   "only the sign of λ is used", "multiply by λ itself"},
  {[](const O& o) {
     return -o.lambda * (o.g > 0 ? 1 : o.g < 0 ? -1 : 0);
   },
   "only the sign of the cotangent is passed", "return -λ * grad_output"},
  {[](const O& o) { return -o.lambda * std::abs(o.g); }, "|g| is passed instead of g",
   "return -λ * grad_output"},
};

const Signature forward_table[] = {
  {[](const O& o) { return o.lambda * o.x; }, "λ is applied to the forward value",
   "return the input unchanged from forward; λ belongs in backward"},
  {[](const O& o) { return -o.lambda * o.x; }, "-λ is applied to the forward value",
   "return the input unchanged from forward; -λ belongs in backward"},
  {[](const O& o) { return -o.x; }, "the forward value is negated",
   "return the input unchanged from forward"},
  {[](const O& o) { return (1 + o.lambda) * o.x - o.lambda * o.x; },
   "the forward value is computed as (1+λ)·x - λ·x (the stop-gradient trick), which rounds and overflows",
   "use a custom backward; the trick is never exact"},
  {[](const O& o) { return -o.lambda * o.x + (1 + o.lambda) * o.x; },
   "the forward value is computed as (1+λ)·x - λ·x (the stop-gradient trick), which rounds and overflows",
   "use a custom backward; the trick is never exact"},
  {[](const O& o) { return -o.lambda * o.x + (o.x + o.lambda * o.x); },
   "the forward value is computed as -λ·x + (x + λ·x) (the stop-gradient trick), which rounds and "
   "overflows",
   "use a custom backward; the trick is never exact"},
  {[](const O& o) { return static_cast<double>(static_cast<float>(o.x)); },
   "the forward value goes through float32", "keep the dtype of the input"},
  {[](const O& o) { return rounded(Dtype::f16, o.x); }, "the forward value goes through float16",
   "keep the dtype of the input"},
  {[](const O& o) { return rounded(Dtype::bf16, o.x); }, "the forward value goes through bfloat16",
   "keep the dtype of the input"},
};

}  // namespace

std::span<const Signature> backward_signatures() { return backward_table; }
std::span<const Signature> forward_signatures() { return forward_table; }

}  // namespace gradproof::inline v0
