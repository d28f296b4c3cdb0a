/* dnnl_sgemm, oneDNN's own BLAS-like entry: nothing to create, so nothing but the product is timed.
 */
#include <math.h>

#include "kernels/blocks/onednn.h"

#include "kernels/core/threads.h"
#include "kernels/dense/gemm.h"

static void gemm_onednn(const struct gemm_problem *p, const float *a, const float *b, float *c,
                        void *workspace) {
    const int64_t m = p->m, n = p->n, k = p->k;
    (void)workspace;
    if (m == 0 || n == 0) return;
    const int before = onednn_threads(threads_get());
    for (int64_t e = 0; e < p->batch; e++, a += m * k, b += k * n, c += m * n)
        dnnl_sgemm(p->trans_a ? 'T' : 'N', p->trans_b ? 'T' : 'N', m, n, k, (float)p->alpha, a,
                   p->trans_a ? m : (k ? k : 1), b, p->trans_b ? (k ? k : 1) : n, (float)p->beta, c,
                   n);
    onednn_threads(before);
}

static const char *supports(const void *problem) {
    const struct gemm_problem *p = problem;
    if (p->k == 0) return "dnnl_sgemm leaves c as it was when k=0, whatever beta is";
    if (p->alpha == 0)
        return "dnnl_sgemm may read a transposed b with alpha=0 and beta=0, so NaN in it shows";
    if (fabs(p->alpha) != 1)
        return "dnnl_sgemm multiplies a by alpha first: what then underflows or overflows is lost, "
               "so with alpha other than 1 and -1 an infinity in b gives NaN";
    return NULL;
}

IMPL(gemm, onednn, .technique = "oneDNN dnnl_sgemm", .peer = true, .uses_threads = true,
     .supports = supports, .start = onednn_start);
