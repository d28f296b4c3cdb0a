/* The double functions that --ulp measures against, themselves measured against long double, where
 * that has more digits. */
#include "reference/elementary.h"

#include <float.h>
#include <math.h>
#include <stdint.h>

#include "kernels/core/random.h"
#include "tests/unit/check.h"

static long double sigmoidl(long double x) {
    return x < 0 ? expl(x) / (1 + expl(x)) : 1 / (1 + expl(-x));
}

static const struct {
    const char *name;
    long double (*truth)(long double);
} functions[] = {{"exp", expl},   {"expm1", expm1l},     {"log", logl},
                 {"tanh", tanhl}, {"sigmoid", sigmoidl}, {"erf", erfl}};

/* Every float exponent, many mantissas. Results that no float comes near are left out. */
static double largest_error(elementary *function, long double (*truth)(long double)) {
    double largest = 0;
    for (uint64_t i = 0; i < 400000; i++) {
        const uint32_t bits = (uint32_t)(i * 10007);
        float x;
        memcpy(&x, &bits, sizeof x);
        const long double value = truth((long double)x);
        const double got = function((double)x);
        if (isnan(value) || isinf(value) || value == 0 || fabsl(value) < 0x1p-200L ||
            fabsl(value) > 0x1p200L)
            continue;
        const long double ulp = ldexpl(1, ilogbl(value) - 52);
        largest = fmax(largest, (double)(fabsl((long double)got - value) / ulp));
    }
    return largest;
}

int main(void) {
    CHECK(elementary_find("nonsense") == NULL);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        elementary *function = elementary_find(functions[i].name);
        if (!CHECK(function != NULL)) continue;
        if (LDBL_MANT_DIG <= DBL_MANT_DIG) continue; /* nothing better to compare with */
        const double error = largest_error(function, functions[i].truth);
        printf("%-8s %.2f ulp of double\n", functions[i].name, error);
        CHECK(error <= ELEMENTARY_ULP);
    }
    CHECK(elementary_find("sigmoid")(-1e5) == 0 && elementary_find("sigmoid")(1e5) == 1);
    return check_done();
}
