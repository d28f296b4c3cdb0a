/* expect: WRONG FAIL; cause: |x| */
#include <math.h>
#include <stdint.h>
void relu(int64_t n, const float *x, float *y) {
    for (int64_t i = 0; i < n; i++) y[i] = fabsf(x[i]);
}
