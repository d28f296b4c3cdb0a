#include "kernels/blocks/pgemm.h"

#include <string.h>

extern const struct pgemm_kernel pgemm_kernel_scalar, pgemm_kernel_avx2, pgemm_kernel_avx512;

const struct pgemm_kernel *pgemm_kernel_for(enum isa isa) {
#if ASSAY_SIMD
    if (isa >= ISA_AVX512) return &pgemm_kernel_avx512;
    if (isa >= ISA_AVX2) return &pgemm_kernel_avx2;
#endif
    (void)isa;
    return &pgemm_kernel_scalar;
}

const struct pgemm_kernel *pgemm_kernel_best(void) { return pgemm_kernel_for(isa_best()); }

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }
static int64_t round_up(int64_t a, int64_t b) { return divide_up(a, b) * b; }

/* Blocks of at most `most` (a multiple of `unit`), as equal as can be. */
static int64_t even_block(int64_t extent, int64_t most, int64_t unit) {
    if (extent <= 0) return unit;
    if (extent <= most) return round_up(extent, unit); /* small products feel each division */
    return least(most, round_up(divide_up(extent, divide_up(extent, most)), unit));
}

int64_t pgemm_block_k(const struct pgemm_kernel *kernel, int64_t k) {
    return even_block(k, kernel->kc, 4);
}

/* ---- packing ----------------------------------------------------------------------------------
 */

/* Panels first..first+count-1 (in rows of A or columns of B) of K block k_first. */
static void pack_block(const struct pgemm_kernel *kernel, const struct pgemm_operand *from,
                       int64_t across, int64_t along, int width, int64_t first, int64_t count,
                       int64_t k_first, int64_t k_count, float *into) {
    for (int64_t i = 0; i < count; i += width, into += width * k_count) {
        const int here = (int)least(width, count - i);
        if (from->form == PGEMM_CALLBACK)
            from->panel(from->context, first + i, here, k_first, k_count, width, into);
        else
            kernel->pack(from->data + (first + i) * across + k_first * along, across, along, here,
                         width, k_count, into);
    }
}

size_t pgemm_prepacked_a_bytes(const struct pgemm_kernel *kernel, int64_t m, int64_t k) {
    return (size_t)(round_up(m, kernel->mr) * k) * sizeof(float);
}

size_t pgemm_prepacked_b_bytes(const struct pgemm_kernel *kernel, int64_t n, int64_t k) {
    return (size_t)(round_up(n, kernel->nr) * k) * sizeof(float);
}

void pgemm_prepack_a(const struct pgemm *g, void *into) {
    const int64_t kc = pgemm_block_k(g->kernel, g->k), room = round_up(g->m, g->kernel->mr);
    for (int64_t p = 0; p < g->k; p += kc)
        pack_block(g->kernel, &g->a, g->a.row, g->a.column, g->kernel->mr, 0, g->m, p,
                   least(kc, g->k - p), (float *)into + p * room);
}

void pgemm_prepack_b(const struct pgemm *g, void *into) {
    const int64_t kc = pgemm_block_k(g->kernel, g->k), room = round_up(g->n, g->kernel->nr);
    for (int64_t p = 0; p < g->k; p += kc)
        pack_block(g->kernel, &g->b, g->b.column, g->b.row, g->kernel->nr, 0, g->n, p,
                   least(kc, g->k - p), (float *)into + p * room);
}

/* ---- the loops --------------------------------------------------------------------------------
 */

/* A rectangle of C, on panel boundaries, and the blocks it is worked in. */
struct range {
    int64_t row, rows, column, columns;
};

struct blocks {
    int64_t mc, kc, nc;
    size_t a_bytes, b_bytes; /* of one packed block; 0 when nothing is packed */
    bool one_panel;          /* of B is kept packed, since no other block of rows needs it again */
};

static bool packs(const struct pgemm_operand *operand) {
    return operand->form == PGEMM_PACK || operand->form == PGEMM_CALLBACK;
}

