/* expect: WRONG FAIL; cause: the scalar tail (n % 16) does not */
#include <math.h>
#include <stdint.h>

void relu(int64_t n, const float *x, float *y) {
    const float *end = x + n;
    for (; end - x >= 16; x += 16, y += 16)
        for (int lane = 0; lane < 16; lane++) y[lane] = x[lane] < 0 ? 0 : x[lane];
    while (x < end) *y++ = fmaxf(*x++, 0.0f);
}
