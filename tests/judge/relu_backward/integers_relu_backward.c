/* expect: RIGHT */
// no comparison of floats at all
#include <math.h>
#include <stdint.h>
#include <string.h>

void relu_backward(int64_t n, const float *grad_y, const float *x, float *grad_x) {
    for (int64_t i = 0; i < n; i++) {
        uint32_t b, g;
        memcpy(&b, x + i, 4);
        memcpy(&g, grad_y + i, 4);
        /* dead: +0, -0, or negative and not NaN */
        uint32_t dead = (b == 0) | ((b >> 31) & ((b & 0x7fffffff) <= 0x7f800000));
        g &= dead - 1;
        memcpy(grad_x + i, &g, 4);
    }
}
