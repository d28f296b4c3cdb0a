/* expect: WRONG FAIL; cause: scaled by 0.2 */
#include <math.h>
#include <stdint.h>
void relu(int64_t n, const float *x, float *y) {
    for (int64_t i = 0; i < n; i++) y[i] = x[i] < 0 ? 0.2f * x[i] : x[i];
}
