/* An object that can be made and never ended: four of its five functions are missing. */
#include "gradproof/plugin.h"

void* grl_create(double lambda) {
  (void)lambda;
  return (void*)1;
}
