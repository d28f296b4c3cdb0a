/* Classes of a field's values, for covering arrays. */
#ifndef TESTS_VERIFIER_VERIFY_COVER_CLASSES_H
#define TESTS_VERIFIER_VERIFY_COVER_CLASSES_H

#include "tests/verifier/verify_draw.h"

/* Usual edges of blocks: powers of two, one less, one more. */
enum { EDGES = 30 };
static inline int64_t edge_value(int edge) { return (INT64_C(8) << edge / 3) + edge % 3 - 1; }

/* Edges of counters and tables: beyond 16 bits, beyond 16 bits of vectors of 16, and the first number
 * whose log2f is the next one's. */
enum { FAR_EDGES = 3 };
static inline int64_t far_edge(int at) {
    static const int64_t edges[FAR_EDGES] = {(1 << 16) + 1, (1 << 20) + 1, (1 << 21) - 1};
    return edges[at];
}

/* How many classes the field's values have: see verify_cover.h. */
int class_count(const struct field *field);
/* Has it values of this class? */
bool class_possible(const struct field *field, int class);
/* One of them. */
union field_value class_value(struct draw *d, const struct field *field, int class);
/* -1: of none that is asked for. */
int class_of(const struct field *field, union field_value value);

#endif
