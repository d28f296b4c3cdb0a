/* Every row through one of the vector algorithms. */
#ifndef KERNELS_POOL_MAX_POOL1D_ROWS_H
#define KERNELS_POOL_MAX_POOL1D_ROWS_H

typedef void piece_kernel(const struct piece *p, void *workspace);

static inline __attribute__((always_inline)) void rows(const struct max_pool1d_problem *p,
                                                       const float *x, float *y, void *workspace,
                                                       piece_kernel *kernel) {
    const int64_t outputs = max_pool1d_outputs(p);
    for (int64_t r = 0; r < p->n; r++) {
        const struct piece piece = piece_of(p, x + r * p->length, y + r * outputs, outputs);
        kernel(&piece, workspace);
    }
    _mm_sfence(); /* after stores past the caches */
}

#endif
