#define _GNU_SOURCE
#include "bench/machine.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "bench/clock.h"
#include "kernels/core/memory.h"

enum {
    THREADS_MAX = 1024,
    REPEATS = 5,
    STAGGER = 17 * 16, /* floats between arrays, so that they do not alias at 4 KiB */
    SMALLEST = 16384,  /* bytes per thread */
};

static const struct machine_kernels *const all_kernels[] = {
    &machine_kernels_scalar,
#if ASSAY_SIMD
    &machine_kernels_avx2,
    &machine_kernels_avx512,
#endif
};
enum { KERNELS = sizeof all_kernels / sizeof all_kernels[0] };

static volatile float sink; /* results that nobody may optimise away */

/* ---- one measurement on n threads -------------------------------------------------------------
 */

struct job {
    const struct machine_kernels *kernels;
    enum stream stream;
    bool far, compute;   /* as for memory; multiply-adds instead of a stream */
    float *data;         /* this thread's part */
    int64_t share;       /* floats in it */
    int64_t elements;    /* of each array, a multiple of MACHINE_BLOCK */
    double seconds;      /* that it should run for */
    double rate;         /* the answer */
    int processor;       /* to stay on; -1: anywhere */
    atomic_int *waiting; /* threads not yet there */
};

static const int arrays_of[STREAMS] = {1, 2, 3, 1};   /* what a stream lives in */
static const int accesses_of[STREAMS] = {1, 2, 3, 2}; /* reads and writes of each element */

static void pass(const struct job *j) {
    const struct machine_streams *s = j->far ? &j->kernels->far : &j->kernels->near;
    float *x = j->data, *y = x + j->elements + STAGGER, *z = y + j->elements + STAGGER;
    switch (j->stream) {
    case STREAM_READ: sink = s->read(x, j->elements); break;
    case STREAM_COPY: s->copy(y, x, j->elements); break;
    case STREAM_TRIAD: s->triad(z, x, y, j->elements); break;
    default: s->update(x, j->elements);
    }
}

static void run_compute(struct job *j) {
    const int64_t rounds = 100000;
    const double start = seconds_now();
    double taken = 0;
    int64_t passes = 0;
    for (; taken < j->seconds; taken = seconds_now() - start, passes++)
        sink = j->kernels->multiply_add(rounds);
    j->rate = (double)passes * (double)rounds * j->kernels->flops_per_round / taken;
}

/* The first pass brings the data as near as they get, and tells how many make up the time. A pass
 * that takes longer than that is its own warm-up. */
static void run_stream(struct job *j) {
    const double bytes = (double)j->elements * sizeof(float) * accesses_of[j->stream];
    double start = seconds_now();
    pass(j);
    double taken = seconds_now() - start;
    if (taken < j->seconds) {
        const int64_t passes = (int64_t)(j->seconds / fmax(taken, 1e-8)) + 1;
        start = seconds_now();
        for (int64_t i = 0; i < passes; i++) pass(j);
        taken = (seconds_now() - start) / (double)passes;
    }
    j->rate = bytes / taken;
}

static void *run_job(void *user) {
    struct job *j = user;
#ifdef __linux__
    if (j->processor >= 0) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(j->processor, &set);
        pthread_setaffinity_np(pthread_self(), sizeof set, &set);
    }
#endif
    if (j->waiting) { /* all start at once; spinning is quicker than waking */
        atomic_fetch_sub(j->waiting, 1);
        while (atomic_load(j->waiting) > 0) sched_yield();
    }
    j->compute ? run_compute(j) : run_stream(j);
    return NULL;
}

/* The n-th processor that this process may use. */
static int processor_at(int n) {
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set)) return -1;
    for (int i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &set) && n-- == 0) return i;
#endif
    (void)n;
    return -1;
}

