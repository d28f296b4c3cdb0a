#include "kernels/core/verdict.h"

const char *verdict_name(enum verdict verdict) {
    static const char *const names[VERDICTS] = {"PASS",       "SKIP",  "FAIL",
                                                "MISTRUSTED", "CRASH", "TIMEOUT"};
    return names[verdict];
}
