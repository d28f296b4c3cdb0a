/* expect: RIGHT */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

void softmax(int64_t outer, int64_t axis_len, int64_t inner, const float *x, float *y) {
    double *e = malloc((size_t)(axis_len + 1) * sizeof *e);
    for (int64_t slice = 0; e && axis_len && slice < outer * inner; slice++) {
        const int64_t first = (slice / inner) * axis_len * inner + slice % inner;
        double largest = x[first], sum = 0;
        for (int64_t t = axis_len - 1; t > 0; t--)
            if (x[first + t * inner] > largest) largest = x[first + t * inner];
        for (int64_t t = axis_len - 1; t >= 0; t--) sum += e[t] = exp(x[first + t * inner] - largest);
        for (int64_t t = 0; t < axis_len; t++) y[first + t * inner] = (float)(e[t] / sum);
    }
    free(e);
}
