#include "reference/compare.h"

#include <float.h>
#include <math.h>

/* Halfway between FLT_MAX and 2^128: float32 rounds to infinity from here on (IEEE
 * 754-2019, 4.3.1). */
static const double overflow_threshold = 0x1.ffffffp127;

double compare_element(double got, double value, double bound) {
    if (isnan(value)) return isnan(got) ? 0 : INFINITY;
    if (isnan(got)) return INFINITY;
    if (got == value) return 0;
    if (isinf(got) && (got > 0) == (value > 0) && fabs(value) + bound >= overflow_threshold)
        return 0;
    const double error = fabs(got - value);
    return bound > 0 ? error / bound : INFINITY;
}

double ulp_distance(double got, double value) {
    if (got == value) return 0;
    if (!isfinite(got) || !isfinite(value)) return INFINITY;
    int exponent = -126;
    if (fabs(value) >= FLT_MIN) frexp(value, &exponent), exponent--;
    return fabs(got - value) / ldexp(1, exponent - 23);
}

void expectation_clear(struct expectation *expected, int64_t elements) {
    for (int64_t i = 0; i < elements; i++) expected->sum[i] = -1;
}

struct comparison compare(const struct tensor *got, const struct expectation *expected,
                          const struct tolerance *tolerance) {
    struct comparison result = {.first_wrong = -1, .worst = -1, .worst_ratio = 0};
    const int64_t elements = shape_elements(&got->shape);
    for (int64_t i = 0; i < elements; i++) {
        if (!expectation_written(expected, i)) continue;
        if (expects_anything(expected, i)) {
            result.judged++;
            continue;
        }
        const double value = expected->value[i], found = tensor_get(got, i);
        const double bound =
            tolerance_bound(tolerance, value, expected->sum[i], expected->local[i]);
        const double ratio = compare_element(found, value, bound);
        result.judged++;
        if (!(ratio <= 1)) {
            if (result.first_wrong < 0) result.first_wrong = i;
            result.wrong++;
        }
        if (result.worst < 0 || ratio > result.worst_ratio) {
            result.worst = i;
            result.worst_ratio = ratio;
            result.worst_ulp = ulp_distance(found, value);
        }
    }
    return result;
}