static int64_t effective_k(const struct pgemm *g) { return g->alpha == 0 ? 0 : g->k; }

static struct blocks blocks_of(const struct pgemm *g, int64_t rows, int64_t columns) {
    const struct pgemm_kernel *kernel = g->kernel;
    struct blocks s = {.kc = pgemm_block_k(kernel, g->k),
                       .nc = even_block(columns, kernel->nc, kernel->nr)};
    const int64_t depth = least(s.kc, effective_k(g));
    /* a shallower block of A may be taller: what counts is that it stays in the L2 cache */
    const int64_t tallest = kernel->mc * kernel->kc / (s.kc * kernel->mr) * kernel->mr;
    s.mc = even_block(rows, tallest, kernel->mr);
    if (packs(&g->a)) s.a_bytes = (size_t)round_up(s.mc * depth * (int64_t)sizeof(float), 64);
    s.one_panel = s.mc >= rows;
    const int64_t width = s.one_panel ? kernel->nr : s.nc;
    if (packs(&g->b)) s.b_bytes = (size_t)round_up(width * depth * (int64_t)sizeof(float), 64);
    return s;
}

size_t pgemm_workspace_bytes(const struct pgemm *g) {
    const struct blocks s = blocks_of(g, g->m, g->n);
    return s.a_bytes + s.b_bytes;
}

/* Where the microkernel finds an operand inside one (ic, pc) or (pc, jc) block. */
struct view {
    const float *data;
    int64_t panel;         /* elements from one panel to the next */
    int64_t across, along; /* strides inside a panel */
};

static struct view view_of(const struct pgemm_operand *operand, int64_t across, int64_t along,
                           int width, int64_t extent, int64_t first, int64_t k_first,
                           int64_t k_count, const float *packed) {
    if (operand->form == PGEMM_DIRECT)
        return (struct view){operand->data + first * across + k_first * along, width * across,
                             across, along};
    if (operand->form == PGEMM_PREPACKED)
        packed = operand->data + k_first * round_up(extent, width) + first * k_count;
    return (struct view){packed, width * k_count, 1, width};
}

/* One block of C: its rectangle, its operands, and which K block of the sum this is. */
struct block {
    struct range at;
    struct view a, b;
    int64_t k_first, k;
    float beta;
    bool last;
    float *b_into; /* not NULL: B's panels are still to be packed, here */
};

/* A panel of B in its place, or while it is being packed by the first tile that uses it. */
struct b_panel {
    const float *packed;
    const float *source; /* NULL, or where the first tile reads it, row by row */
    const float *next;   /* NULL, or what to fetch meanwhile: the panel after it */
    int64_t next_row;
};

/* Rows per tile. A last tile of one to three rows waits for its multiply-adds; where A is read in
 * place, all tiles can be a little lower instead. */
static int64_t tile_rows(const struct pgemm *g, const struct block *s) {
    const int64_t mr = g->kernel->mr, left = s->at.rows % mr;
    if (g->a.form != PGEMM_DIRECT || left == 0 || left > 3) return mr;
    return divide_up(s->at.rows, divide_up(s->at.rows, mr));
}

/* Rows of B that lie contiguous can be packed by the first tile itself, which has stores to spare:
 * packing then costs no pass of its own over memory. */
static bool first_tile_packs(const struct pgemm *g, const struct block *s, int64_t j) {
    return g->b.form == PGEMM_PACK && g->b.column == 1 && g->kernel->copies &&
           s->at.columns - j >= g->kernel->nr && s->at.rows >= g->kernel->mr &&
           tile_rows(g, s) == g->kernel->mr;
}

