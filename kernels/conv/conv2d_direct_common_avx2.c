enum { HALF = 3 };
#define PIXELS(h, X) X(h, 0) X(h, 1) X(h, 2)

#include "kernels/conv/conv2d_direct_tile.h"

DIRECT_KERNEL(avx2);
