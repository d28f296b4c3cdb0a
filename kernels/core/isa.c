#include "kernels/core/isa.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[ISA_LEVELS] = {"scalar", "avx2", "avx512"};
static enum isa cap = ISA_LEVELS - 1;

const char *isa_name(enum isa isa) { return names[isa]; }

int isa_parse(const char *name) {
    for (int level = 0; level < ISA_LEVELS; level++)
        if (strcmp(name, names[level]) == 0) return level;
    return -1;
}

#if ASSAY_SIMD && defined __x86_64__

#include <cpuid.h>
#include <stdint.h>

static uint64_t xgetbv0(void) {
    uint32_t low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

static int has(uint32_t word, uint32_t bits) { return (word & bits) == bits; }

enum isa isa_detect(void) {
    enum {
        XCR0_AVX = 0x6,     /* SSE and AVX state */
        XCR0_AVX512 = 0xE6, /* and opmask, upper halves of zmm0-15, zmm16-31 */
    };
    const uint32_t leaf1_ecx = bit_OSXSAVE | bit_AVX | bit_FMA | bit_F16C | bit_MOVBE;
    const uint32_t leaf7_avx2 = bit_AVX2 | bit_BMI | bit_BMI2;
    const uint32_t leaf7_avx512 =
        bit_AVX512F | bit_AVX512CD | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
    uint32_t a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !has(c, leaf1_ecx)) return ISA_SCALAR;
    const uint64_t saved = xgetbv0();
    if ((saved & XCR0_AVX) != XCR0_AVX) return ISA_SCALAR;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !has(b, leaf7_avx2)) return ISA_SCALAR;
    if (ASSAY_EMULATE_AVX512) return ISA_AVX512;
    if ((saved & XCR0_AVX512) == XCR0_AVX512 && has(b, leaf7_avx512)) return ISA_AVX512;
    return ISA_AVX2;
}

#else

enum isa isa_detect(void) { return ISA_SCALAR; }

#endif

const char *isa_environment_error(void) {
    const char *name = getenv("ASSAY_MAX_ISA");
    return name && *name && isa_parse(name) < 0 ? name : NULL;
}

/* Virtual machines take cpuid out of the guest's hands, at up to 100 us a time: asked once. */
static enum isa detected(void) {
    static atomic_int known; /* one more than the level */
    if (!known) known = (int)isa_detect() + 1;
    return (enum isa)(known - 1);
}

enum isa isa_best(void) {
    enum isa best = detected();
    const char *name = getenv("ASSAY_MAX_ISA");
    const int limit = name ? isa_parse(name) : -1;
    if (limit >= 0 && (enum isa)limit < best) best = (enum isa)limit;
    return cap < best ? cap : best;
}

const char *isa_best_name(void) {
    const enum isa best = isa_best();
    return ASSAY_EMULATE_AVX512 && best == ISA_AVX512 ? "avx512 (emulated)" : isa_name(best);
}

void isa_cap(enum isa isa) {
    if (isa < cap) cap = isa;
}
