/* Right: works in blocks of 256, as a kernel on a GPU does, and cuts the last one short. */
#include "gradproof/plugin.h"

#define BLOCKS(T, in, in_stride, out, out_stride, factor)                                      \
  for (int64_t block = 0; block < n; block += 256)                                             \
    for (int64_t i = block; i < block + 256 && i < n; ++i)                                     \
      ((T*)out)[i * out_stride] = factor ((const T*)in)[i * in_stride]

int grl_forward(const void* x, int64_t x_stride, void* y, int64_t y_stride, int64_t n, int dtype,
                double lambda) {
  (void)lambda;
  if (dtype == GRADPROOF_F32) BLOCKS(float, x, x_stride, y, y_stride, );
  else if (dtype == GRADPROOF_F64) BLOCKS(double, x, x_stride, y, y_stride, );
  else return GRADPROOF_UNSUPPORTED;
  return GRADPROOF_DONE;
}

int grl_backward(const void* gy, int64_t gy_stride, void* gx, int64_t gx_stride, int64_t n, int dtype,
                 double lambda) {
  if (dtype == GRADPROOF_F32) BLOCKS(float, gy, gy_stride, gx, gx_stride, (float)-lambda *);
  else if (dtype == GRADPROOF_F64) BLOCKS(double, gy, gy_stride, gx, gx_stride, -lambda *);
  else return GRADPROOF_UNSUPPORTED;
  return GRADPROOF_DONE;
}
