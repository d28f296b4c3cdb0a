/* The least time that a problem can take on this machine.
 *
 *   bound = max(flops / peak, time to move its bytes)
 *
 * peak: multiply-adds per second of the best instruction set that the machine has, whatever an
 * implementation uses, so that fractions of different implementations can be compared.
 *
 * Bytes move as fast as measured for streams over a working set as large as the problem's operands
 * (with --cold: in memory). In-out operands go at the rate of the in-place update. The others are
 * read and written in a mix; seconds per byte are interpolated between the measured read (nothing
 * written), triad (a third) and copy (a half, or more). A problem that stays in cache is so held to
 * its cache's speed.
 *
 * Williams, Waterman, Patterson, "Roofline: an insightful visual performance model for multicore
 * architectures", CACM 52 (2009). */
#ifndef BENCH_ROOFLINE_H
#define BENCH_ROOFLINE_H

#include "bench/machine.h"
#include "kernels/core/primitive.h"

/* Seconds per call. `footprint`: bytes the operands take up; SIZE_MAX: they come from memory.
 * `saving`: the bound of an algorithm that multiplies so many times less; 1 for the roofline. */
double roofline_seconds(const struct machine *machine, const struct problem *problem,
                        size_t footprint, int threads, double saving);

/* What a time is held against before it is called impossible. */
struct floor_time {
    double seconds; /* the least it can be, by the ceilings; 0: not known */
    double spread;  /* of the ceilings: they may be as much higher */
};

/* Is `seconds` below the floor by more than the ceilings' spread (and 5 % for the clock)? If it
 * looks so, `again` (may be NULL) measures the ceilings once more and renews *floor first: ceilings
 * that were measured low, on a busy machine, must not accuse anybody. */
bool roofline_beaten(double seconds, struct floor_time *floor,
                     void (*again)(struct floor_time *floor, void *user), void *user);

#endif
