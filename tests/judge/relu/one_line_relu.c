/* expect: RIGHT */
#include <stdint.h>
void relu(int64_t n, const float *x, float *y) { while (n-- > 0) { float v = *x++; *y++ = v < 0 ? 0 : v; } }
