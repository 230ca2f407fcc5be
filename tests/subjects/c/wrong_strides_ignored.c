/* Fault: takes the entries for neighbours whatever the strides are. */
#include "gradproof/plugin.h"

#define COPY(T) \
  for (int64_t i = 0; i < n; ++i) ((T*)y)[i] = ((const T*)x)[i]

#define SCALE(T) \
  for (int64_t i = 0; i < n; ++i) ((T*)gx)[i] = (T)-lambda * ((const T*)gy)[i]

int grl_forward(const void* x, int64_t x_stride, void* y, int64_t y_stride, int64_t n, int dtype,
                double lambda) {
  (void)lambda, (void)x_stride, (void)y_stride;
  if (dtype == GRADPROOF_F32) COPY(float);
  else if (dtype == GRADPROOF_F64) COPY(double);
  else return GRADPROOF_UNSUPPORTED;
  return GRADPROOF_DONE;
}

int grl_backward(const void* gy, int64_t gy_stride, void* gx, int64_t gx_stride, int64_t n, int dtype,
                 double lambda) {
  (void)gy_stride, (void)gx_stride;
  if (dtype == GRADPROOF_F32) SCALE(float);
  else if (dtype == GRADPROOF_F64) SCALE(double);
  else return GRADPROOF_UNSUPPORTED;
  return GRADPROOF_DONE;
}
