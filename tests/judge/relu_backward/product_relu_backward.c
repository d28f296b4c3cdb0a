/* expect: WRONG FAIL; cause: 0 times NaN or Inf is NaN, and a NaN of x blocks the gradient */
#include <math.h>
#include <stdint.h>
void relu_backward(int64_t n, const float *grad_y, const float *x, float *grad_x) {
    for (int64_t i = 0; i < n; i++) grad_x[i] = grad_y[i] * (x[i] > 0 ? 1.0f : 0.0f);
}
