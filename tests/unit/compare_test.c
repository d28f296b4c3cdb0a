#include "reference/compare.h"

#include <float.h>
#include <math.h>

#include "tests/unit/check.h"

static void elements(void) {
    CHECK(compare_element(1, 1, 0) == 0);
    CHECK(compare_element(1.5, 1, 1) == 0.5);
    CHECK(compare_element(2, 1, 1) == 1); /* the bound itself is still right */
    CHECK(compare_element(2.1, 1, 1) > 1);
    CHECK(isinf(compare_element(1 + 1e-9, 1, 0)));
    CHECK(compare_element(-0.0, 0.0, 0) == 0);
}

/* NaN is right where NaN is expected, and nowhere else, whatever the bound. */
static void not_a_number(void) {
    CHECK(compare_element(NAN, NAN, 0) == 0);
    CHECK(isinf(compare_element(NAN, 1, INFINITY)));
    CHECK(isinf(compare_element(1, NAN, INFINITY)));
    CHECK(!(compare_element(1, 2, NAN) <= 1)); /* a NaN bound forgives nothing */
    CHECK(isinf(compare_element(NAN, INFINITY, 1)));
}

static void infinities(void) {
    CHECK(compare_element(INFINITY, INFINITY, 0) == 0);
    CHECK(!(compare_element(-INFINITY, INFINITY, 1e30) <= 1));
    CHECK(!(compare_element(FLT_MAX, INFINITY, 1e30) <= 1));
    CHECK(!(compare_element(INFINITY, 1e38, 1e30) <= 1));
    /* where float32 may round to infinity, it is right; with the other sign it is not */
    CHECK(compare_element(INFINITY, 0x1p128, 1) == 0);
    CHECK(compare_element(INFINITY, FLT_MAX, 0x1p103) == 0);
    CHECK(!(compare_element(INFINITY, FLT_MAX, 0x1p102) <= 1));
    CHECK(!(compare_element(-INFINITY, 0x1p128, 1) <= 1));
    CHECK(compare_element(-INFINITY, -0x1p128, 1) == 0);
    CHECK(compare_element(FLT_MAX, 0x1.ffffffp127, 0x1p103) <= 1);
}

static void denormals(void) {
    CHECK(compare_element(0x1p-149, 0x1.1p-149, 0x1p-149) <= 1);
    CHECK(compare_element(0, 0x1p-140, 0x1p-145) > 1);
    CHECK(ulp_distance(0x1p-149, 0) == 1);
    CHECK(ulp_distance(3 * 0x1p-149, 0x1p-149) == 2);
    CHECK(ulp_distance(FLT_MIN, FLT_MIN - 0x1p-149) == 1);
}

static void ulps(void) {
    CHECK(ulp_distance(1, 1) == 0);
    CHECK(ulp_distance(nextafterf(1, 2), 1) == 1);
    CHECK(ulp_distance(nextafterf(1, 0), 1) == 0.5); /* in ulps of the expected value */
    CHECK(ulp_distance(1.5 + 0x1p-24, 1.5) == 0.5);
    CHECK(isinf(ulp_distance(NAN, 1)) && isinf(ulp_distance(1, NAN)));
    CHECK(isinf(ulp_distance(INFINITY, 1)));
    CHECK(ulp_distance(INFINITY, INFINITY) == 0);
}

/* Whole tensors: the first wrong, the worst, and what is not judged. */
static void tensors(void) {
    float got[6] = {1, 2, 3, 4.5f, 9, NAN};
    double value[6] = {1, 2, 3, 4, 5, 6}, sum[6] = {0}, local[6] = {0};
    struct expectation expected = {value, sum, local};
    struct tensor tensor = {DTYPE_F32, SHAPE(2, 3), got};
    const struct tolerance exact = {.exact = true};
    struct comparison c = compare(&tensor, &expected, &exact);
    CHECK(c.judged == 6 && c.wrong == 3 && c.first_wrong == 3 && isinf(c.worst_ratio));
    const struct tolerance loose = {.floor = 1};
    c = compare(&tensor, &expected, &loose);
    CHECK(c.wrong == 2 && c.first_wrong == 4 && c.worst == 5 && isinf(c.worst_ratio));
    sum[5] = -1; /* never written by the oracle */
    c = compare(&tensor, &expected, &loose);
    CHECK(c.judged == 5 && c.wrong == 1 && c.worst == 4);
    CHECK(fabs(c.worst_ratio - 4) < 1e-5 && c.worst_ulp == 4 / 0x1p-21);
    tensor.shape = SHAPE(0, 3);
    c = compare(&tensor, &expected, &loose);
    CHECK(c.judged == 0 && c.first_wrong == -1 && c.worst == -1);
    expectation_clear(&expected, 6);
    tensor.shape = SHAPE(2, 3);
    c = compare(&tensor, &expected, &loose);
    CHECK(c.judged == 0 && c.wrong == 0);
}

int main(void) {
    elements();
    not_a_number();
    infinities();
    denormals();
    ulps();
    tensors();
    return check_done();
}
