/* expect: RIGHT */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* Rows get their own path; other axes go column block by column block, so that memory is read in order. */
enum { BLOCK = 64 };

static void row(int64_t n, const float *restrict x, float *restrict y) {
    float largest = -INFINITY, sum = 0;
    for (int64_t i = 0; i < n; i++) largest = x[i] > largest || isnan(x[i]) ? x[i] : largest;
    for (int64_t i = 0; i < n; i++) { y[i] = expf(x[i] - largest); sum += y[i]; }
    const float scale = 1 / sum;
    for (int64_t i = 0; i < n; i++) y[i] *= scale;
}

static void block(int64_t n, int64_t stride, int64_t width, const float *x, float *y) {
    float largest[BLOCK], sum[BLOCK];
    for (int64_t c = 0; c < width; c++) largest[c] = -INFINITY, sum[c] = 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t c = 0; c < width; c++) {
            const float v = x[i * stride + c];
            largest[c] = v > largest[c] || isnan(v) ? v : largest[c];
        }
    for (int64_t i = 0; i < n; i++)
        for (int64_t c = 0; c < width; c++) sum[c] += y[i * stride + c] = expf(x[i * stride + c] - largest[c]);
    for (int64_t i = 0; i < n; i++)
        for (int64_t c = 0; c < width; c++) y[i * stride + c] /= sum[c];
}

void softmax(int64_t outer, int64_t axis_len, int64_t inner, const float *x, float *y) {
    for (int64_t o = 0; o < outer; o++)
        for (int64_t c = 0; c < inner; c += inner == 1 ? 1 : BLOCK) {
            const int64_t at = o * axis_len * inner + c;
            if (inner == 1) row(axis_len, x + at, y + at);
            else block(axis_len, inner, inner - c < BLOCK ? inner - c : BLOCK, x + at, y + at);
        }
}
