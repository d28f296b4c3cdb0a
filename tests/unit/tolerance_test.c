#include "reference/tolerance.h"

#include <math.h>

#include "tests/unit/check.h"

static const struct accumulation plain = {.summation = SUM_SEQUENTIAL};

static void growth_is_monotone(void) {
    double before = 0;
    bool monotone = true;
    for (double terms = 1; terms < 1e9; terms *= 1.3) {
        const double growth = tolerance_growth(floor(terms), &plain);
        monotone = monotone && growth >= before && isfinite(growth);
        before = growth;
    }
    CHECK(monotone);
}

/* The worst case (Higham 2002) for short sums, the likely one (Higham and Mary 2019) for long. */
static void growth_is_the_smaller_bound(void) {
    const double u = UNIT_ROUNDOFF_F32;
    for (double terms = 1; terms <= 1e6; terms *= 10) {
        const double m = terms + 1, worst = m / (1 - m * u);
        const double likely = expm1(8 * sqrt(m) * u + m * u * u / (1 - u)) / u;
        const double growth = tolerance_growth(terms, &plain);
        CHECK(growth <= worst && growth <= likely);
        CHECK(growth == (worst < likely ? worst : likely));
    }
    CHECK(fabs(tolerance_growth(1, &plain) - 2) < 1e-6);
    CHECK(tolerance_growth(50, &plain) > 50);        /* worst case */
    CHECK(tolerance_growth(1e6, &plain) < 8.1e3);    /* likely: 8 sqrt(n) */
    CHECK(isfinite(tolerance_growth(1e12, &plain))); /* where the worst case is infinite */
}

static void promises_narrow(void) {
    const struct accumulation lanes = {.summation = SUM_LANES, .lanes = 16};
    const struct accumulation one_lane = {.summation = SUM_LANES, .lanes = 1};
    const struct accumulation kahan = {.summation = SUM_COMPENSATED};
    for (double terms = 1; terms < 1e7; terms *= 7) {
        const double n = floor(terms);
        CHECK(tolerance_growth(n, &lanes) <= tolerance_growth(n, &plain));
        CHECK(tolerance_growth(n, &one_lane) == tolerance_growth(n, &plain));
        CHECK(tolerance_growth(n, &kahan) < 3.01);
    }
    CHECK(tolerance_growth(1000, &lanes) < tolerance_growth(1000, &plain) / 3);
}

static void bounds(void) {
    const double u = UNIT_ROUNDOFF_F32;
    struct accumulation traits = plain;
    struct tolerance t = tolerance_for(10, &traits, false);
    CHECK(t.floor == 14 * 0x1p-149);
    CHECK(tolerance_bound(&t, 0, 0, 0) == t.floor);
    CHECK(fabs(tolerance_bound(&t, -3, 2, 5) - (u * (t.growth * 2 + 5 + 3) + t.floor)) < 1e-20);
    traits.amplification = 4;
    CHECK(tolerance_for(10, &traits, false).growth == 4 * t.growth);
    traits.amplification = 0.5; /* nobody is better than the sum itself */
    CHECK(tolerance_for(10, &traits, false).growth == t.growth);
    traits.flushes = true;
    CHECK(tolerance_for(10, &traits, false).floor == 14 * 0x1p-126);
    t = tolerance_for(10, &plain, true);
    CHECK(tolerance_bound(&t, 1, 1e9, 1e9) == 0);
}

/* The worst case is what few terms get anyway, and more than what many get. */
static void worst(void) {
    CHECK(tolerance_worst_growth(10, &plain) == tolerance_growth(10, &plain));
    CHECK(tolerance_worst_growth(1e6, &plain) > 1e6);
    CHECK(tolerance_growth(1e6, &plain) < 1e4);
    CHECK(isinf(tolerance_worst_growth(0x1p24, &plain)));
}

int main(void) {
    worst();
    growth_is_monotone();
    growth_is_the_smaller_bound();
    promises_narrow();
    bounds();
    return check_done();
}
