#include "calculus/evaluate.hpp"
#include "gradproof/dual.hpp"
#include "gradproof/rational.hpp"

template class gradproof::Evaluation<gradproof::Rational>;
template class gradproof::Evaluation<gradproof::Dual<gradproof::Rational>>;
