/* expect: WRONG FAIL; no cause */
// a falling row of a longer window overruns the queue
#include <math.h>
#include <stdint.h>

void max_pool1d(int64_t n, int64_t length, int64_t window, int64_t stride, const float *x, float *y) {
    int64_t outs = (length - window) / stride + 1;
    int q[1024];
    for (int64_t r = 0; r < n; r++) {
        const float *row = x + r * length;
        int head = 0, tail = 0;
        for (int64_t i = 0; i < length; i++) {
            while (tail > head && !(row[q[(tail - 1) & 1023]] > row[i]) && !isnan(row[q[(tail - 1) & 1023]])) tail--;
            q[tail++ & 1023] = (int)i;
            while (q[head & 1023] <= i - window) head++;
            if (i >= window - 1 && (i - window + 1) % stride == 0)
                y[r * outs + (i - window + 1) / stride] = row[q[head & 1023]];
        }
    }
}
