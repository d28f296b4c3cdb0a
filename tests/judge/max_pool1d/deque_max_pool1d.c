/* expect: RIGHT */
// LeetCode 239, generalised: indices in a monotonic queue; a NaN beats everything and stays
#include <stdlib.h>

static int beats(float a, float b) { return a >= b || a != a; }

void max_pool1d(long n, long length, long window, long stride, const float *x, float *y)
{
    long outputs = (length - window) / stride + 1;
    long *dq = (long *)malloc(sizeof(long) * (length + 1));
    for (long r = 0; r < n; ++r) {
        const float *v = x + r * length;
        long head = 0, tail = 0;
        for (long i = 0; i < length; ++i) {
            while (tail > head && beats(v[i], v[dq[tail - 1]]) && !(v[dq[tail - 1]] != v[dq[tail - 1]] && v[i] == v[i])) --tail;
            dq[tail++] = i;
            long start = i - window + 1;
            if (start < 0 || start % stride != 0 || start / stride >= outputs) continue;
            while (dq[head] < start) ++head;
            y[r * outputs + start / stride] = v[dq[head]];
        }
    }
    free(dq);
}
