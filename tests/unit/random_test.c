#include "kernels/core/random.h"

#include <math.h>

#include "tests/unit/check.h"

/* Known answers published with Random123 (Salmon et al. 2011): kat_vectors, philox4x32 10. */
static void known_answers(void) {
    static const struct {
        uint32_t counter[4], key[2], output[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, /* digits of pi */
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t output[4];
        philox4x32(known[i].counter, known[i].key, output);
        for (int word = 0; word < 4; word++) CHECK(output[word] == known[i].output[word]);
    }
}

static void streams_are_functions(void) {
    CHECK(random_bits(1, 2, 3) == random_bits(1, 2, 3));
    CHECK(random_bits(1, 2, 3) != random_bits(1, 2, 4));
    CHECK(random_bits(1, 2, 3) != random_bits(1, 3, 3));
    CHECK(random_bits(1, 2, 3) != random_bits(2, 2, 3));
    CHECK(random_bits(1, 2, 3) != random_bits(1 | UINT64_C(1) << 40, 2, 3));
    CHECK(random_bits(1, 2, 3) != random_bits(1, 2, 3 | UINT64_C(1) << 40));
}

static void moments(void) {
    enum { COUNT = 100000 };
    double mean = 0, square = 0, uniform = 0;
    bool inside = true;
    for (uint64_t i = 0; i < COUNT; i++) {
        const double normal = random_normal(7, 0, i), u = random_uniform(7, 1, i);
        mean += normal / COUNT;
        square += normal * normal / COUNT;
        uniform += u / COUNT;
        inside = inside && u >= 0 && u < 1 && isfinite(normal);
    }
    CHECK(inside);
    CHECK(fabs(mean) < 0.02); /* six standard errors */
    CHECK(fabs(square - 1) < 0.03);
    CHECK(fabs(uniform - 0.5) < 0.006);
}

static void integers_reach_both_ends(void) {
    int seen[5] = {0};
    bool inside = true;
    for (uint64_t i = 0; i < 1000; i++) {
        const int64_t value = random_integer(3, 0, i, -2, 2);
        inside = inside && value >= -2 && value <= 2;
        if (value >= -2 && value <= 2) seen[value + 2]++;
    }
    CHECK(inside);
    for (int i = 0; i < 5; i++) CHECK(seen[i] > 140 && seen[i] < 260);
    CHECK(random_integer(3, 0, 5, 4, 4) == 4);
}

int main(void) {
    known_answers();
    streams_are_functions();
    moments();
    integers_reach_both_ends();
    CHECK(random_fresh_seed() != random_fresh_seed());
    CHECK(random_fresh_seed() < UINT64_C(1) << 48);
    return check_done();
}
