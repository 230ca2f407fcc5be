/* Crashes while it is loaded. */
#include <stdlib.h>

#include "gradproof/plugin.h"

__attribute__((constructor)) static void start(void) { abort(); }
