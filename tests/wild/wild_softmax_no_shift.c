/* Published, and wrong: softmax as its formula is printed, without the shift by the maximum.
 *
 * exp overflows float32 from 88.73 on, and Inf / Inf is NaN; where all are below -104 every term
 * underflows, and 0 / 0 is NaN. */
#include <math.h>

#include "kernels/core/plugin.h"
#include "kernels/softmax/softmax.h"

static void softmax_wild_no_shift(const struct softmax_problem *p, const float *x, float *y) {
    for (int64_t o = 0; o < p->outer; o++)
        for (int64_t k = 0; k < p->inner; k++) {
            const int64_t first = o * p->axis_len * p->inner + k;
            float sum = 0;
            for (int64_t i = 0; i < p->axis_len; i++) {
                y[first + i * p->inner] = expf(x[first + i * p->inner]);
                sum += y[first + i * p->inner];
            }
            for (int64_t i = 0; i < p->axis_len; i++) y[first + i * p->inner] /= sum;
        }
}

static IMPL(softmax, wild_no_shift, .technique = "exp(x) / sum of exp(x)",
            .defect = "the shift by the maximum is missing: exp(x) overflows from x = 88.7 on",
            .caught = "FAIL: elements wrong");

static const struct implementation *const implementations[] = {&impl_softmax_wild_no_shift, NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN("wild_softmax_no_shift"),
                                             .implementations = implementations};
