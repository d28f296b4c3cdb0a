#include "bench/machine_loops.h"

const struct machine_kernels machine_kernels_avx2 = MACHINE_KERNELS(ISA_AVX2);
