/* avx512.h against plain C, or (argument `real`) against the processor.
 *
 * Random and special floats in all operands, and random masks. Memory operands lie in the middle of
 * a page and flush against the pages around it, where nothing is: masked ones with the lanes that
 * they leave out beyond the edge. */
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernels/core/isa.h"
#include "kernels/core/memory.h"
#include "kernels/core/random.h"
#include "tests/emulation/operations.h"
#include "tests/unit/check.h"

enum { ROUNDS = 3000, PAGE_FLOATS = 1024 };

/* The sanitizers must not take signals for themselves. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "handle_sigill=0:handle_sigtrap=0"; }

static uint64_t draws;
static uint32_t draw(void) { return (uint32_t)(random_bits(20261121, 0, draws++) >> 32); }

/* The last two are signalling NaN, which no literal gives. */
/* clang-format off */
static const float special[] = {
    0.0f, -0.0f, INFINITY, -INFINITY, NAN, -NAN, 0x1p-149f, -0x1p-149f, 1e-41f, 0x1p-126f,
    -0x1p-126f, 1, -1, 127.5f, 0.75f, 0x1.8p-127f, -149.5f, 0x1.7ffffep0f, 1.5f, 2, -0x1.8p-149f,
    -2.5f, 3e38f, -1e9f, 0x1.fffffep-1f, 0x1.fffffep127f, 0.5f, 0x1.fffffep-127f, 0x1.7ffffep-1f,
    -0x1.fffffep127f,
};
/* clang-format on */
enum { SIGNALLING = 2, SPECIALS = sizeof special / sizeof *special + SIGNALLING };

static float special_at(uint32_t i) {
    const uint32_t signalling = i % SPECIALS == SPECIALS - 1 ? 0xFF800001 : 0x7FA00000;
    float x;
    if (i % SPECIALS < SPECIALS - SIGNALLING) return special[i % SPECIALS];
    memcpy(&x, &signalling, sizeof x);
    return x;
}

static float draw_float(void) {
    const uint32_t bits = draw();
    float x;
    memcpy(&x, &bits, sizeof x);
    const uint32_t way = draw();
    if (way & 1) return x;
    if (way & 2) return (float)(int32_t)bits * 0x1p-24f;
    return special_at(way >> 2);
}

static uint16_t draw_mask(void) {
    const uint32_t bits = draw(), count = bits >> 16 & 31;
    if (bits >> 31) return (uint16_t)bits;
    return (uint16_t)(count >= SAMPLE_LANES ? bits : (1u << count) - 1);
}

/* The first rounds hold every pair of special numbers, as a and b and as a and n. */
static void draw_sample(struct sample *s, float *page, int round) {
    for (int i = 0; i < SAMPLE_LANES; i++) {
        s->a[i] = draw_float();
        s->b[i] = draw() & 7 ? draw_float() : s->a[i];
        s->c[i] = draw_float();
        s->n[i] = draw() & 3 ? (float)(int32_t)draw() * 0x1p-23f : draw_float();
        const uint32_t pair = (uint32_t)(round * SAMPLE_LANES + i);
        if (pair >= SPECIALS * SPECIALS) continue;
        s->a[i] = special_at(pair % SPECIALS);
        s->b[i] = s->n[i] = special_at(pair / SPECIALS);
    }
    s->m = draw_mask();
    for (int i = 0; i < PAGE_FLOATS; i++) page[i] = (float)i;
}

static bool is_nan(uint32_t bits) { return (bits & 0x7FFFFFFF) > 0x7F800000; }

static bool agrees(enum kind kind, uint32_t x, uint32_t y) {
    if (x == y) return true;
    if (kind == SUM && ((x | y) & 0x7FFFFFFF) == 0)
        return true; /* which zero depends on the order */
    return (kind == FLOATS || kind == SUM) && is_nan(x) && is_nan(y);
}

static const char *running = "";

static void on_fault(int number) {
    (void)number;
    printf("%s touches memory that it must not\n", running);
    fflush(stdout);
    _exit(1);
}

enum place { IN_THE_MIDDLE, AT_THE_END, AT_THE_START, PLACES };

/* Where in the page the sixteen lanes begin: at the edges, with no more of them inside than the
 * operation may touch. */
