/* The vector functions at their special values, and lane by lane. Their errors are measured by
 * `assay verify --ulp vmath`, over all floats. */
#include "kernels/blocks/vmath.h"

#include <float.h>
#include <math.h>

#include "reference/elementary.h"
#include "reference/ulp.h"
#include "tests/unit/check.h"

static bool meant_for(const struct vmath_function *f, float x) {
    return isnan(x) || (x >= f->lowest && x <= f->highest);
}

/* Zeros, infinities, denormals, and both sides of where exp overflows, becomes denormal and 0. */
static const float edges[] = {
    0.0f,      -0.0f,      INFINITY,   -INFINITY,   NAN,         FLT_MAX,     -FLT_MAX,   FLT_MIN,
    -FLT_MIN,  0x1p-149f,  -0x1p-149f, 0x1p-127f,   1.0f,        -1.0f,       0.625f,     -0.625f,
    88.72283f, 88.722839f, 88.7229f,   -87.336544f, -87.336548f, -103.97207f, -103.9721f, -103.98f,
    -104.0f,   -104.1f,    -150.0f,    1e8f,        -1e8f,       9.0f,        20.0f,      -20.0f,
};
enum { EDGES = sizeof edges / sizeof edges[0] };

static void special_values(const struct vmath_function *f) {
    for (int i = 0; i < EDGES; i++) {
        float y = 0;
        if (!meant_for(f, edges[i])) continue;
        f->apply(&edges[i], &y, 1);
        const double value = elementary_find(f->function)((double)edges[i]);
        if (!CHECK(ulp_error(y, value) <= f->ulp))
            printf("  %s(%.9g) = %.9g, not %.9g\n", f->name, edges[i], y, value);
        if (value == 0) CHECK(y == 0 && !signbit(y) == !signbit(value));
    }
}

/* A lane's result depends on that lane alone, and nothing is written past the count. */
static void lanes(const struct vmath_function *f) {
    enum { WIDTH = 33 };
    for (int place = 0; place < WIDTH; place++)
        for (int i = 0; i < EDGES; i++) {
            float x[WIDTH], y[WIDTH + 1], alone[WIDTH], single;
            if (!meant_for(f, edges[i])) continue;
            for (int k = 0; k < WIDTH; k++) x[k] = -0.37f * (float)(k + 1);
            f->apply(x, alone, WIDTH);
            x[place] = edges[i];
            y[place + 1] = 7;
            f->apply(x, y, place + 1);
            f->apply(&x[place], &single, 1);
            CHECK(memcmp(y, alone, (size_t)place * sizeof *y) == 0);
            CHECK(memcmp(&y[place], &single, sizeof single) == 0 || isnan(single));
            CHECK(y[place + 1] == 7);
        }
}

int main(void) {
    bool any = false;
    for (enum isa isa = ISA_AVX2; isa <= isa_best(); isa++)
        for (const struct vmath_function *f = vmath_functions(isa); f && f->name; f++) {
            any = true;
            special_values(f);
            lanes(f);
        }
    if (any) return check_done();
    printf("SKIPPED: no vector instruction set here\n");
    return 0;
}
