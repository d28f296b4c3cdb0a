#include "kernels/activation/activation_simd.h"
#include "kernels/activation/relu.h"

/* vmax gives its second argument when either is NaN: NaN stays. */
ACTIVATION_SIMD(relu, "vector maximum, masked tail", vmax(vset(0), x));

/* A NaN x lets the gradient pass. */
ACTIVATION_BACKWARD_SIMD(relu_backward, "compare and mask, masked tail",
                         vzeroed(vnle(x, vset(0)), grad_y));
