#include "kernels/activation/activation_simd.h"
#include "kernels/activation/leaky_relu.h"

ACTIVATION_SIMD(leaky_relu, "compare and select, masked tail",
                vselect(vlt(vset(0), x), x, vmul(vset((float)p->negative_slope), x)));
ACTIVATION_BACKWARD_SIMD(leaky_relu_backward, "compare and select, masked tail",
                         vselect(vlt(vset(0), x), grad_y,
                                 vmul(vset((float)p->negative_slope), grad_y)));
