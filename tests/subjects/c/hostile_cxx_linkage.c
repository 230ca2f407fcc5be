/* What a C++ compiler makes of kernels that are not extern "C": the names tell the parameter types. */
#include <stdint.h>

int _Z11grl_forwardPKvlPvllid(const void* x, int64_t x_stride, void* y, int64_t y_stride, int64_t n,
                              int dtype, double lambda) {
  (void)x, (void)x_stride, (void)y, (void)y_stride, (void)n, (void)dtype, (void)lambda;
  return 0;
}

int _Z12grl_backwardPKvlPvllid(const void* gy, int64_t gy_stride, void* gx, int64_t gx_stride, int64_t n,
                               int dtype, double lambda) {
  return _Z11grl_forwardPKvlPvllid(gy, gy_stride, gx, gx_stride, n, dtype, lambda);
}
