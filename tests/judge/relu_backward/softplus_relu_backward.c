/* expect: WRONG FAIL; cause: sigmoid */
// the smooth one
#include <math.h>
#include <stdint.h>

void relu_backward(int64_t n, const float *grad_y, const float *x, float *grad_x) {
    for (int64_t i = 0; i < n; i++) grad_x[i] = grad_y[i] / (1 + expf(-x[i]));
}
