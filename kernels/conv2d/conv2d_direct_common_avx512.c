enum { HALF = 7 };
#define PIXELS(X)                                                                                  \
    X(0, 0)                                                                                        \
    X(0, 1)                                                                                        \
    X(0, 2) X(0, 3) X(0, 4) X(0, 5) X(0, 6) X(1, 0) X(1, 1) X(1, 2) X(1, 3) X(1, 4) X(1, 5) X(1, 6)

#include "kernels/conv2d/conv2d_direct_tile.h"

DIRECT_KERNEL(avx512);
