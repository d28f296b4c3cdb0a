/* Problems that cover a primitive's fields by construction, not by luck.
 *
 * All follows from the field list, the [bench] section of the case files and the seed; nothing here
 * knows any primitive. Parts:
 *
 *   pairs    every two fields, each in every class of its values, and with every value of every
 *            flag and choice besides: a covering array, of strength 3 where the third is a flag
 *            (Kuhn, Kacker, Lei, Introduction to Combinatorial Testing, 2013). Classes of integers:
 *            up to 1, from 2 to 6, an edge of blocks (a power of two from 8 to 4096, one less, one
 *            more), 66 and more; of reals: the default, 0 or the lowest, any other
 *   edges    every integer field on every edge of blocks
 *   far      ... and at 2^16 + 1, 2^20 + 1 and 2^21 - 1, where counters and tables end
 *   equal    every two integer fields with one value
 *   ends     every field at both ends of its range
 *   alone    every integer field as large as is affordable; all of them grown together; the
 *            longest sum; an only extent beyond 2^24, and odd
 *   bench    every problem of [bench]
 *
 * What the primitive refuses, or what costs too much, is looked for in vain and counted. */
#ifndef TESTS_VERIFIER_VERIFY_COVER_H
#define TESTS_VERIFIER_VERIFY_COVER_H

#include "reference/cases.h"

enum cover_part {
    COVER_PAIRS,
    COVER_EDGES,
    COVER_FAR,
    COVER_EQUAL,
    COVER_ENDS,
    COVER_ALONE,
    COVER_BENCH,
    COVER_PARTS
};
extern const char *const cover_part_names[COVER_PARTS];

struct cover {
    struct case_list list;
    int room;
    enum cover_part *part; /* of each problem of the list */
    /* what was asked for, and what no problem was found for */
    int asked[COVER_PARTS], missed[COVER_PARTS];
    /* internal */
    const struct primitive *primitive;
    int threads;
};

/* The same arguments give the same list. `threads`: each case gets from 1 to so many. */
enum status cover_make(struct cover *cover, const struct primitive *primitive, uint64_t seed,
                       int threads, struct error *error);
/* Of a primitive that is exact on integers: problems of [exact] grown to the sizes of the parts
 * edges, alone and bench, filled with FILL_ODD. An empty list for the others. */
enum status cover_make_exact(struct cover *cover, const struct primitive *primitive, uint64_t seed,
                             int threads, struct error *error);
void cover_free(struct cover *cover);

/* One more, unless it is there, with a fill, a seed and threads that are drawn. False: no memory. */
struct draw;
bool cover_add(struct cover *cover, struct draw *d, enum cover_part part,
               const struct problem *problem);

#endif
