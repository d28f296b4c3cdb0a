/* expect: WRONG CRASH; no cause */
#include <math.h>
#include <stdint.h>
void relu(int64_t n, const float *x, float *y) {
    float *z = (float *)x; for (int64_t i = 0; i < n; i++) { if (z[i] < 0) z[i] = 0; y[i] = z[i]; }
}
