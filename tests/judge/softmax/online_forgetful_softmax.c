/* expect: WRONG FAIL; cause: the running sum is not rescaled */
#include <math.h>
#include <stdint.h>

// one pass for max and sum
void softmax(int64_t outer, int64_t axis_len, int64_t inner, const float *x, float *y)
{
    for (int64_t s = 0; s < outer * inner; s++)
    {
        const float *p = x + s / inner * axis_len * inner + s % inner;
        float *q = y + (p - x);
        float m = -INFINITY, d = 0.f;
        for (int64_t k = 0; k < axis_len; k++)
        {
            if (p[k * inner] > m)
                m = p[k * inner];
            d += expf(p[k * inner] - m);
        }
        for (int64_t k = 0; k < axis_len; k++)
            q[k * inner] = expf(p[k * inner] - m) / d;
    }
}
