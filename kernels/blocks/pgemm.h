/* Packed GEMM, the building block of every dense kernel: C = alpha A B + beta C, then an epilogue.
 *
 * The loops are Goto's (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication",
 * ACM TOMS 34 (2008)) around one microkernel per instruction set (Van Zee and van de Geijn, "BLIS",
 * ACM TOMS 41 (2015)):
 *
 *     for jc in n by nc                       B block  kc x nc   lives in L3
 *       for pc in k by kc     pack B          A block  mc x kc   lives in L2
 *         for ic in m by mc   pack A          B panel  kc x nr   lives in L1
 *           for jr in nc by nr                C tile   mr x nr   lives in registers
 *             for ir in mc by mr: microkernel
 *
 * Each operand may be packed as the loops go, be read where it lies (small or thin matrices), have
 * been packed before (weights), or be produced panel by panel by a callback (implicit im2col).
 *
 * A packed operand is a row of K blocks; a K block is a row of panels; a panel of A holds mr rows,
 * element (i, p) at [p * mr + i]; a panel of B holds nr columns, element (p, j) at [p * nr + j].
 * Rows and columns beyond the matrix are zeros. K is cut into equal blocks of pgemm_block_k().
 *
 * Every element of C is one chain of fused multiply-adds per K block, and the blocks are added to C
 * in turn: SUM_BLOCKED with kc terms. The chain depends on neither tiling nor thread count, so
 * results are bitwise the same for any number of threads. Nothing outside A, B and C is read or
 * written: edge tiles are masked. No function allocates; all are reentrant. */
#ifndef KERNELS_BLOCKS_PGEMM_H
#define KERNELS_BLOCKS_PGEMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/blocks/epilogue.h"
#include "kernels/core/isa.h"

/* One call of a microkernel: C[rows, columns] = alpha A[rows, k] B[k, columns] + beta C, finished.
 * beta = 0 does not read C. */
struct pgemm_tile {
    int64_t k;
    const float *a;
    int64_t a_row, a_column; /* element (i, p) is a[i * a_row + p * a_column]; one of them is 1 */
    const float *b;
    int64_t b_row; /* element (p, j) is b[p * b_row + j]; b_row = nr: all nr may be read */
    float *
        copy; /* NULL, or where B's k rows of nr go as well, one after the other: full tiles only */
    float *c;
    int64_t c_row;
    int rows, columns; /* 1..mr, 1..nr */
    float alpha, beta;
    /* NULL, or what to fetch meanwhile: nr floats at next, next + next_row, ... per 4 terms */
    const float *next;
    int64_t next_row;
    struct epilogue epilogue; /* of this tile; empty before the last K block */
};

struct pgemm_kernel {
    enum isa isa;
    int mr, nr;         /* register tile */
    int64_t mc, kc, nc; /* cache blocks; mc a multiple of mr, nc of nr */
    bool copies;        /* the tile heeds `copy` */
    void (*tile)(const struct pgemm_tile *tile);
    /* One panel: into[p * width + i] = data[i * across + p * along], zero for count <= i < width;
     * width is mr or nr, 64-byte alignment of `into` is not needed. */
    void (*pack)(const float *data, int64_t across, int64_t along, int count, int width, int64_t k,
                 float *into);
};

enum { PGEMM_KC_MOST = 512 }; /* no kernel's kc is larger */

/* The microkernel of an instruction set; of the best one this machine may use. */
const struct pgemm_kernel *pgemm_kernel_for(enum isa isa);
const struct pgemm_kernel *pgemm_kernel_best(void);

enum pgemm_form {
    PGEMM_PACK,      /* strided; packed block by block into the workspace */
    PGEMM_DIRECT,    /* strided; read where it lies. a needs row = 1 or column = 1, b column = 1 */
    PGEMM_PREPACKED, /* data is what pgemm_prepack_a or pgemm_prepack_b wrote */
    PGEMM_CALLBACK,  /* panel() writes each panel */
};

/* Write one panel: `count` rows of A (columns of B) from `first` on, terms k_first to k_first +
 * k_count - 1, as into[p * width + i]; zeros for count <= i < width. */
typedef void pgemm_panel(const void *context, int64_t first, int count, int64_t k_first,
                         int64_t k_count, int width, float *into);

struct pgemm_operand {
    enum pgemm_form form;
    const float *data;
    int64_t row, column; /* strides in elements: a transposed matrix has them swapped */
    pgemm_panel *panel;
    const void *context;
};

struct pgemm {
    const struct pgemm_kernel *kernel;
    int64_t m, n, k;
    float alpha, beta; /* alpha = 0: a and b are not read; beta = 0: c is not read */
    struct pgemm_operand a, b;
    float *c;
    int64_t c_row;            /* row stride of C, in elements; its columns are contiguous */
    struct epilogue epilogue; /* after the last K block */
};

/* Terms per K block for a sum of k terms: at most kc, blocks as equal as can be. */
int64_t pgemm_block_k(const struct pgemm_kernel *kernel, int64_t k);

/* Scratch for pgemm_run: 64-byte aligned, a multiple of 64 bytes. */
size_t pgemm_workspace_bytes(const struct pgemm *g);
void pgemm_run(const struct pgemm *g, void *workspace);

/* The same product in `parts` independent parts for as many threads: the union of all parts is
 * pgemm_run. The workspace holds one slice per part. */
size_t pgemm_parts_workspace_bytes(const struct pgemm *g, int parts);
void pgemm_run_part(const struct pgemm *g, int part, int parts, void *workspace);

/* A whole operand packed once: g->a (g->b) says where from, in form PGEMM_PACK or PGEMM_CALLBACK.
 * The bytes depend on kernel, m (n) and k alone. */
size_t pgemm_prepacked_a_bytes(const struct pgemm_kernel *kernel, int64_t m, int64_t k);
size_t pgemm_prepacked_b_bytes(const struct pgemm_kernel *kernel, int64_t n, int64_t k);
void pgemm_prepack_a(const struct pgemm *g, void *into);
void pgemm_prepack_b(const struct pgemm *g, void *into);

#endif
