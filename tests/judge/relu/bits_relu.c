/* expect: RIGHT */
#include <stdint.h>
#include <string.h>
// clear every number whose sign bit is set, unless it is a NaN
void relu(int64_t n, const float *x, float *y)
{
    for (int64_t i = 0; i < n; ++i)
    {
        uint32_t u;
        memcpy(&u, x + i, sizeof u);
        if ((u >> 31) && (u & 0x7fffffffu) <= 0x7f800000u)
            u = 0;
        memcpy(y + i, &u, sizeof u);
    }
}
