#include "calculus/evaluate.hpp"
#include "number/ball.hpp"

template class gradproof::Evaluation<gradproof::Ball>;
