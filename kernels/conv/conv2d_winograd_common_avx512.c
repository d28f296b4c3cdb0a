#include "kernels/conv/conv2d_winograd_transform.h"

WINOGRAD_TRANSFORMS_OF(2, avx512)
WINOGRAD_TRANSFORMS_OF(4, avx512)
