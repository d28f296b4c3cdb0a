/* expect: WRONG FAIL; cause: -Inf becomes NaN */
#include <math.h>
#include <stdint.h>

// branch-free: the mean of x and |x|, in double so that it cannot overflow
void relu(int64_t n, const float *x, float *y) {
    for (int64_t i = 0; i < n; i++) y[i] = (float)(((double)x[i] + fabs((double)x[i])) / 2);
}