static int window_of(enum kind kind, enum place place, unsigned m) {
    const bool masked = kind == LOAD_MASKED || kind == STORE_MASKED;
    const bool aligned = kind == LOAD_ALIGNED || kind == STORE_ALIGNED;
    if (place == IN_THE_MIDDLE) return aligned ? 112 : 101;
    int first = 0, last = SAMPLE_LANES - 1;
    while (masked && last >= 0 && !(m >> last & 1)) last--;
    while (masked && first < SAMPLE_LANES && !(m >> first & 1)) first++;
    return place == AT_THE_END ? PAGE_FLOATS - 1 - last : -first;
}

static uint32_t bits_at(const float *x) {
    uint32_t bits;
    memcpy(&bits, x, sizeof bits);
    return bits;
}

/* Whether `got` does as `expected` on the sample; the page is left as it was found. */
static bool same(const struct operation *got, const struct operation *expected,
                 const struct sample *sample, float *page, enum place place) {
    const int window = window_of(got->kind, place, sample->m);
    const bool stores = got->kind >= STORE;
    float memory[SAMPLE_LANES] = {0};
    uint32_t want[SAMPLE_LANES] = {0}, have[SAMPLE_LANES] = {0};
    struct sample s = *sample;
    for (int i = 0; i < SAMPLE_LANES; i++)
        if (window + i >= 0 && window + i < PAGE_FLOATS) memory[i] = page[window + i];
    s.from = s.to = memory;
    expected->run(&s, want);
    s.from = s.to = page + window;
    got->run(&s, have);
    bool right = true;
    for (int i = 0; stores && i < PAGE_FLOATS; i++) {
        const int lane = i - window;
        if (lane >= 0 && lane < SAMPLE_LANES)
            have[lane] = bits_at(&page[i]);
        else
            right = right && page[i] == (float)i;
        page[i] = (float)i;
    }
    for (int i = 0; i < SAMPLE_LANES; i++) {
        if (stores && (window + i < 0 || window + i >= PAGE_FLOATS)) continue;
        if (agrees(got->kind, have[i], want[i])) continue;
        printf("%s lane %d: %08x, not %08x, of a=%08x b=%08x c=%08x n=%08x m=%04x\n", got->name, i,
               have[i], want[i], bits_at(&s.a[i]), bits_at(&s.b[i]), bits_at(&s.c[i]),
               bits_at(&s.n[i]), s.m);
        return false;
    }
    if (!right) printf("%s writes beside its lanes\n", got->name);
    return right;
}

/* All but aligned addresses end in a signal. */
static void traps(const struct operation *operation, float *page) {
    struct sample s;
    draw_sample(&s, page, ROUNDS);
    s.from = s.to = page + 1;
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        uint32_t lane[SAMPLE_LANES];
        signal(SIGSEGV, SIG_DFL);
        operation->run(&s, lane);
        _exit(0);
    }
    waitpid(child, &status, 0);
    if (!CHECK(WIFSIGNALED(status))) printf("%s takes any address\n", operation->name);
}

static void compare(const struct operation *got, const struct operation *expected, float *page) {
    struct sample s;
    running = got->name;
    bool right = true;
    for (int round = 0; round < ROUNDS && right; round++) {
        draw_sample(&s, page, round);
        /* a sum or maximum of NaN depends on its order, which is the compiler's */
        for (int i = 0; got->kind == SUM && i < SAMPLE_LANES; i++)
            if (isnan(s.a[i])) s.a[i] = (float)i;
        const int places = got->kind < LOAD ? 1 : PLACES;
        for (int place = 0; place < places && right; place++)
            right = same(got, expected, &s, page, (enum place)place);
    }
    CHECK(right);
}

int main(int argc, char **argv) {
    const bool real = argc > 1 && strcmp(argv[1], "real") == 0;
    if (isa_detect() < ISA_AVX2) {
        printf("SKIPPED: no AVX2 here\n");
        return 0;
    }
    if (real && !(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))) {
        printf("SKIPPED: no AVX-512 here\n");
        return 0;
    }
    struct guarded block;
    if (!CHECK(guarded_map(&block, PAGE_FLOATS * sizeof(float), GUARD_AT_END, -1))) return 1;
    float *page = (float *)block.data;
    signal(SIGSEGV, on_fault);
    const struct operation *got = real ? operations_real : operations_emulated;
    for (const struct operation *expected = operations_expected; expected->name;
         expected++, got++) {
        CHECK_TEXT(got->name, expected->name);
        compare(got, expected, page);
        const bool aligned = got->kind == LOAD_ALIGNED || got->kind == STORE_ALIGNED;
        if (aligned && !real) traps(got, page);
    }
    guarded_unmap(&block);
    return check_done();
}
