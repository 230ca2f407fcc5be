#include "calculus/evaluate.hpp"
#include "gradproof/rounded.hpp"

template class gradproof::Evaluation<gradproof::Rounded<gradproof::Dtype::f16>>;
template class gradproof::Evaluation<gradproof::Rounded<gradproof::Dtype::bf16>>;
template class gradproof::Evaluation<gradproof::Rounded<gradproof::Dtype::f32>>;
template class gradproof::Evaluation<gradproof::Rounded<gradproof::Dtype::f64>>;
