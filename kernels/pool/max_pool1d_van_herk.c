#include "kernels/pool/max_pool1d.h"

/* Cut the row into blocks as long as the window. A window that begins j elements into a block is
 * the block's end from j on, and the first j elements of the next block: the larger of a maximum
 * that runs backwards and one that runs forwards. Three comparisons per element, whatever the
 * window. */
static void row(const struct max_pool1d_problem *p, const float *x, float *y, float *suffix) {
    const int64_t outputs = max_pool1d_outputs(p), window = p->window;
    for (int64_t o = 0, block = 0; o < outputs; block += window) {
        if (o * p->stride >= block + window) continue; /* no window begins here */
        suffix[window - 1] = x[block + window - 1];
        for (int64_t j = window - 2; j >= 0; j--)
            suffix[j] = max_pool1d_larger(suffix[j + 1], x[block + j]);
        int64_t begin = o * p->stride - block;
        if (begin == 0) {
            y[o] = suffix[0];
            begin = ++o * p->stride - block;
        }
        float prefix = x[block + window - 1]; /* in every window that begins in this block */
        for (int64_t j = 1; j < window && o < outputs && begin < window; j++) {
            prefix = max_pool1d_larger(prefix, x[block + window - 1 + j]);
            if (j != begin) continue;
            y[o] = max_pool1d_larger(suffix[j], prefix);
            begin = ++o * p->stride - block;
        }
    }
}

static void max_pool1d_van_herk(const struct max_pool1d_problem *p, const float *x, float *y,
                                void *workspace) {
    for (int64_t r = 0; r < p->n; r++)
        row(p, x + r * p->length, y + r * max_pool1d_outputs(p), workspace);
}

static size_t workspace_bytes(const void *problem) {
    return (size_t)((const struct max_pool1d_problem *)problem)->window * sizeof(float);
}

IMPL(max_pool1d, van_herk,
     .technique = "prefix and suffix maxima of blocks: three comparisons per element",
     .workspace_bytes = workspace_bytes);
