#include "kernels/core/isa.h"

#include <stdlib.h>

#include "tests/unit/check.h"

int main(void) {
    unsetenv("ASSAY_MAX_ISA");
    for (int level = 0; level < ISA_LEVELS; level++)
        CHECK(isa_parse(isa_name((enum isa)level)) == level);
    CHECK(isa_parse("AVX2") < 0);
    CHECK(isa_parse("") < 0);
    CHECK_TEXT(isa_name(ISA_SCALAR), "scalar");

    const enum isa machine = isa_detect();
    CHECK(isa_best() == machine);
#if defined __AVX512F__
    CHECK(machine == ISA_AVX512);
#endif
    /* the environment lowers, and never raises */
    for (int level = 0; level < ISA_LEVELS; level++) {
        setenv("ASSAY_MAX_ISA", isa_name((enum isa)level), 1);
        CHECK(isa_environment_error() == NULL);
        CHECK(isa_best() == ((enum isa)level < machine ? (enum isa)level : machine));
    }
    setenv("ASSAY_MAX_ISA", "sse9", 1);
    CHECK_TEXT(isa_environment_error(), "sse9");
    CHECK(isa_best() == machine);
    setenv("ASSAY_MAX_ISA", "", 1);
    CHECK(isa_environment_error() == NULL);
    CHECK(isa_best() == machine);
    unsetenv("ASSAY_MAX_ISA");

    isa_cap(ISA_AVX512);
    CHECK(isa_best() == machine);
    isa_cap(ISA_SCALAR);
    CHECK(isa_best() == ISA_SCALAR);
    isa_cap(ISA_AVX512); /* a cap is not lifted again */
    CHECK(isa_best() == ISA_SCALAR);
    CHECK(isa_detect() == machine);
    return check_done();
}
