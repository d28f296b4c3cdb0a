enum { HALF = 7 };
#define PIXELS(h, X) X(h, 0) X(h, 1) X(h, 2) X(h, 3) X(h, 4) X(h, 5) X(h, 6)

#include "kernels/conv/conv2d_direct_tile.h"

DIRECT_KERNEL(avx512);
