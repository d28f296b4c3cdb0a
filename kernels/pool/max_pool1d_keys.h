/* Floats as integers in the same order, with every NaN, of either sign, above +Inf: then the
 * maximum of integers is the maximum that keeps NaN, in any order and any lane. Sign and magnitude
 * become two's complement (the zeros become one), which puts -Inf just above the negative NaNs;
 * taking 0x800000 off moves it to the lowest integer, and them round to the top. */
#ifndef KERNELS_POOL_MAX_POOL1D_KEYS_H
#define KERNELS_POOL_MAX_POOL1D_KEYS_H

#include <stdint.h>
#include <string.h>

enum { MAX_POOL1D_KEY_SHIFT = 0x800000 };
static inline int32_t max_pool1d_key(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint32_t size = bits & 0x7fffffff;
    return (int32_t)((bits >> 31 ? 0 - size : size) - MAX_POOL1D_KEY_SHIFT);
}
static inline float max_pool1d_unkey(int32_t key) {
    const uint32_t number = (uint32_t)key + MAX_POOL1D_KEY_SHIFT;
    const uint32_t bits = number >> 31 ? (0 - number) | 0x80000000 : number;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
