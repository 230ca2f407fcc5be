/* Fault: it says that it multiplies by what it is given, and negates that. */
#include "gradproof/plugin.h"

GRADPROOF_LAMBDA_IS_THE_FACTOR(grl);

#define COPY(T) \
  for (int64_t i = 0; i < n; ++i) ((T*)y)[i * y_stride] = ((const T*)x)[i * x_stride]

#define SCALE(T, factor) \
  for (int64_t i = 0; i < n; ++i) ((T*)gx)[i * gx_stride] = (T)((factor) * ((const T*)gy)[i * gy_stride])

int grl_forward(const void* x, int64_t x_stride, void* y, int64_t y_stride, int64_t n, int dtype,
                double lambda) {
  (void)lambda;
  if (dtype == GRADPROOF_F32) COPY(float);
  else if (dtype == GRADPROOF_F64) COPY(double);
  else return GRADPROOF_UNSUPPORTED;
  return GRADPROOF_DONE;
}

int grl_backward(const void* gy, int64_t gy_stride, void* gx, int64_t gx_stride, int64_t n, int dtype,
                 double lambda) {
  if (dtype == GRADPROOF_F32) SCALE(float, -lambda);
  else if (dtype == GRADPROOF_F64) SCALE(double, -lambda);
  else return GRADPROOF_UNSUPPORTED;
  return GRADPROOF_DONE;
}

