#include "calculus/evaluate.hpp"
#include "gradproof/dual.hpp"
#include "number/degree.hpp"
#include "number/grain.hpp"
#include "number/tracked.hpp"

template class gradproof::Evaluation<float>;
template class gradproof::Evaluation<double>;
template class gradproof::Evaluation<gradproof::Dual<double>>;
template class gradproof::Evaluation<gradproof::Tracked>;
template class gradproof::Evaluation<gradproof::Grain>;
template class gradproof::Evaluation<gradproof::Degree>;
