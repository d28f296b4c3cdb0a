/* expect: WRONG FAIL; cause: the stride of the axis (inner) is ignored */
#include <math.h>
#include <stdint.h>

static float max_of(const float *v, int64_t n) { float m = v[0]; for (int64_t i = 1; i < n; i++) m = v[i] > m ? v[i] : m; return m; }

void softmax(int64_t outer, int64_t axis_len, int64_t inner, const float *x, float *y) {
    for (int64_t r = 0; r < outer * inner && axis_len > 0; r++) {
        const float *in = x + r * axis_len;
        float *out = y + r * axis_len;
        float m = max_of(in, axis_len), s = 0;
        for (int64_t i = 0; i < axis_len; i++) { out[i] = expf(in[i] - m); s += out[i]; }
        for (int64_t i = 0; i < axis_len; i++) out[i] /= s;
    }
}
