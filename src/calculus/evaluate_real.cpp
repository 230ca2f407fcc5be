#include "calculus/evaluate.hpp"
#include "gradproof/complex.hpp"
#include "gradproof/dual.hpp"
#include "gradproof/real.hpp"
#include "graph/apply_real.hpp"

template class gradproof::Evaluation<gradproof::Real>;
template class gradproof::Evaluation<gradproof::Complex<gradproof::Real>>;
template class gradproof::Evaluation<gradproof::Dual<gradproof::Real>>;
