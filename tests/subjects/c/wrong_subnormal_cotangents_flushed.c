// Fault: a cotangent that is subnormal counts as zero, whatever λ makes of it.
#include <float.h>
#include <math.h>

#include "gradproof/plugin.h"

int grl_forward(const void* x, int64_t xs, void* y, int64_t ys, int64_t n, int dtype, double lambda) {
  (void)lambda;
  if (dtype != GRADPROOF_F32) return GRADPROOF_UNSUPPORTED;
  for (int64_t i = 0; i < n; ++i) ((float*)y)[i * ys] = ((const float*)x)[i * xs];
  return GRADPROOF_DONE;
}

int grl_backward(const void* gy, int64_t gys, void* gx, int64_t gxs, int64_t n, int dtype, double lambda) {
  if (dtype != GRADPROOF_F32) return GRADPROOF_UNSUPPORTED;
  for (int64_t i = 0; i < n; ++i) {
    const float g = ((const float*)gy)[i * gys];
    ((float*)gx)[i * gxs] = fabsf(g) < FLT_MIN ? 0.0f : -(float)lambda * g;
  }
  return GRADPROOF_DONE;
}
