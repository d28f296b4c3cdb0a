/* One law (kernels/core/law.h) on one case: makes the runs' inputs and bounds, lets somebody
 * run them, compares, and asks whether the comparison could have failed. No I/O, no processes. */
#ifndef REFERENCE_LAWS_H
#define REFERENCE_LAWS_H

#include "kernels/core/law.h"
#include "reference/cases.h"
#include "reference/judge.h"

enum law_verdict {
    LAW_HOLDS,
    LAW_BROKEN,
    LAW_SKIPPED, /* says nothing here: `reason` */
    LAW_VACUOUS, /* held, but could not have failed: `reason` */
    LAW_STOPPED, /* the runner said so */
};

struct law_result {
    enum law_verdict verdict;
    char reason[256];
    struct breach breach; /* LAW_HOLDS: counts and the largest error; LAW_BROKEN: and where */
    const char *operand;  /* LAW_BROKEN */
    char index[160];
};

/* Run the implementation on `problem` with inputs `in`; its outputs go to `out`, by operand index,
 * with room for their elements. LAW_HOLDS: done. LAW_SKIPPED: it does not support this problem,
 * LAW_STOPPED: it came to nothing; `reason` says why. */
typedef enum law_verdict law_runner(void *context, const struct problem *problem, void *const *in,
                                    void *const *out, char *reason, size_t reason_bytes);

/* `implementation`: whose accumulation traits the bounds are made for. The error says what kept
 * the law from being looked at: no oracle, no memory, a law that makes refused problems. */
/* Who runs a problem of a law: the implementation examined or, where the law's partner is another
 * primitive, that one's naive implementation (NULL: it has none). */
const struct implementation *law_kernel(const struct implementation *examined,
                                        const struct primitive *own,
                                        const struct primitive *wanted);

enum status law_examine(struct law_result *result, const struct property *law,
                        const struct problem_case *item,
                        const struct implementation *implementation, law_runner *runner,
                        void *context, struct error *error);

#endif
