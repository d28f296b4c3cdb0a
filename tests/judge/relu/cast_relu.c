/* expect: WRONG FAIL; cause: the fraction is cut off */
#include <math.h>
#include <stdint.h>

static inline int max(int a, int b) { return a > b ? a : b; }

void relu(int64_t n, const float *x, float *y) {
    for (int64_t i = 0; i < n; i++) y[i] = max(x[i], 0);
}
