/* Published, and wrong: a max pool whose padding is 0, which wins over negative data.
 *
 * The padding of a maximum is -Inf. max_pool1d itself has no padding; here windows are filled up to
 * whole vectors of 8 with the zeros of a fresh buffer. */
#include <math.h>
#include <string.h>

#include "kernels/core/plugin.h"
#include "kernels/pool/max_pool1d.h"

enum { LANES = 8 };

static float padded_maximum(const float *x, int64_t window) {
    float largest = -INFINITY;
    for (int64_t i = 0; i < window; i += LANES) {
        const int64_t rest = window - i < LANES ? window - i : LANES;
        float padded[LANES] = {0};
        memcpy(padded, x + i, (size_t)rest * sizeof *padded);
        for (int lane = 0; lane < LANES; lane++) largest = max_pool1d_larger(largest, padded[lane]);
    }
    return largest;
}

static void max_pool1d_wild_zero_padding(const struct max_pool1d_problem *p, const float *x,
                                         float *y, void *workspace) {
    const int64_t outputs = max_pool1d_outputs(p);
    (void)workspace;
    for (int64_t row = 0; row < p->n; row++)
        for (int64_t o = 0; o < outputs; o++)
            y[row * outputs + o] = padded_maximum(x + row * p->length + o * p->stride, p->window);
}

static IMPL(max_pool1d, wild_zero_padding, .technique = "windows filled up to vectors of 8",
            .defect = "windows are padded with 0, which wins over negative data",
            .caught = "FAIL: elements wrong");

static const struct implementation *const implementations[] = {&impl_max_pool1d_wild_zero_padding,
                                                               NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN("wild_max_pool1d_zero_padding"),
                                             .implementations = implementations};
