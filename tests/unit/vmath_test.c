/* The vector functions against the C library's double ones. `vmath_test 1` sweeps all 2^32 floats,
 * which is how the errors in kernels/core/vmath_functions.h were measured (some minutes); the
 * default stride is a prime, so that every exponent and many mantissas are met. */
#include "kernels/core/vmath.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "reference/compare.h"
#include "tests/unit/check.h"

static double sigmoid(double x) { return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)); }

static double truth(const char *name, double x) {
    if (strcmp(name, "log") == 0) return log(x);
    if (strcmp(name, "tanh") == 0) return tanh(x);
    if (strcmp(name, "sigmoid") == 0) return sigmoid(x);
    return exp(x);
}

/* Error in ulps; infinite where NaN or infinity is wrong. */
static double error_of(float got, double value) {
    if (isnan(value) || isnan(got)) return isnan(value) && isnan(got) ? 0 : INFINITY;
    if (isinf(got) && fabs(value) >= 0x1.ffffffp127) return (got > 0) == (value > 0) ? 0 : INFINITY;
    return ulp_distance(got, value);
}

static float float_of(uint64_t bits) {
    const uint32_t word = (uint32_t)bits;
    float x;
    memcpy(&x, &word, sizeof x);
    return x;
}

static bool meant_for(const struct vmath_function *f, float x) {
    return isnan(x) || (x >= f->lowest && x <= f->highest);
}

enum { BATCH = 4096 };

static void sweep(const struct vmath_function *f, enum isa isa, uint64_t stride) {
    static float x[BATCH], y[BATCH];
    const uint64_t end = UINT64_C(1) << 32;
    double worst = 0, at = 0;
    for (uint64_t bits = 0; bits < end;) {
        int count = 0;
        for (; count < BATCH && bits < end; bits += stride)
            if (meant_for(f, float_of(bits))) x[count++] = float_of(bits);
        f->apply(x, y, count);
        for (int i = 0; i < count; i++) {
            const double error = error_of(y[i], truth(f->name, x[i]));
            if (error > worst) worst = error, at = x[i];
        }
    }
    printf("%-8s %-7s %.4f ulp at %.9g, promised %.1f\n", f->name, isa_name(isa), worst, at,
           f->ulp);
    CHECK(worst <= f->ulp);
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
        const double value = truth(f->name, edges[i]);
        if (!CHECK(error_of(y, value) <= f->ulp))
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

int main(int argc, char **argv) {
    const uint64_t stride = argc > 1 ? strtoull(argv[1], NULL, 10) : 1021;
    bool any = false;
    for (enum isa isa = ISA_AVX2; isa <= isa_best() && stride > 0; isa++)
        for (const struct vmath_function *f = vmath_functions(isa); f && f->name; f++) {
            any = true;
            sweep(f, isa, stride);
            special_values(f);
            lanes(f);
        }
    if (any) return check_done();
    printf("SKIPPED: no vector instruction set here\n");
    return 0;
}
