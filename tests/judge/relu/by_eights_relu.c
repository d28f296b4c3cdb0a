/* expect: WRONG FAIL; cause: the last n % 8 elements are not written */
#include <math.h>
#include <stdint.h>
void relu(int64_t n, const float *x, float *y) {
    for (int64_t i = 0; i < n / 8 * 8; i++) y[i] = x[i] < 0 ? 0 : x[i];
}
