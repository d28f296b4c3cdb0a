/* float32 numbers with fewer bits, as a kernel has them that saves precision. Range stays. */
#ifndef TESTS_MUTANTS_SHORTENED_H
#define TESTS_MUTANTS_SHORTENED_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Rounded to the bits of the mask `kept`, which go down from the sign; a half to the larger. */
static inline float shortened(float value, uint32_t kept) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (isfinite(value)) bits = (bits + (~kept >> 1)) & kept;
    memcpy(&value, &bits, sizeof bits);
    return value;
}

#define BITS_OF_BFLOAT16 0xffff0000u
#define BITS_OF_HALF 0xffffe000u

#endif
