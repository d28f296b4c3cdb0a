/* The kinds of check, as kinds.def lists them, and the other sections of a case file. */
#ifndef REFERENCE_KINDS_H
#define REFERENCE_KINDS_H

#include "kernels/core/fill.h"

enum kind {
#define KIND(name_, id_, ...) KIND_##id_,
#define SECTION(name_)
#include "reference/kinds.def"
#undef KIND
#undef SECTION
    KINDS
};

enum {
    KIND_ALONE = 1,       /* needs nothing but a problem: --problem by itself means these kinds, and
                             so is the default problem of a primitive without a case file asked */
    KIND_EXACTLY = 2,     /* not one bit may differ */
    KIND_SPECIALS = 4,    /* NaN and infinities may be among the inputs */
    KIND_FINITE = 8,      /* is stated for finite inputs */
    KIND_BETWEEN = 16,    /* another problem runs in between */
    KIND_OWN_JUDGES = 32, /* of the several runs that it compares */
    KIND_SMOOTH = 64,     /* inputs are moved to where derivatives exist */
    KIND_DRAWN = 128,     /* its problems are drawn: --fuzz */
};

struct kind_rules {
    const char *name, *text;
    enum fill fill;
    unsigned traits;
};
extern const struct kind_rules kind_rules[KINDS];
static inline bool kind_is(enum kind kind, unsigned traits) {
    return (kind_rules[kind].traits & traits) != 0;
}
/* -1: there is none of this name. */
int kind_parse(const char *name);

/* All sections that a case file may have, the kinds first; NULL after the last. */
extern const char *const case_sections[];

#endif
