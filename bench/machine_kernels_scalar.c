/* What the compiler makes of plain C for the base instruction set: four lanes, no fused
 * multiply-add. */
#include <stddef.h>

typedef float four __attribute__((vector_size(16)));

#define VECTOR four
#define LANES 4
#define CHAINS 12
#define SET(value) ((four){(value), (value), (value), (value)})
#define LOAD(p) (*(const four *)(p))
#define STORE(p, v) (*(four *)(p) = (v))
#define ADD(a, b) ((a) + (b))
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#define TOTAL(v) ((v)[0] + (v)[1] + (v)[2] + (v)[3])
#include "bench/machine_loops.h"

const struct machine_kernels machine_kernels_scalar = MACHINE_KERNELS(ISA_SCALAR);
