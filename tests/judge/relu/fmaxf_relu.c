/* expect: WRONG FAIL; cause: NaN becomes 0 */
#include <math.h>
#include <stdint.h>
void relu(int64_t n, const float *x, float *y) {
    for (int64_t i = 0; i < n; i++) y[i] = fmaxf(0.0f, x[i]);
}
