/* The schedule of lambda with i / n as integers. */
#include <math.h>

#include "gradproof/plugin.h"

double grl_coefficient(int64_t i, int64_t n, double lo, double hi, double alpha) {
  return lo + (hi - lo) * (2 / (1 + exp(-alpha * (double)(i / n))) - 1);
}
