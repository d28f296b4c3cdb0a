/* What is said of one run of an implementation. */
#ifndef KERNELS_CORE_VERDICT_H
#define KERNELS_CORE_VERDICT_H

enum verdict {
    VERDICT_PASS,
    VERDICT_SKIP,       /* with a reason: cannot run here */
    VERDICT_FAIL,       /* with a reason: wrong */
    VERDICT_MISTRUSTED, /* with a reason: the check could not have failed */
    VERDICT_CRASH,      /* with the signal, and the address when it is telling */
    VERDICT_TIMEOUT,
    VERDICTS,
};
const char *verdict_name(enum verdict verdict); /* "PASS" ... */

#endif
