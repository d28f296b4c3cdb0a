/* The packed GEMM and its epilogue against plain loops: every combination of the epilogue's parts, over
 * tiles, tails, several K blocks, parts, and operands packed or read where they lie, on every
 * instruction set there is. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/blocks/pgemm.h"
#include "kernels/core/memory.h"
#include "kernels/core/random.h"
#include "tests/unit/check.h"

enum { ROW_BIAS = 1, COLUMN_BIAS = 2, RESIDUAL = 4, ACTIVATION = 8, SCALES = 16, ALL = 31 };
enum { PADDING = 3, MOST = 600 };

/* How the operands lie and are read; each takes tiles of its own. */
struct layout {
    enum pgemm_form form_a, form_b;
    bool trans_a, trans_b;
};

static float *filled(int64_t count, uint32_t stream) {
    float *x = memory_allocate((size_t)(count + 1) * sizeof *x);
    for (int64_t i = 0; x && i < count; i++)
        x[i] = (float)random_integer(1, stream, (uint64_t)i, -3, 3);
    return x;
}

/* max(x, floor), where floor is the context. */
static void at_least(const void *context, float *x, int64_t count) {
    const float floor = *(const float *)context;
    for (int64_t i = 0; i < count; i++) x[i] = x[i] < floor ? floor : x[i];
}

struct size {
    int64_t m, n, k;
    struct layout layout;
};

struct run {
    float *a, *b, *c, *row_bias, *column_bias, *residual;
    int64_t c_row;
};

static const float least_value = -2;

static struct pgemm product(const struct size *s, const struct run *r,
                            const struct pgemm_kernel *kernel, int what) {
    struct pgemm g = {.kernel = kernel,
                      .m = s->m,
                      .n = s->n,
                      .k = s->k,
                      .alpha = what & SCALES ? 2 : 1,
                      .beta = what & SCALES ? 3 : 0,
                      .a = {.form = s->layout.form_a, .data = r->a, .row = s->k, .column = 1},
                      .b = {.form = s->layout.form_b, .data = r->b, .row = s->n, .column = 1},
                      .c = r->c,
                      .c_row = r->c_row};
    if (s->layout.trans_a) g.a.row = 1, g.a.column = s->m;
    if (s->layout.trans_b) g.b.row = 1, g.b.column = s->k;
    if (what & ROW_BIAS) g.epilogue.row_bias = r->row_bias;
    if (what & COLUMN_BIAS) g.epilogue.column_bias = r->column_bias;
    if (what & RESIDUAL) g.epilogue.residual = r->residual, g.epilogue.residual_row = s->n + 1;
    if (what & ACTIVATION) g.epilogue.activation = at_least, g.epilogue.context = &least_value;
    return g;
}

/* What element (i, j) was before: small integers, so that everything is exact. */
static float before(int64_t i, int64_t j) { return (float)((i * 7 + j * 3) % 5 - 2); }

static float expected(const struct size *s, const struct run *r, int what, int64_t i, int64_t j) {
    const bool trans_a = s->layout.trans_a, trans_b = s->layout.trans_b;
    double x = 0;
    for (int64_t p = 0; p < s->k; p++)
        x += (double)r->a[trans_a ? p * s->m + i : i * s->k + p] *
             r->b[trans_b ? j * s->k + p : p * s->n + j];
    if (what & SCALES) x = 2 * x + 3 * before(i, j);
    if (what & ROW_BIAS) x += r->row_bias[i];
    if (what & COLUMN_BIAS) x += r->column_bias[j];
    if (what & RESIDUAL) x += r->residual[i * (s->n + 1) + j];
    if (what & ACTIVATION) x = fmax(x, least_value);
    return (float)x;
}

/* Elements that are wrong; those beyond a row of C must stay what they were. */
static int64_t wrong(const struct size *s, const struct run *r, int what) {
    int64_t count = 0;
    for (int64_t i = 0; i < s->m; i++)
        for (int64_t j = 0; j < r->c_row; j++) {
            const float want = j < s->n ? expected(s, r, what, i, j) : before(i, j);
            count += r->c[i * r->c_row + j] != want;
        }
    return count;
}

static void check(const struct size *s, struct run *r, const struct pgemm_kernel *kernel, int what,
                  int parts) {
    const struct pgemm g = product(s, r, kernel, what);
    const size_t bytes = pgemm_parts_workspace_bytes(&g, parts);
    void *workspace = bytes ? memory_allocate(bytes) : NULL;
    for (int64_t i = 0; i < s->m; i++)
        for (int64_t j = 0; j < r->c_row; j++) r->c[i * r->c_row + j] = before(i, j);
    for (int part = 0; part < parts; part++) pgemm_run_part(&g, part, parts, workspace);
    const int64_t bad = wrong(s, r, what);
    if (bad)
        printf("isa %d, m=%lld n=%lld k=%lld, a %d%s b %d%s, epilogue %d, %d parts: %lld wrong\n",
               (int)kernel->isa, (long long)s->m, (long long)s->n, (long long)s->k,
               (int)s->layout.form_a, s->layout.trans_a ? "T" : "", (int)s->layout.form_b,
               s->layout.trans_b ? "T" : "", what, parts, (long long)bad);
    CHECK(bad == 0);
    memory_free(workspace);
}

static void check_size(const struct size *s) {
    struct run r = {.c_row = s->n + PADDING};
    r.a = filled(s->m * s->k, 1), r.b = filled(s->k * s->n, 2);
    r.row_bias = filled(s->m, 3), r.column_bias = filled(s->n, 4);
    r.residual = filled(s->m * (s->n + 1), 5), r.c = filled(s->m * r.c_row, 6);
    for (enum isa isa = ISA_SCALAR; isa <= isa_best(); isa++)
        for (int what = 0; what <= ALL; what++) {
            check(s, &r, pgemm_kernel_for(isa), what, 1);
            if (what == ALL) check(s, &r, pgemm_kernel_for(isa), what, 3);
        }
    float *const all[] = {r.a, r.b, r.c, r.row_bias, r.column_bias, r.residual};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) memory_free(all[i]);
}

int main(void) {
    static const struct layout layouts[] = {
        {PGEMM_PACK, PGEMM_PACK, false, false},
        {PGEMM_PACK, PGEMM_PACK, true, true},
        {PGEMM_PACK, PGEMM_DIRECT, false, false},
        {PGEMM_DIRECT, PGEMM_PACK, false, false}, /* A's rows contiguous, then its columns */
        {PGEMM_DIRECT, PGEMM_PACK, true, false},
        {PGEMM_DIRECT, PGEMM_DIRECT, false, false},
        {PGEMM_DIRECT, PGEMM_DIRECT, true, false},
    };
    static const int64_t sizes[][3] = {
        {1, 1, 1},   {6, 16, 4},   {14, 32, 8}, {14, 32, 5}, {7, 17, 3},  {13, 31, 9}, {15, 33, 2},
        {29, 65, 7}, {4, 8, MOST}, {5, 9, 520}, {1, 40, 30}, {40, 1, 30}, {30, 70, 0}, {9, 0, 4},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t j = 0; j < sizeof layouts / sizeof *layouts; j++)
            check_size(&(struct size){sizes[i][0], sizes[i][1], sizes[i][2], layouts[j]});
    return check_done();
}
