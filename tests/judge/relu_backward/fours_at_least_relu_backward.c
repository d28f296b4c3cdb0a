/* expect: WRONG FAIL; no cause */
// two mistakes
#include <math.h>
#include <stdint.h>

void relu_backward(int64_t n, const float *grad_y, const float *x, float *grad_x) {
    for (int64_t i = 0; i + 4 <= n; i += 4)
        for (int k = 0; k < 4; k++) grad_x[i + k] = x[i + k] >= 0 ? grad_y[i + k] : 0;
}
