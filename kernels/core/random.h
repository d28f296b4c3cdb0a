/* Counter-based random numbers: element i of stream (seed, stream) is a pure function of the three,
 * so any part of any operand can be made again anywhere, in any order, by any thread.
 * Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC
 * 2011. */
#ifndef KERNELS_CORE_RANDOM_H
#define KERNELS_CORE_RANDOM_H

#include <stdint.h>

/* The block cipher itself: four 32-bit outputs for a 128-bit counter and a 64-bit key. */
void philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t output[4]);

/* Element `index` of a stream. */
uint64_t random_bits(uint64_t seed, uint32_t stream, uint64_t index);
double random_uniform(uint64_t seed, uint32_t stream, uint64_t index); /* [0, 1), 53 bits */
double random_normal(uint64_t seed, uint32_t stream, uint64_t index);  /* mean 0, variance 1 */
int64_t random_integer(uint64_t seed, uint32_t stream, uint64_t index, int64_t low,
                       int64_t high); /* low..high, both included */

/* A seed nobody can predict, for the fresh runs (logged by whoever asks). */
uint64_t random_fresh_seed(void);

#endif
