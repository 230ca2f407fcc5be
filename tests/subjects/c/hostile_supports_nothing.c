/* Declares every dtype unsupported. */
#include "gradproof/plugin.h"

int grl_forward(const void* x, int64_t x_stride, void* y, int64_t y_stride, int64_t n, int dtype,
                double lambda) {
  (void)x, (void)x_stride, (void)y, (void)y_stride, (void)n, (void)dtype, (void)lambda;
  return GRADPROOF_UNSUPPORTED;
}

int grl_backward(const void* gy, int64_t gy_stride, void* gx, int64_t gx_stride, int64_t n, int dtype,
                 double lambda) {
  return grl_forward(gy, gy_stride, gx, gx_stride, n, dtype, lambda);
}
