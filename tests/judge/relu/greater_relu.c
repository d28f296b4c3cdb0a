/* expect: WRONG FAIL; cause: NaN becomes 0 */
#include <math.h>
#include <stdint.h>
void relu(int64_t n, const float *x, float *y) {
    for (int64_t i = 0; i < n; i++) y[i] = x[i] > 0 ? x[i] : 0;
}
