#include "reference/inspect.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool still_poison(const unsigned char *output, size_t unit, int64_t element,
                         enum poison poison) {
    const size_t start = (size_t)element * unit;
    for (size_t at = start; at < start + unit; at++)
        if (output[at] != poison_byte(poison, at)) return false;
    return true;
}

int64_t inspect_unwritten(const unsigned char *nan, const unsigned char *finite, int64_t elements,
                          size_t unit, int64_t *first) {
    int64_t missing = 0;
    for (int64_t e = 0; e < elements; e++) {
        if ((nan && !still_poison(nan, unit, e, POISON_NAN)) ||
            !still_poison(finite, unit, e, POISON_FINITE))
            continue;
        if (!missing++) *first = e;
    }
    return missing;
}

int64_t inspect_difference(const unsigned char *a, const unsigned char *b, int64_t elements,
                           size_t unit) {
    size_t at = 0;
    if (elements == 0 || memcmp(a, b, (size_t)elements * unit) == 0) return -1;
    while (a[at] == b[at]) at++;
    return (int64_t)(at / unit);
}

double inspect_number(double value) { return isnan(value) ? fabs(value) : value; }

char *inspect_describe(const struct judge *judge, int operand, const void *got,
                       const struct tolerance *tolerance, const struct comparison *found,
                       char *buffer, size_t bytes) {
    const struct operand *what = &judge->problem.primitive->operands[operand];
    const struct shape shape = problem_shape(&judge->problem, operand);
    const struct tensor tensor = {what->dtype, shape, (void *)got};
    const struct expectation *expected = &judge->expected[operand];
    const int64_t i = found->first_wrong;
    const double value = inspect_number(expected->value[i]);
    const double have = inspect_number(tensor_get(&tensor, i));
    char index[160];
    snprintf(buffer, bytes,
             "%s%s: expected %.9g, got %.9g (bound %.3g, off by %.3g, %.3g ulp); %lld of %lld "
             "elements wrong",
             what->name, shape_print_index(&shape, i, index, sizeof index), value, have,
             tolerance_bound(tolerance, expected->value[i], expected->sum[i], expected->local[i]),
             fabs(have - value), ulp_distance(have, value), (long long)found->wrong,
             (long long)found->judged);
    return buffer;
}
