/* reference/inspect.h: what a run left behind. */
#include "reference/inspect.h"

#include <math.h>

#include "tests/unit/check.h"

enum { N = 9 };

static void runs(unsigned char *nan, unsigned char *finite, size_t bytes) {
    poison_fill(nan, bytes, POISON_NAN);
    poison_fill(finite, bytes, POISON_FINITE);
}

static void poison(void) {
    unsigned char data[N];
    for (size_t bytes = 0; bytes <= N; bytes++) {
        memset(data, 0, sizeof data);
        poison_fill(data, bytes, POISON_FINITE);
        for (size_t at = 0; at < N; at++)
            CHECK(data[at] == (at < bytes ? poison_byte(POISON_FINITE, at) : 0));
    }
    float x[N];
    poison_fill((unsigned char *)x, sizeof x, POISON_NAN);
    CHECK(isnan(x[0]) && isnan(x[N - 1]));
}

static void unwritten(void) {
    unsigned char nan[4 * N], finite[4 * N];
    int64_t first = -1;
    runs(nan, finite, sizeof nan);
    CHECK(inspect_unwritten(nan, finite, N, 4, &first) == N && first == 0);
    memset(nan, 0, 8), memset(finite, 0, 8); /* two floats are written */
    CHECK(inspect_unwritten(nan, finite, N, 4, &first) == N - 2 && first == 2);
    /* a result may be what one run held before: then it is the same in the other, too */
    runs(nan, finite, sizeof nan);
    memcpy(nan, finite, sizeof nan);
    first = -1;
    CHECK(inspect_unwritten(nan, finite, N, 4, &first) == 0 && first == -1);
    /* one run alone cannot tell */
    CHECK(inspect_unwritten(NULL, finite, N, 4, &first) == N && first == 0);
    /* bytes, and an element that is written in part, are seen as well */
    runs(nan, finite, sizeof nan);
    memset(nan, 1, 3), memset(finite, 1, 3);
    CHECK(inspect_unwritten(nan, finite, 4 * N, 1, &first) == 4 * N - 3 && first == 3);
    CHECK(inspect_unwritten(nan, finite, N, 4, &first) == N - 1 && first == 1);
    CHECK(inspect_unwritten(nan, finite, 0, 4, &first) == 0);
}

static void difference(void) {
    float a[N] = {0}, b[N] = {0};
    const unsigned char *x = (const unsigned char *)a, *y = (const unsigned char *)b;
    CHECK(inspect_difference(x, y, N, 4) == -1);
    b[N - 1] = -0.0f; /* bit for bit */
    CHECK(inspect_difference(x, y, N, 4) == N - 1);
    CHECK(inspect_difference(x, y, N - 1, 4) == -1);
    CHECK(inspect_difference(x, y, 0, 4) == -1);
    CHECK(!signbit(inspect_number(-NAN)) && isnan(inspect_number(-NAN)));
    CHECK(inspect_number(-1) == -1);
}

int main(void) {
    poison();
    unwritten();
    difference();
    return check_done();
}
