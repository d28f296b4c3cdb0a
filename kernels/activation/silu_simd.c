#include "kernels/activation/activation_simd.h"
#include "kernels/activation/silu.h"
#include "kernels/blocks/vmath_functions.h"

/* x / (1 + exp(-x)), scaled last: sigmoid(x) alone is denormal where x sigmoid(x) is not. */
ACTIVATION_SIMD(silu, "one exponential, what rounding took carried on, masked tail",
                vsigmoid_times(x, x, vset(0)));

/* sigmoid(-x), not 1 - sigmoid(x), which cancels. */
static ALWAYS_INLINE vfloat gradient(vfloat grad_y, vfloat x) {
    const struct activation_logistic s = activation_logistic(x, vset(0));
    const vfloat bounded = vmax(vset(-200), vmin(vset(200), x));
    return activation_damped(grad_y, &s, vfma(bounded, s.other, vset(1)));
}
ACTIVATION_BACKWARD_SIMD(silu_backward, "one exponential of -|x| / 2, masked tail",
                         gradient(grad_y, x));
