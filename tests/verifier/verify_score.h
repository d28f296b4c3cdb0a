/* What became of the kernels that are wrong on purpose, and how it is told. */
#ifndef TESTS_VERIFIER_VERIFY_SCORE_H
#define TESTS_VERIFIER_VERIFY_SCORE_H

#include <jansson.h>

#include "tests/verifier/verify_results.h"

enum fate {
    FATE_LOOSE,    /* every check passed: a survivor */
    FATE_CAUGHT,   /* with the verdict it states */
    FATE_MISNAMED, /* caught, with another verdict */
    FATE_UNPROVEN, /* caught where the right kernel does not pass either */
    FATE_ABSENT,   /* cannot run here */
    FATES,
};

struct suspect {
    const struct implementation *implementation;
    const char *plugin; /* NULL: one of the command line's */
    enum fate fate;
    int passed;             /* cases */
    char reason[256];       /* of the last skip */
    struct failure failure; /* unless loose or absent: what caught it */
};

/* The mutants of one primitive. */
struct lineup {
    const struct primitive *primitive;
    const struct implementation *right; /* passes what they must not */
    struct suspect *suspect;
    int count, loose;
};

struct score {
    const struct options *options;
    int fate[FATES];
    json_t *primitives;
};

/* Print a primitive's line and its survivors; keep it for the JSON. */
void score_report(struct score *score, struct text_output *text, const struct lineup *lineup);
/* Print the total; write `json` unless it is NULL. */
enum status score_finish(struct score *score, struct text_output *text, FILE *json,
                         struct error *error);
enum exit_code score_exit_code(const struct score *score);

#endif
