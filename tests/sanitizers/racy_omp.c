/* Two relu kernels with a data race: every thread also writes what is its neighbour's, the same
 * value. Results are right on any machine that exists, so no comparison can tell; ThreadSanitizer
 * must. The second one writes whole vectors, which it sees through tsan_vectors.h. */
#include "kernels/activation/relu.h"
#include "kernels/core/plugin.h"
#include "kernels/core/threads.h"

enum { OVERLAP = 8 };

/* Share s of `count` parts, and OVERLAP elements more. */
static int64_t share_first(const struct relu_problem *p, int s, int count) {
    return p->n * s / count;
}
static int64_t share_end(const struct relu_problem *p, int s, int count) {
    const int64_t end = p->n * (s + 1) / count + OVERLAP;
    return end < p->n ? end : p->n;
}

static void relu_racy_omp(const struct relu_problem *p, const float *x, float *y) {
    const int count = threads_get();
#pragma omp parallel for num_threads(count) schedule(static, 1)
    for (int s = 0; s < count; s++)
        for (int64_t i = share_first(p, s, count); i < share_end(p, s, count); i++)
            y[i] = x[i] < 0 ? 0 : x[i];
}

static IMPL(relu, racy_omp, .technique = "scalar, shares that overlap", .uses_threads = true);

/* The same without the overlap: what must stay silent. */
static void relu_clean_omp(const struct relu_problem *p, const float *x, float *y) {
    const int count = threads_get();
#pragma omp parallel for num_threads(count) schedule(static, 1)
    for (int s = 0; s < count; s++)
        for (int64_t i = p->n * s / count; i < p->n * (s + 1) / count; i++)
            y[i] = x[i] < 0 ? 0 : x[i];
}

static IMPL(relu, clean_omp, .technique = "scalar, shares that do not", .uses_threads = true);

#if defined __AVX2__
#include "kernels/blocks/vector_avx2.h"

static void relu_racy_avx2_omp(const struct relu_problem *p, const float *x, float *y) {
    const int count = threads_get();
#pragma omp parallel for num_threads(count) schedule(static, 1)
    for (int s = 0; s < count; s++)
        for (int64_t i = share_first(p, s, count); i < share_end(p, s, count); i += VLANES) {
            const int64_t left = share_end(p, s, count) - i;
            const vmask mask = vfirst(left < VLANES ? left : VLANES);
            vstore_masked(y + i, mask, vmax(vset(0), vload_masked(x + i, mask, vset(0))));
        }
}

static IMPL(relu, racy_avx2_omp, .technique = "vectors, shares that overlap", .uses_threads = true,
            .isa = ISA_AVX2);
#endif

static const struct implementation *const implementations[] = {&impl_relu_clean_omp,
                                                               &impl_relu_racy_omp,
#if defined __AVX2__
                                                               &impl_relu_racy_avx2_omp,
#endif
                                                               NULL};

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {
    ASSAY_PLUGIN("racy_omp"),
    .implementations = implementations,
};
