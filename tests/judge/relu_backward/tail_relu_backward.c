/* expect: WRONG FAIL; no cause */
#include <math.h>
#include <stdint.h>
void relu_backward(int64_t n, const float *grad_y, const float *x, float *grad_x) {
    for (int64_t i = 0; i + 16 <= n; i += 16) for (int j = 0; j < 16; j++) grad_x[i + j] = x[i + j] <= 0 ? 0 : grad_y[i + j];
}
