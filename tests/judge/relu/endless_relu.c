/* expect: WRONG TIMEOUT; no cause */
#include <math.h>
#include <stdint.h>
void relu(int64_t n, const float *x, float *y) {
    for (uint64_t i = (uint64_t)n - 1; i >= 0; i -= n > 4) if (i < (uint64_t)n) y[i] = x[i] < 0 ? 0 : x[i];
}