static struct b_panel panel_of_b(const struct pgemm *g, const struct block *s, int64_t j) {
    const int64_t nr = g->kernel->nr, end = s->at.columns;
    const struct pgemm_operand *const b = &g->b;
    const float *const source = b->data + s->at.column + j + s->k_first * b->row;
    const bool more = j + nr < end;
    struct b_panel panel = {.packed = s->b.data + j / nr * s->b.panel};
    if (!s->b_into) {
        if (more && b->form != PGEMM_DIRECT)
            panel.next = panel.packed + s->b.panel, panel.next_row = nr;
        return panel;
    }
    if (first_tile_packs(g, s, j))
        panel.source = source;
    else
        pack_block(g->kernel, b, b->column, b->row, (int)nr, s->at.column + j, least(nr, end - j),
                   s->k_first, s->k, s->b_into + j / nr * s->b.panel);
    if (more && b->form == PGEMM_PACK && b->column == 1)
        panel.next = source + nr, panel.next_row = b->row;
    return panel;
}

/* What tile `index` of a panel has to do with B: the first may pack it; each fetches as many rows
 * of the next panel as it has fours of k. */
static void b_for_tile(const struct block *s, const struct b_panel *panel, int64_t b_source_row,
                       int64_t index, struct pgemm_tile *t) {
    const bool packs_it = panel->source && index == 0;
    const int64_t fetched = index * (s->k / 4);
    t->b = packs_it ? panel->source : panel->packed;
    t->b_row = packs_it ? b_source_row : s->b.along;
    t->copy = packs_it ? (float *)panel->packed : NULL;
    t->next = panel->next && fetched < s->k ? panel->next + fetched * panel->next_row : NULL;
    t->next_row = panel->next_row;
}

/* All tiles of one block of C: the two innermost loops. */
static void run_block(const struct pgemm *g, const struct block *s) {
    const int64_t step = tile_rows(g, s), nr = g->kernel->nr;
    const int64_t a_step = g->a.form == PGEMM_DIRECT ? step * s->a.across : s->a.panel;
    const struct range *const r = &s->at;
    struct pgemm_tile t = {.k = s->k,
                           .a_row = s->a.across,
                           .a_column = s->a.along,
                           .c_row = g->c_row,
                           .alpha = g->alpha,
                           .beta = s->beta};
    for (int64_t j = 0; j < r->columns; j += nr) {
        const struct b_panel panel = panel_of_b(g, s, j);
        t.columns = (int)least(nr, r->columns - j);
        t.a = s->a.data;
        for (int64_t i = 0, index = 0; i < r->rows; i += step, index++, t.a += a_step) {
            t.rows = (int)least(step, r->rows - i);
            b_for_tile(s, &panel, g->b.row, index, &t);
            t.c = g->c + (r->row + i) * g->c_row + r->column + j;
            if (s->last) t.epilogue = epilogue_at(&g->epilogue, r->row + i, r->column + j);
            g->kernel->tile(&t);
        }
    }
}

/* alpha A B is zero: C = beta C, finished. */
static void scale_only(const struct pgemm *g, const struct range *r) {
    static const float nothing[1];
    const struct view none = {nothing, 0, 0, 0};
    const struct block s = {.at = *r, .a = none, .b = none, .beta = g->beta, .last = true};
    run_block(g, &s);
}

/* The column of blocks below (p, j): B's panels are packed when the first of them needs them, so
 * that they are still in the cache then. */
static void run_column(const struct pgemm *g, const struct range *whole, const struct blocks *size,
                       struct block *s, float *a_packed, float *b_packed) {
    const struct pgemm_operand *const a = &g->a, *const b = &g->b;
    const int mr = g->kernel->mr;
    const int64_t end = whole->row + whole->rows;
    s->b = view_of(b, b->column, b->row, g->kernel->nr, g->n, s->at.column, s->k_first, s->k,
                   b_packed);
    if (packs(b) && size->one_panel) s->b.panel = 0;
    s->b_into = packs(b) ? b_packed : NULL;
    for (int64_t i = whole->row; i < end; i += size->mc, s->b_into = NULL) {
        s->at.row = i;
        s->at.rows = least(size->mc, end - i);
        if (packs(a))
            pack_block(g->kernel, a, a->row, a->column, mr, i, s->at.rows, s->k_first, s->k,
                       a_packed);
        s->a = view_of(a, a->row, a->column, mr, g->m, i, s->k_first, s->k, a_packed);
        run_block(g, s);
    }
}

