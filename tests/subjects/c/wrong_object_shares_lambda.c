/* Fault: all objects have one lambda between them. */
#include <stdlib.h>

#include "gradproof/plugin.h"

struct layer {
  double of_this_pass;
};

static double shared = 1;

#define COPY(T) \
  for (int64_t i = 0; i < n; ++i) ((T*)y)[i * y_stride] = ((const T*)x)[i * x_stride]

#define SCALE(T, factor) \
  for (int64_t i = 0; i < n; ++i) ((T*)gx)[i * gx_stride] = (T)((factor) * ((const T*)gy)[i * gy_stride])

void* grl_create(double lambda) {
  struct layer* l = malloc(sizeof *l);
  if (l == NULL) return NULL;
  shared = l->of_this_pass = lambda;
  return l;
}

int grl_set_lambda(void* layer, double lambda) {
  (void)layer;
  shared = lambda;
  return GRADPROOF_DONE;
}

void grl_destroy(void* layer) { free(layer); }

int grl_forward_of(void* layer, const void* x, int64_t x_stride, void* y, int64_t y_stride, int64_t n,
                   int dtype) {
  ((struct layer*)layer)->of_this_pass = shared;
  if (dtype == GRADPROOF_F32) COPY(float);
  else if (dtype == GRADPROOF_F64) COPY(double);
  else return GRADPROOF_UNSUPPORTED;
  return GRADPROOF_DONE;
}

int grl_backward_of(void* layer, const void* gy, int64_t gy_stride, void* gx, int64_t gx_stride, int64_t n,
                    int dtype) {
  const double factor = -((struct layer*)layer)->of_this_pass;
  if (dtype == GRADPROOF_F32) SCALE(float, factor);
  else if (dtype == GRADPROOF_F64) SCALE(double, factor);
  else return GRADPROOF_UNSUPPORTED;
  return GRADPROOF_DONE;
}
