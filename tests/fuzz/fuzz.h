/* What every fuzz target has: one function that takes any bytes and must come back.
 *
 * The `fuzz` preset links each fuzz_<target>.c with libFuzzer (clang); every other build links it
 * with replay.c, which runs the committed inputs of corpus/<target> through the same function. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/status.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* A finding: the process says so and dies, which libFuzzer and the replay both notice. */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #condition);        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* Every error is one line that says something. */
static inline void must_be_one_line(const struct error *error) {
    MUST(memchr(error->text, 0, sizeof error->text));
    MUST(*error->text);
    for (const char *c = error->text; *c; c++) MUST((unsigned char)*c >= ' ' && *c != 0x7f);
}

/* The input, used up from its start; what is missing reads as 0. */
struct supply {
    const uint8_t *at;
    size_t left;
};

static inline uint8_t supply_byte(struct supply *supply) {
    if (!supply->left) return 0;
    supply->left--;
    return *supply->at++;
}

static inline uint64_t supply_number(struct supply *supply, int bytes) {
    uint64_t number = 0;
    for (int i = 0; i < bytes; i++) number |= (uint64_t)supply_byte(supply) << 8 * i;
    return number;
}

/* A whole number below `limit`, from one byte. */
static inline int supply_below(struct supply *supply, int limit) {
    return supply_byte(supply) % limit;
}

#endif