/* Sum of the rates of `threads` copies of the job, each on its own part of the data. */
static double run_threads(const struct job *model, int threads, struct job *jobs) {
    pthread_t thread[THREADS_MAX];
    atomic_int waiting = threads;
    double rate = 0;
    int made = 0;
    if (threads == 1) {
        jobs[0] = *model;
        run_job(&jobs[0]);
        return jobs[0].rate;
    }
    for (; made < threads; made++) {
        jobs[made] = *model;
        jobs[made].waiting = &waiting;
        jobs[made].processor = processor_at(made);
        if (model->data) jobs[made].data = model->data + made * model->share;
        if (pthread_create(&thread[made], NULL, run_job, &jobs[made])) break;
    }
    if (made < threads) atomic_store(&waiting, 0); /* no more threads to be had: let these go */
    for (int i = 0; i < made; i++) pthread_join(thread[i], NULL);
    for (int i = 0; i < made; i++) rate += jobs[i].rate;
    return rate;
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Best of a few runs; *spread: how far below the median is. */
static double best_run(const struct job *model, int threads, struct job *jobs, int repeats,
                       double *spread) {
    double rate[REPEATS];
    for (int i = 0; i < repeats; i++) rate[i] = run_threads(model, threads, jobs);
    qsort(rate, (size_t)repeats, sizeof *rate, ascending);
    const double best = rate[repeats - 1];
    *spread = best > 0 ? (best - rate[repeats / 2]) / best : 0;
    return best;
}

/* ---- all of them ------------------------------------------------------------------------------
 */

struct bench {
    struct machine *machine;
    float *data;
    size_t bytes;
    int all; /* threads */
    struct job *jobs;
    void (*step)(const char *what, double done);
};

static struct flops_ceiling *flops_entry(struct machine *m, enum isa isa, int threads) {
    for (int i = 0; i < m->flops_count; i++)
        if (m->flops[i].isa == isa && m->flops[i].threads == threads) return &m->flops[i];
    m->flops[m->flops_count] = (struct flops_ceiling){.isa = isa, .threads = threads};
    return &m->flops[m->flops_count++];
}

/* Called before and after the bandwidth: clock rates change over seconds, and the better counts. */
static void measure_flops(struct bench *b, int threads) {
    for (int k = 0; k < KERNELS; k++) {
        double spread;
        if (all_kernels[k]->isa > isa_detect()) continue;
        struct flops_ceiling *c = flops_entry(b->machine, all_kernels[k]->isa, threads);
        const struct job job = {
            .kernels = all_kernels[k], .compute = true, .seconds = 0.06, .processor = -1};
        const double rate = best_run(&job, threads, b->jobs, REPEATS, &spread);
        if (rate <= c->flops_per_second) continue;
        c->flops_per_second = rate;
        c->spread = spread;
    }
}

/* Best over instruction sets and loops. Those for memory are tried where caches may not hold it
 * all. */
static void measure_stream(struct bench *b, struct stream_ceiling *c, enum stream stream) {
    const int64_t share = (int64_t)(c->bytes / sizeof(float)) / c->threads / 16 * 16;
    const int64_t each = share / arrays_of[stream] - (arrays_of[stream] > 1) * STAGGER;
    struct job job = {.stream = stream,
                      .data = b->data,
                      .share = share,
                      .elements = each / MACHINE_BLOCK * MACHINE_BLOCK,
                      .seconds = 0.004,
                      .processor = -1};
    for (int k = 0; k < KERNELS; k++) {
        job.kernels = all_kernels[k];
        if (job.kernels->isa > isa_detect()) continue;
        if (job.kernels->isa == ISA_SCALAR && isa_detect() > ISA_SCALAR) continue;
        for (int far = 0; far < 2; far++) {
            double spread;
            if (far && (!job.kernels->far.copy || c->bytes < (size_t)4 << 20)) continue;
            job.far = far;
            const double rate = best_run(&job, c->threads, b->jobs, REPEATS, &spread);
            if (rate <= c->bytes_per_second[stream]) continue;
            c->bytes_per_second[stream] = rate;
            c->spread[stream] = spread;
        }
    }
}

static size_t largest_set(const struct cpu *cpu) {
    size_t bytes = (size_t)128 << 20;
    for (int level = 1; level < CACHE_LEVELS; level++)
        while (bytes < 2 * (size_t)cpu->cache_bytes[level] && bytes < (size_t)1 << 30) bytes *= 2;
    return bytes;
}

static void measure_curve(struct bench *b, int threads, double from, double to) {
    const double steps = log2((double)b->bytes / SMALLEST);
    for (size_t bytes = SMALLEST; bytes <= b->bytes; bytes *= 2) {
        if (bytes / (size_t)threads < SMALLEST) continue;
        if (b->step) /* the large sets take most of the time */
            b->step("bandwidth",
                    from + (to - from) * pow(log2((double)bytes / SMALLEST) / (steps + 1), 2));
        struct stream_ceiling *c = &b->machine->curve[b->machine->curve_count++];
        *c = (struct stream_ceiling){.bytes = bytes, .threads = threads};
        for (int stream = 0; stream < STREAMS; stream++) measure_stream(b, c, (enum stream)stream);
    }
}

/* Threads and data for them; STATUS_NO_MEMORY: neither. */
static enum status bench_open(struct bench *b, const struct cpu *cpu, struct error *error) {
    b->all = cpu->processors < THREADS_MAX ? cpu->processors : THREADS_MAX;
    b->bytes = largest_set(cpu);
    b->jobs = calloc((size_t)b->all, sizeof *b->jobs);
    while (b->jobs && b->bytes >= (size_t)32 << 20 && !(b->data = memory_allocate(b->bytes)))
        b->bytes /= 2;
    if (!b->data) {
        free(b->jobs);
        return fail(error, STATUS_NO_MEMORY, "no memory to measure the machine's bandwidth");
    }
    for (size_t i = 0; i < b->bytes / sizeof(float); i++) b->data[i] = 1 + (float)(i % 7) * 0.1f;
    return STATUS_OK;
}

static void bench_close(struct bench *b) {
    free(b->jobs);
    memory_free(b->data);
}

enum status machine_measure(struct machine *m, const struct cpu *cpu,
                            void (*step)(const char *what, double done), struct error *error) {
    struct bench b = {.machine = m, .step = step};
    *m = (struct machine){.cpu = *cpu};
    const enum status status = bench_open(&b, cpu, error);
    if (status) return status;
    if (step) step("multiply-add peak", 0);
    measure_flops(&b, 1);
    if (b.all > 1) measure_flops(&b, b.all);
    measure_curve(&b, 1, 0.1, b.all > 1 ? 0.6 : 1);
    if (b.all > 1) measure_curve(&b, b.all, 0.6, 1);
    measure_flops(&b, 1);
    if (b.all > 1) measure_flops(&b, b.all);
    machine_settle(m);
    bench_close(&b);
    return STATUS_OK;
}

enum status machine_measure_again(struct machine *m, size_t bytes, int threads,
                                  struct error *error) {
    struct machine again = {.cpu = m->cpu};
    struct bench b = {.machine = &again};
    const enum status status = bench_open(&b, &m->cpu, error);
    if (status) return status;
    measure_flops(&b, 1);
    if (b.all > 1 && threads > 1) measure_flops(&b, b.all);
    for (int i = 0; i < m->curve_count; i++) {
        const struct stream_ceiling *c = &m->curve[i];
        if (!machine_near(m, c, bytes, threads) || c->bytes > b.bytes) continue;
        struct stream_ceiling *fresh = &again.curve[again.curve_count++];
        *fresh = (struct stream_ceiling){.bytes = c->bytes, .threads = c->threads};
        for (int stream = 0; stream < STREAMS; stream++)
            measure_stream(&b, fresh, (enum stream)stream);
    }
    bench_close(&b);
    machine_raise(m, &again);
    return STATUS_OK;
}
