/* Right, in double alone. */
#include "gradproof/plugin.h"

int grl_forward(const void* x, int64_t x_stride, void* y, int64_t y_stride, int64_t n, int dtype,
                double lambda) {
  (void)lambda;
  if (dtype != GRADPROOF_F64) return GRADPROOF_UNSUPPORTED;
  for (int64_t i = 0; i < n; ++i) ((double*)y)[i * y_stride] = ((const double*)x)[i * x_stride];
  return GRADPROOF_DONE;
}

int grl_backward(const void* gy, int64_t gy_stride, void* gx, int64_t gx_stride, int64_t n, int dtype,
                 double lambda) {
  if (dtype != GRADPROOF_F64) return GRADPROOF_UNSUPPORTED;
  for (int64_t i = 0; i < n; ++i) ((double*)gx)[i * gx_stride] = -lambda * ((const double*)gy)[i * gy_stride];
  return GRADPROOF_DONE;
}