static void run(const struct pgemm *g, const struct range *whole, unsigned char *workspace) {
    const struct blocks size = blocks_of(g, whole->rows, whole->columns);
    const int64_t k = effective_k(g), end = whole->column + whole->columns;
    if (whole->rows <= 0 || whole->columns <= 0) return;
    if (k == 0) {
        scale_only(g, whole);
        return;
    }
    float *const a_packed = (float *)workspace;
    float *const b_packed = workspace ? (float *)(workspace + size.a_bytes) : NULL;
    for (int64_t j = whole->column; j < end; j += size.nc)
        for (int64_t p = 0; p < k; p += size.kc) {
            struct block s = {.at = {.column = j, .columns = least(size.nc, end - j)},
                              .k_first = p,
                              .k = least(size.kc, k - p),
                              .beta = p ? 1 : g->beta,
                              .last = p + size.kc >= k};
            run_column(g, whole, &size, &s, a_packed, b_packed);
        }
}

void pgemm_run(const struct pgemm *g, void *workspace) {
    run(g, &(struct range){0, g->m, 0, g->n}, workspace);
}

/* ---- parts for threads ------------------------------------------------------------------------
 */

/* How many parts C's rows are cut into; its columns into parts / that. Each part packs its own
 * operands, so the best grid is the one with the smallest sum of multiply-adds and packing of its
 * largest part; packing an element costs about as much as 16 multiply-adds. */
static int grid_rows(const struct pgemm *g, int parts) {
    const int64_t mr = g->kernel->mr, nr = g->kernel->nr;
    int best = 1;
    double best_cost = 0;
    for (int rows = 1; rows <= parts; rows++) {
        if (parts % rows) continue;
        const double m = (double)(divide_up(divide_up(g->m, mr), rows) * mr);
        const double n = (double)(divide_up(divide_up(g->n, nr), parts / rows) * nr);
        const double cost = m * n + 16 * (m * packs(&g->a) + n * packs(&g->b));
        if (rows == 1 || cost < best_cost) {
            best = rows;
            best_cost = cost;
        }
    }
    return best;
}

/* Part `index` of `parts` of an extent, in whole panels. */
static void cut(int64_t extent, int64_t width, int index, int parts, int64_t *first,
                int64_t *count) {
    const int64_t panels = divide_up(extent, width);
    *first = panels * index / parts * width;
    *count = least(extent, panels * (index + 1) / parts * width) - *first;
}

static struct range part_range(const struct pgemm *g, int part, int parts) {
    const int rows = grid_rows(g, parts), columns = parts / rows;
    struct range r;
    cut(g->m, g->kernel->mr, part % rows, rows, &r.row, &r.rows);
    cut(g->n, g->kernel->nr, part / rows, columns, &r.column, &r.columns);
    return r;
}

static size_t part_bytes(const struct pgemm *g, int parts) {
    size_t most = 0;
    for (int i = 0; i < parts; i++) {
        const struct range r = part_range(g, i, parts);
        const struct blocks s = blocks_of(g, r.rows, r.columns);
        if (s.a_bytes + s.b_bytes > most) most = s.a_bytes + s.b_bytes;
    }
    return most;
}

size_t pgemm_parts_workspace_bytes(const struct pgemm *g, int parts) {
    return part_bytes(g, parts) * (size_t)parts;
}

void pgemm_run_part(const struct pgemm *g, int part, int parts, void *workspace) {
    if (parts == 1) {
        pgemm_run(g, workspace);
        return;
    }
    const struct range r = part_range(g, part, parts);
    unsigned char *own = workspace; /* NULL when nothing is to be packed */
    if (own) own += part_bytes(g, parts) * (size_t)part;
    run(g, &r, own);
}
