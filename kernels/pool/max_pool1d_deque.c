#include "kernels/pool/max_pool1d.h"

/* Candidates: indices whose values fall from front to back, in a ring as long as the window. An
 * element that enters removes from the back whatever it is not smaller than, for that can never be
 * a maximum again; the front leaves when the window has passed it. Every index enters and leaves
 * once. NaN counts as larger than anything. */
struct deque {
    int64_t *ring;
    int64_t capacity, front, count;
};

static int64_t *at(struct deque *d, int64_t position) {
    const int64_t i = d->front + position;
    return &d->ring[i < d->capacity ? i : i - d->capacity];
}

static void enter(struct deque *d, const float *x, int64_t i) {
    while (d->count && !(x[*at(d, d->count - 1)] > x[i]) &&
           x[*at(d, d->count - 1)] == x[*at(d, d->count - 1)])
        d->count--;
    *at(d, d->count++) = i;
}

static void leave(struct deque *d, int64_t first) {
    if (*at(d, 0) >= first) return;
    d->front = d->front + 1 < d->capacity ? d->front + 1 : 0;
    d->count--;
}

static void row(const struct max_pool1d_problem *p, const float *x, float *y, int64_t *ring) {
    struct deque d = {ring, p->window + 1, 0, 0};
    const int64_t outputs = max_pool1d_outputs(p);
    const int64_t end = (outputs - 1) * p->stride + p->window;
    int64_t o = 0;
    for (int64_t i = 0; i < end; i++) {
        const int64_t first = i - p->window + 1;
        enter(&d, x, i);
        leave(&d, first);
        if (first == o * p->stride) y[o++] = x[*at(&d, 0)];
    }
}

static void max_pool1d_deque(const struct max_pool1d_problem *p, const float *x, float *y,
                             void *workspace) {
    for (int64_t r = 0; r < p->n; r++)
        row(p, x + r * p->length, y + r * max_pool1d_outputs(p), workspace);
}

static size_t workspace_bytes(const void *problem) {
    return ((size_t)((const struct max_pool1d_problem *)problem)->window + 1) * sizeof(int64_t);
}

IMPL(max_pool1d, deque,
     .technique = "monotonic queue of candidates: two queue operations per element",
     .workspace_bytes = workspace_bytes);
