enum { HALF = 3 };
#define PIXELS(X) X(0, 0) X(0, 1) X(0, 2) X(1, 0) X(1, 1) X(1, 2)

#include "kernels/conv2d/conv2d_direct_tile.h"

DIRECT_KERNEL(avx2);
