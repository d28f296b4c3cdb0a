/* What follows from measured ceilings; nothing is measured here. */
#include <math.h>
#include <stdint.h>

#include "bench/machine.h"

/* ---- one picture out of many measurements ------------------------------------------------- */

static double lower_end(double top, double spread) { return top * (1 - spread); }

/* The ceiling is at least `rate`, whose median run was `lower`; the spread reaches down to the
 * lowest that was seen. */
static void lift(double *top, double *spread, double rate, double lower) {
    if (!(rate > 0)) return;
    if (*top > 0) lower = fmin(lower, lower_end(*top, *spread));
    *top = fmax(*top, rate);
    *spread = 1 - lower / *top;
}

static void lift_stream(struct stream_ceiling *to, const struct stream_ceiling *from, int stream) {
    lift(&to->bytes_per_second[stream], &to->spread[stream], from->bytes_per_second[stream],
         lower_end(from->bytes_per_second[stream], from->spread[stream]));
}

static long largest_cache(const struct machine *m) {
    long largest = 0;
    for (int level = 1; level < CACHE_LEVELS; level++)
        if (m->cpu.cache_bytes[level] > largest) largest = m->cpu.cache_bytes[level];
    return largest;
}

static bool beyond_caches(const struct machine *m, size_t bytes) {
    return bytes > (size_t)largest_cache(m);
}

/* Memory has one bandwidth: what one working set beyond the caches reached, all can. */
static void level_memory(struct machine *m, int threads, int stream) {
    struct stream_ceiling all = {.bytes = 0};
    for (int i = 0; i < m->curve_count; i++)
        if (m->curve[i].threads == threads && beyond_caches(m, m->curve[i].bytes))
            lift_stream(&all, &m->curve[i], stream);
    for (int i = 0; i < m->curve_count; i++) {
        struct stream_ceiling *c = &m->curve[i];
        if (c->threads != threads || !beyond_caches(m, c->bytes)) continue;
        c->bytes_per_second[stream] = all.bytes_per_second[stream];
        c->spread[stream] = all.spread[stream];
    }
}

void machine_settle(struct machine *m) {
    for (int stream = 0; stream < STREAMS; stream++) {
        for (int i = 0; i < m->curve_count; i++)
            for (int k = 0; k < m->curve_count; k++) /* threads may be left idle */
                if (m->curve[k].bytes == m->curve[i].bytes &&
                    m->curve[k].threads < m->curve[i].threads &&
                    m->curve[k].bytes_per_second[stream] > m->curve[i].bytes_per_second[stream])
                    lift_stream(&m->curve[i], &m->curve[k], stream);
        level_memory(m, 1, stream);
        if (m->cpu.processors > 1) level_memory(m, m->cpu.processors, stream);
        /* a larger working set cannot be faster: where it was, the smaller one was disturbed */
        for (int i = m->curve_count - 2; i >= 0; i--)
            if (m->curve[i].threads == m->curve[i + 1].threads &&
                m->curve[i].bytes_per_second[stream] < m->curve[i + 1].bytes_per_second[stream])
                lift_stream(&m->curve[i], &m->curve[i + 1], stream);
    }
}

void machine_raise(struct machine *m, const struct machine *again) {
    for (int i = 0; i < m->flops_count; i++)
        for (int k = 0; k < again->flops_count; k++) {
            const struct flops_ceiling *c = &again->flops[k];
            if (m->flops[i].isa == c->isa && m->flops[i].threads == c->threads)
                lift(&m->flops[i].flops_per_second, &m->flops[i].spread, c->flops_per_second,
                     lower_end(c->flops_per_second, c->spread));
        }
    for (int i = 0; i < m->curve_count; i++)
        for (int k = 0; k < again->curve_count; k++)
            if (m->curve[i].bytes == again->curve[k].bytes &&
                m->curve[i].threads == again->curve[k].threads)
                for (int stream = 0; stream < STREAMS; stream++)
                    lift_stream(&m->curve[i], &again->curve[k], stream);
    machine_settle(m);
}

bool machine_near(const struct machine *m, const struct stream_ceiling *c, size_t bytes,
                  int threads) {
    if (c->threads != 1 && threads == 1) return false;
    size_t smallest = SIZE_MAX;
    for (int i = 0; i < m->curve_count; i++)
        if (m->curve[i].threads == c->threads && m->curve[i].bytes < smallest)
            smallest = m->curve[i].bytes;
    if (bytes < smallest) bytes = smallest;
    if (beyond_caches(m, bytes)) return beyond_caches(m, c->bytes);
    return c->bytes / 2 < bytes && c->bytes * 2 > bytes;
}

/* ---- reading them ------------------------------------------------------------------------- */

double machine_flops(const struct machine *m, enum isa isa, int threads) {
    double one = 0, all = 0;
    for (int i = 0; i < m->flops_count; i++) {
        const struct flops_ceiling *c = &m->flops[i];
        if (c->isa != isa) continue;
        if (c->threads == threads) return c->flops_per_second;
        if (c->threads == 1) one = c->flops_per_second;
        all = fmax(all, c->flops_per_second);
    }
    return fmin(one * threads, all);
}

/* On the curve measured with exactly `threads`; 0 when there is none. */
static double on_curve(const struct machine *m, enum stream stream, size_t bytes, int threads) {
    const struct stream_ceiling *below = NULL;
    for (int i = 0; i < m->curve_count; i++) {
        const struct stream_ceiling *c = &m->curve[i];
        if (c->threads != threads) continue;
        if (c->bytes >= bytes) {
            if (!below) return c->bytes_per_second[stream];
            const double at = log((double)bytes / (double)below->bytes) /
                              log((double)c->bytes / (double)below->bytes);
            return below->bytes_per_second[stream] * (1 - at) + c->bytes_per_second[stream] * at;
        }
        below = c;
    }
    return below ? below->bytes_per_second[stream] : 0;
}

double machine_stream(const struct machine *m, enum stream stream, size_t bytes, int threads) {
    const double exact = on_curve(m, stream, bytes, threads);
    if (exact > 0) return exact;
    const double one = on_curve(m, stream, bytes / (size_t)(threads > 0 ? threads : 1), 1);
    return fmin(one * threads, on_curve(m, stream, bytes, m->cpu.processors));
}

size_t machine_level_bytes(const struct machine *m, int level) {
    if (level >= CACHE_LEVELS) return SIZE_MAX;
    const size_t size = (size_t)m->cpu.cache_bytes[level];
    /* half of a private cache; of a shared last level what a core can surely have */
    if (level < 3) return size / 2;
    const size_t several = 8 * (size_t)m->cpu.cache_bytes[2];
    return several && several < size / 2 ? several : size / 2;
}

double machine_spread(const struct machine *m, size_t bytes, int threads) {
    double spread = 0;
    for (int i = 0; i < m->flops_count; i++)
        if (m->flops[i].threads == 1 || threads > 1) spread = fmax(spread, m->flops[i].spread);
    for (int i = 0; i < m->curve_count; i++)
        for (int stream = 0; stream < STREAMS; stream++)
            if (machine_near(m, &m->curve[i], bytes, threads))
                spread = fmax(spread, m->curve[i].spread[stream]);
    return spread;
}
