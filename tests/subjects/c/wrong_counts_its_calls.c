/* Fault: a warm-up of the layer's own: lambda grows with the number of backward passes. */
#include "gradproof/plugin.h"

static int calls = 0;

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
  const double warm = calls < 1000 ? ++calls / 1000.0 : 1;
  if (dtype == GRADPROOF_F32) SCALE(float, -lambda* warm);
  else if (dtype == GRADPROOF_F64) SCALE(double, -lambda* warm);
  else return GRADPROOF_UNSUPPORTED;
  return GRADPROOF_DONE;
}
