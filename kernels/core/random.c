#include "kernels/core/random.h"

#include <math.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

void philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t output[4]) {
    const uint64_t multiplier0 = 0xD2511F53u, multiplier1 = 0xCD9E8D57u;
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        const uint64_t product0 = multiplier0 * c0, product1 = multiplier1 * c2;
        c0 = (uint32_t)(product1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)product1;
        c2 = (uint32_t)(product0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)product0;
        k0 += 0x9E3779B9u; /* Weyl sequence: golden ratio and sqrt(3)-1 */
        k1 += 0xBB67AE85u;
    }
    output[0] = c0, output[1] = c1, output[2] = c2, output[3] = c3;
}

static void draw(uint64_t seed, uint32_t stream, uint64_t index, uint32_t output[4]) {
    const uint32_t counter[4] = {(uint32_t)index, (uint32_t)(index >> 32), stream, 0};
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    philox4x32(counter, key, output);
}

static uint64_t join(uint32_t low, uint32_t high) { return (uint64_t)high << 32 | low; }

/* 53 bits: every value is a multiple of 2^-53 and exact in double. */
static double unit(uint64_t bits) { return (double)(bits >> 11) * 0x1p-53; }

uint64_t random_bits(uint64_t seed, uint32_t stream, uint64_t index) {
    uint32_t word[4];
    draw(seed, stream, index, word);
    return join(word[0], word[1]);
}

double random_uniform(uint64_t seed, uint32_t stream, uint64_t index) {
    return unit(random_bits(seed, stream, index));
}

/* Box and Muller 1958; 1-u is in (0, 1], so the logarithm is finite. */
double random_normal(uint64_t seed, uint32_t stream, uint64_t index) {
    uint32_t word[4];
    draw(seed, stream, index, word);
    const double radius = sqrt(-2 * log(1 - unit(join(word[0], word[1]))));
    return radius * cos(6.283185307179586 * unit(join(word[2], word[3])));
}

int64_t random_integer(uint64_t seed, uint32_t stream, uint64_t index, int64_t low, int64_t high) {
    return low + (int64_t)(random_uniform(seed, stream, index) * (double)(high - low + 1));
}

uint64_t random_fresh_seed(void) {
    uint64_t seed = 0;
    FILE *source = fopen("/dev/urandom", "rb");
    if (source) {
        if (fread(&seed, sizeof seed, 1, source) != 1) seed = 0;
        fclose(source);
    }
    if (!seed) seed = (uint64_t)time(NULL) * 1000003u ^ (uint64_t)getpid();
    return seed & UINT64_C(0xffffffffffff); /* short enough to retype */
}
