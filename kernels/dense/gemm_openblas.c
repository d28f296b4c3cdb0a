/* OpenBLAS, loaded apart (RTLD_LOCAL): its cblas_* must not take the place of GSL's in the oracle.
 */
#include <cblas.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/threads.h"
#include "kernels/dense/gemm.h"

static __typeof__(cblas_sgemm) *sgemm;
static __typeof__(openblas_set_num_threads) *set_threads;

/* An OpenBLAS older than the processor falls back on its SSE3 kernels. Told which of its kernels
 * fits, it is the rival it can be; a choice made by the user stays. */
static void choose_core(void) {
    static const char *const core[ISA_LEVELS] = {NULL, "Haswell", "SkylakeX"};
    const enum isa isa = isa_best();
    if (core[isa]) setenv("OPENBLAS_CORETYPE", core[isa], 0);
}

static const char *start(void) {
    choose_core();
    void *const library = dlopen(ASSAY_openblas_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!library) return "libopenblas cannot be loaded";
    /* a function through an object pointer: what POSIX asks of dlsym's users */
    *(void **)&sgemm = dlsym(library, "cblas_sgemm");
    *(void **)&set_threads = dlsym(library, "openblas_set_num_threads");
    if (!sgemm || !set_threads) return "libopenblas lacks cblas_sgemm or openblas_set_num_threads";
    return NULL;
}

static void gemm_openblas(const struct gemm_problem *p, const float *a, const float *b, float *c,
                          void *workspace) {
    static int threads;
    const int m = (int)p->m, n = (int)p->n, k = (int)p->k;
    (void)workspace;
    if (m == 0 || n == 0) return;
    if (threads != threads_get()) set_threads(threads = threads_get());
    for (int64_t e = 0; e < p->batch; e++, a += p->m * p->k, b += p->k * p->n, c += p->m * p->n)
        sgemm(CblasRowMajor, p->trans_a ? CblasTrans : CblasNoTrans,
              p->trans_b ? CblasTrans : CblasNoTrans, m, n, k, (float)p->alpha, a,
              p->trans_a ? m : (k ? k : 1), b, p->trans_b ? (k ? k : 1) : n, (float)p->beta, c, n);
}

static const char *supports(const void *problem) {
    const struct gemm_problem *p = problem;
    if (p->alpha == 0)
        return "OpenBLAS 0.3.21 reads a and b with alpha=0 when they are small, so NaN in them "
               "shows";
    return NULL;
}

IMPL(gemm, openblas, .technique = "OpenBLAS cblas_sgemm", .peer = true, .uses_threads = true,
     .supports = supports, .start = start);
