/* expect: WRONG FAIL; cause: grad_y and x are swapped */
#include <math.h>
#include <stdint.h>
void relu_backward(int64_t n, const float *grad_y, const float *x, float *grad_x) {
    /* grad_y and x exchanged */ const float *g = x, *v = grad_y; for (int64_t i = 0; i < n; i++) grad_x[i] = v[i] <= 0 ? 0 : g[i];
}
