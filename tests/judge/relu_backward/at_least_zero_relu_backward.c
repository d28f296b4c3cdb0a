/* expect: WRONG FAIL; cause: lets the gradient pass at x = 0, and blocks it at NaN */
// one sign too many, and the else branch takes NaN
#include <math.h>
#include <stdint.h>

void relu_backward(int64_t n, const float *grad_y, const float *x, float *grad_x) {
    for (int64_t i = 0; i < n; i++) grad_x[i] = x[i] >= 0 ? grad_y[i] : 0;
}
