/* Fault: a vector of lambda lies along the columns. */
#include "gradproof/plugin.h"

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

#define ROWS(T)                                                                                    \
  for (int64_t r = 0; r < rows; ++r)                                                               \
    for (int64_t c = 0; c < cols; ++c)                                                             \
      ((T*)gx)[(r * cols + c) * gx_stride] = (T)(-lambda[c % rows] * ((const T*)gy)[(r * cols + c) * gy_stride])

int grl_backward_rows(const void* gy, int64_t gy_stride, void* gx, int64_t gx_stride, int64_t rows, int64_t cols,
                      int dtype, const double* lambda) {
  if (dtype == GRADPROOF_F32) ROWS(float);
  else if (dtype == GRADPROOF_F64) ROWS(double);
  else return GRADPROOF_UNSUPPORTED;
  return GRADPROOF_DONE;
}
