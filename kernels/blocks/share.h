/* How threads share out independent work: the same shares for the same number of threads, so that
 * results repeat bit for bit. Without OpenMP the caller does all of it. */
#ifndef KERNELS_BLOCKS_SHARE_H
#define KERNELS_BLOCKS_SHARE_H

#include <stdint.h>

/* Elements (rows, blocks) first .. end-1 of what `call` describes. */
typedef void share_part(const void *call, int64_t first, int64_t end);

/* `count` elements by threads_get() threads, in blocks of `block`. One block is left to the caller:
 * waking a team costs more. */
void share_blocks(share_part *part, const void *call, int64_t count, int64_t block);

/* Where the part of `count` that belongs to `thread` of `threads` begins, in multiples of `grain`.
 */
static inline int64_t share_first(int64_t count, int64_t grain, int thread, int threads) {
    const int64_t grains = (count + grain - 1) / grain;
    const int64_t first = grains * thread / threads * grain;
    return first < count ? first : count;
}

/* `count` elements by threads_get() threads, one contiguous share each, in multiples of `grain`. */
void share_evenly(share_part *part, const void *call, int64_t count, int64_t grain);

enum { SHARE_TEAM_MOST = 256 };

/* A team of threads_get() threads, at most SHARE_TEAM_MOST, on one piece of work: each calls
 * `member` with its number and the size of the team. */
typedef void share_member(const void *call, int thread, int threads);
void share_team(share_member *member, const void *call);
/* Where all members of a team wait for each other; each calls it equally often. */
void share_barrier(void);

#endif
