/* The operations of operations.def, as three tables of the same order. */
#ifndef TESTS_EMULATION_OPERATIONS_H
#define TESTS_EMULATION_OPERATIONS_H

#include <stdint.h>

enum { SAMPLE_LANES = 16 };

struct sample {
    float a[SAMPLE_LANES], b[SAMPLE_LANES], c[SAMPLE_LANES], n[SAMPLE_LANES];
    uint16_t m;
    const float *from;
    float *to;
};

/* FLOATS: a vector of numbers, in which one NaN is as good as another. BITS: of floats, moved.
 * INTS: of integers. MASK: 0 or 1 for each lane. SUM: a number in lane 0. Loads: a vector. Stores:
 * sixteen lanes at `to`, for the caller to look at. MASKED: memory of selected lanes alone. */
enum kind {
    FLOATS,
    BITS,
    INTS,
    MASK,
    SUM,
    LOAD,
    LOAD_MASKED,
    LOAD_ALIGNED,
    STORE,
    STORE_MASKED,
    STORE_ALIGNED,
};

struct operation {
    const char *name;
    enum kind kind;
    void (*run)(const struct sample *, uint32_t lane[SAMPLE_LANES]);
};

/* Each ends with a name of NULL. */
extern const struct operation operations_emulated[], operations_real[], operations_expected[];

#endif
