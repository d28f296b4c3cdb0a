#include "reference/ulp.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "reference/compare.h"

/* From here on the nearest float is infinite. */
static const double overflow = 0x1.ffffffp127;
/* Up to here (a tie, and ties go to even) the nearest float is 0. */
static const double underflow = 0x1p-150;

void ulp_round(const double *value, float *nearest, uint32_t *exact, int count) {
    for (int i = 0; i < count; i++) {
        const float near = (float)value[i];
        nearest[i] = near;
        exact[i] = ((double)near == value[i]) | (value[i] != value[i]) | (fabsf(near) > FLT_MAX);
    }
}

double ulp_error(float got, double value) {
    if (isnan(value) || isnan(got)) return isnan(value) && isnan(got) ? 0 : INFINITY;
    int exponent = 127;
    if (fabs(value) < 0x1p128) exponent = fabs(value) < FLT_MIN ? -126 : ilogb(value);
    const double ulp = ldexp(1, exponent - 23);
    if (!isinf(got)) return fabs((double)got - value) / ulp;
    if ((got > 0) != (value > 0)) return INFINITY;
    return fabs(value) >= overflow ? 0 : (0x1p128 - fabs(value)) / ulp;
}

/* A total order, since threads come in any: the larger error, then the smaller input. */
static bool worse(const struct ulp_worst *a, const struct ulp_worst *b) {
    if (a->error != b->error) return a->error > b->error;
    if (fabsf(a->x) != fabsf(b->x)) return fabsf(a->x) < fabsf(b->x);
    return a->x > b->x;
}

static void remember(struct ulp_tally *tally, const struct ulp_worst *item) {
    int place = ULP_WORST;
    while (place > 0 && worse(item, &tally->worst[place - 1])) place--;
    for (int i = 0; i < place; i++)
        if (memcmp(&tally->worst[i].x, &item->x, sizeof item->x) == 0) return; /* known already */
    if (place == ULP_WORST || !(item->error > 0)) return;
    memmove(&tally->worst[place + 1], &tally->worst[place],
            (size_t)(ULP_WORST - 1 - place) * sizeof *item);
    tally->worst[place] = *item;
}

static void first_wrong(struct ulp_tally *tally, uint64_t wrong, const struct ulp_worst *item) {
    if (!wrong) return;
    const float now = fabsf(tally->first_wrong.x), then = fabsf(item->x);
    /* a NaN comes after every number */
    if (!tally->wrong || then < now || (isnan(now) && !isnan(then)) ||
        (then == now && item->x > tally->first_wrong.x))
        tally->first_wrong = *item;
    tally->wrong += wrong;
}

static bool breaks(const struct ulp_rule *rule, const struct ulp_block *block, int i, double error,
                   float got, bool zero_sign) {
    if (!(error <= rule->limit) || (zero_sign && rule->zero_signs)) return true;
    if (!rule->tolerance || error == 0) return false;
    const double value = block->value[i];
    const double bound = tolerance_bound(rule->tolerance, value, block->sum[i], block->local[i]);
    return !(compare_element((double)got, value, bound) <= 1);
}

/* One element, with all that is rare. */
static void look_at(struct ulp_tally *tally, const struct ulp_block *block, int i, float got,
                    const struct ulp_rule *rule) {
    const double value = block->value[i], error = ulp_error(got, value);
    if (block->sum && isnan(value) && isinf(block->sum[i])) return; /* left open: oracle.h */
    if (rule->finite && !isfinite(block->x[i])) return;
    const struct ulp_worst item = {block->x[i], got, value, error};
    const bool zero_sign = got == 0 && !isnan(value) && !signbit(got) != !signbit(value);
    tally->judged++;
    tally->nans += !isnan(got) != !isnan(value);
    tally->infinities += !isnan(got) && !isnan(value) && !isinf(got) != !(fabs(value) >= overflow);
    tally->zero_signs += zero_sign;
    tally->flushed += got == 0 && fabs(value) > underflow;
    if (error > tally->worst[ULP_WORST - 1].error) remember(tally, &item);
    first_wrong(tally, breaks(rule, block, i, error, got, zero_sign), &item);
    tally->exact += error == 0;
    tally->half += error <= 0.5;
    tally->one += error <= 1;
    tally->two += error <= 2;
}

/* Is it the nearest float (or a NaN where one belongs)? */
static uint32_t differs(float got, float nearest) {
    uint32_t a, b;
    memcpy(&a, &got, sizeof a);
    memcpy(&b, &nearest, sizeof b);
    return (a != b) & !((got != got) & (nearest != nearest));
}

/* Nearly all results are the nearest float: a first loop, which compilers vectorise, makes sure of
 * a stretch, and only where it is not so, each element is looked at. A tolerance never forbids the
 * nearest float: it allows for the last rounding, or the true value is a float. */
void ulp_count(struct ulp_tally *tally, const struct ulp_block *block, const float *got,
               const struct ulp_rule *rule) {
    enum { STRETCH = 256 };
    for (int first = 0; first < block->count; first += STRETCH) {
        const int left = block->count - first, count = left < STRETCH ? left : STRETCH;
        const float *result = got + first, *nearest = block->nearest + first;
        const uint32_t *exact = block->exact + first;
        uint32_t others = 0, exacts = 0;
        for (int i = 0; i < count; i++) {
            others += differs(result[i], nearest[i]);
            exacts += exact[i];
        }
        for (int i = 0; i < count && others; i++) {
            if (!differs(result[i], nearest[i])) continue;
            look_at(tally, block, first + i, result[i], rule);
            exacts -= exact[i];
        }
        const uint64_t same = (uint64_t)count - others;
        tally->judged += same;
        tally->exact += exacts;
        tally->half += same;
        tally->one += same;
        tally->two += same;
    }
}

void ulp_merge(struct ulp_tally *tally, const struct ulp_tally *other, bool counts) {
    for (int i = 0; i < ULP_WORST; i++) remember(tally, &other->worst[i]);
    first_wrong(tally, other->wrong, &other->first_wrong);
    if (!counts) return;
    tally->judged += other->judged;
    tally->exact += other->exact;
    tally->half += other->half;
    tally->one += other->one;
    tally->two += other->two;
    tally->nans += other->nans;
    tally->infinities += other->infinities;
    tally->zero_signs += other->zero_signs;
    tally->flushed += other->flushed;
}
