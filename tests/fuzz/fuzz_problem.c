/* Any text as a problem: "softmax outer=3,axis_len=5". What is accepted must print and read back
 * the same, and be a problem whose operands and costs every implementation can be asked about. */
#include <math.h>

#include "kernels/core/registry.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/toy.h"

/* Into a buffer of every size: never beyond it, always ended. */
static void print_small(const struct problem *problem, const char *whole) {
    for (size_t bytes = 1; bytes <= strlen(whole) + 1; bytes += 1 + bytes / 4) {
        char *buffer = malloc(bytes);
        MUST(buffer);
        MUST(problem_print(problem, buffer, bytes) == buffer);
        MUST(strlen(buffer) < bytes && strncmp(whole, buffer, strlen(buffer)) == 0);
        free(buffer);
    }
}

static void comes_back(const struct problem *problem) {
    char text[PROBLEM_MAX_TEXT];
    struct problem again;
    struct error error;
    problem_print(problem, text, sizeof text);
    MUST(problem_parse(&again, problem->primitive, text, &error) == STATUS_OK);
    MUST(memcmp(again.value, problem->value, sizeof again.value) == 0);
    MUST(problem_hash(&again) == problem_hash(problem));
    print_small(problem, text);
}

static void has_operands(const struct problem *problem) {
    for (int i = 0; i < problem->primitive->operand_count; i++) {
        const struct shape shape = problem_shape(problem, i);
        char text[200];
        if (!shape_present(&shape)) continue;
        MUST(shape.rank >= 0 && shape.rank <= SHAPE_MAX_RANK);
        for (int d = 0; d < shape.rank; d++) MUST(shape.dim[d] >= 0);
        const int64_t elements = shape_elements(&shape);
        MUST(elements >= 0 && elements < (int64_t)1 << 40);
        shape_print(&shape, text, sizeof text);
        if (elements) shape_print_index(&shape, elements - 1, text, sizeof text);
        problem_reads(problem, i);
    }
    MUST(isfinite(problem_flops(problem)) && problem_flops(problem) >= 0);
    MUST(isfinite(problem_bytes(problem)) && problem_bytes(problem) >= 0);
    MUST(isfinite(problem_terms(problem)) && problem_terms(problem) >= 1);
}

static void asks_implementations(const struct problem *problem) {
    const struct implementation *i;
    for (int at = 0; (i = registry_implementation(at)); at++) {
        if (strcmp(i->primitive, problem->primitive->name) != 0) continue;
        const char *reason = implementation_unsupported(i, problem);
        MUST(!reason || (*reason && !strchr(reason, '\n')));
        if (reason) continue;
        implementation_workspace_bytes(i, problem);
        implementation_prepared_bytes(i, problem);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    char *text = malloc(bytes + 1);
    MUST(text);
    memcpy(text, data, bytes);
    text[bytes] = 0;
    char *space = strchr(text, ' ');
    if (space) *space = 0;
    const struct primitive *primitive = registry_find_primitive(text);
    struct problem problem;
    struct error error = {""};
    if (problem_parse(&problem, primitive ? primitive : &primitive_toy,
                      space ? space + 1 : text + strlen(text), &error)) {
        must_be_one_line(&error);
    } else {
        MUST(problem_check(&problem, &error) == STATUS_OK);
        comes_back(&problem);
        has_operands(&problem);
        asks_implementations(&problem);
    }
    free(text);
    return 0;
}
