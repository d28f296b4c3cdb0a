/* Ceilings and the verdict IMPOSSIBLE, with injected figures: nothing is timed here. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/roofline.h"

static int checks, failures;
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        checks++;                                                                                  \
        if (condition) break;                                                                      \
        failures++;                                                                                \
        printf("%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);                      \
    } while (0)

enum { MIB = 1 << 20 };

/* A machine of two processors and 32 MiB of cache; bandwidth in GB/s. */
static struct machine two_processors(void) {
    return (struct machine){
        .cpu = {.name = "imaginary", .processors = 2, .cache_bytes = {0, 32768, MIB, 32 * MIB}},
        .flops = {{ISA_AVX2, 1, 50e9, 0.01}, {ISA_AVX2, 2, 100e9, 0.02}},
        .flops_count = 2};
}

static void point(struct machine *m, int threads, size_t bytes, double rate, double spread) {
    struct stream_ceiling *c = &m->curve[m->curve_count++];
    *c = (struct stream_ceiling){.bytes = bytes, .threads = threads};
    for (int s = 0; s < STREAMS; s++) {
        c->bytes_per_second[s] = rate * 1e9;
        c->spread[s] = spread;
    }
}

static double at(const struct machine *m, size_t bytes, int threads) {
    return machine_stream(m, STREAM_COPY, bytes, threads) * 1e-9;
}

static bool near(double a, double b) { return fabs(a - b) < 1e-9 * fabs(b); }

/* Two threads measured once at 128 MiB, low: 64 MiB and one thread knew better. */
static void settle(void) {
    struct machine m = two_processors();
    point(&m, 1, 16 * MIB, 60, 0.02);
    point(&m, 1, 64 * MIB, 20, 0.02);
    point(&m, 1, 128 * MIB, 22, 0.05);
    point(&m, 2, 16 * MIB, 50, 0.02);
    point(&m, 2, 64 * MIB, 30, 0.1);
    point(&m, 2, 128 * MIB, 18, 0.02);
    machine_settle(&m);
    CHECK(near(at(&m, 128 * MIB, 1), 22) && near(at(&m, 64 * MIB, 1), 22));
    CHECK(near(at(&m, 128 * MIB, 2), 30) && near(at(&m, 64 * MIB, 2), 30));
    CHECK(near(at(&m, 16 * MIB, 1), 60)); /* within the caches: another ceiling */
    CHECK(near(at(&m, 16 * MIB, 2), 60)); /* of two threads one may be idle */
    /* down to the lowest median run that spoke of memory */
    CHECK(near(machine_spread(&m, 128 * MIB, 2), 1 - 18 * 0.98 / 30));
    CHECK(near(machine_spread(&m, 128 * MIB, 1), 1 - 20 * 0.98 / 22));
    CHECK(near(machine_spread(&m, SIZE_MAX, 1), 1 - 20 * 0.98 / 22));
}

static void raise_them(void) {
    struct machine m = two_processors(), again = two_processors();
    point(&m, 2, 128 * MIB, 20, 0.05);
    point(&again, 2, 128 * MIB, 30, 0.01);
    again.flops[1].flops_per_second = 90e9; /* lower: no reason to go down */
    machine_raise(&m, &again);
    CHECK(near(at(&m, 128 * MIB, 2), 30));
    CHECK(near(machine_spread(&m, 128 * MIB, 2), 1 - 19. / 30));
    CHECK(near(machine_flops(&m, ISA_AVX2, 2), 100e9));
    CHECK(near(m.flops[1].spread, 1 - 90 * 0.98 / 100));
    machine_raise(&m, &again);
    CHECK(near(at(&m, 128 * MIB, 2), 30)); /* not lowered, not added up */
}

static int times;
static void no_higher(struct floor_time *floor, void *user) {
    times++;
    (void)floor, (void)user;
}
static void higher(struct floor_time *floor, void *user) {
    times++;
    *floor = *(const struct floor_time *)user;
}

static void impossible(void) {
    struct floor_time floor = {1, 0.1}, raised = {0.8, 0.1};
    times = 0;
    CHECK(!roofline_beaten(1.1, &floor, no_higher, NULL) && times == 0); /* slower */
    CHECK(!roofline_beaten(0.9, &floor, no_higher, NULL) && times == 0); /* within the spread */
    CHECK(roofline_beaten(0.8, &floor, no_higher, NULL) && times == 1);
    CHECK(roofline_beaten(0.8, &floor, NULL, NULL));
    CHECK(!roofline_beaten(0.8, &floor, higher, &raised) && times == 2); /* measured low before */
    CHECK(near(floor.seconds, 0.8));
    floor = (struct floor_time){0, 0};
    CHECK(!roofline_beaten(1e-9, &floor, NULL, NULL)); /* no floor */
}

/* What is written is read again, spreads and all; an older file, of one spread a point, too. */
static void files(void) {
    struct machine m = two_processors(), back;
    point(&m, 1, 128 * MIB, 20, 0.25);
    m.curve[0].spread[STREAM_READ] = 0.125;
    char *text = machine_to_json(&m, false);
    CHECK(text && !machine_from_json(&back, text, NULL));
    CHECK(near(back.curve[0].spread[STREAM_READ], 0.125));
    CHECK(near(back.curve[0].spread[STREAM_COPY], 0.25));
    free(text);
#define OLD(version, spread)                                                                       \
    "{\"schema\":\"assay-machine\",\"version\":" version ",\"cpu\":\"x\",\"processors\":1,"        \
    "\"caches\":[],\"flops\":[{\"isa\":\"avx2\",\"threads\":1,\"flops_per_second\":1e9,"           \
    "\"spread\":0.0}],\"curve\":[{\"bytes\":16384,\"threads\":1,\"read\":1e9,\"copy\":1e9,"        \
    "\"triad\":1e9,\"update\":1e9,\"spread\":" spread "}]}"
    CHECK(!machine_from_json(&back, OLD("1", "0.5"), NULL));
    CHECK(near(back.curve[0].spread[STREAM_READ], 0.5));
    CHECK(near(back.curve[0].spread[STREAM_UPDATE], 0.5));
    CHECK(machine_from_json(&back, OLD("1", "\"wide\""), NULL) == STATUS_BAD_INPUT);
    CHECK(machine_from_json(&back, OLD("2", "{\"read\":0.1}"), NULL) == STATUS_BAD_INPUT);
    CHECK(machine_from_json(&back, OLD("3", "0.5"), NULL) == STATUS_BAD_INPUT);
}

/* Not called: figures are injected. */
const char *context_version(void) { return "test"; }
enum status machine_measure(struct machine *machine, const struct cpu *cpu,
                            void (*step)(const char *what, double done), struct error *error) {
    (void)machine, (void)cpu, (void)step;
    return fail(error, STATUS_UNAVAILABLE, "not measured in a test");
}

int main(void) {
    settle();
    raise_them();
    impossible();
    files();
    printf("%d checks, %d failed\n", checks, failures);
    return failures > 0;
}
