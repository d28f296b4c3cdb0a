#define MACHINE_SCALAR
#include "bench/machine_loops.h"

const struct machine_kernels machine_kernels_scalar = MACHINE_KERNELS(ISA_SCALAR);
