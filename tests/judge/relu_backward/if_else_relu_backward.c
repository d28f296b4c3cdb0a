/* expect: RIGHT */
#include <math.h>
#include <stdint.h>
void relu_backward(int64_t n, const float *grad_y, const float *x, float *grad_x) {
    for (int64_t i = 0; i < n; i++) { if (x[i] <= 0.0f) grad_x[i] = 0.0f; else grad_x[i] = grad_y[i]; }
}
