/* Vectors of the instruction set that a file is compiled for.
 *
 * CMake compiles every <name>_simd.c once per instruction set, with its flags, OpenMP, and
 * -DASSAY_ISA=avx2 -DASSAY_LANES=8 or -DASSAY_ISA=avx512 -DASSAY_LANES=16; without those two the
 * compiler's flags decide. The vector types and operations have one name each in both headers, so
 * an algorithm is written once:
 *
 *     static void SIMD(relu)(const struct relu_problem *p, const float *x, float *y) { ... }
 *     IMPL_SIMD(relu, .technique = "...");                       relu_avx2, or relu_avx512
 *     static void SIMD_OMP(relu)(...) { ... }
 *     IMPL_SIMD_OMP(relu, .technique = "...");                   relu_avx2_omp, or relu_avx512_omp
 *     static void SIMD(softmax_online)(...) { ... }
 *     IMPL_SIMD_OF(softmax, online, .technique = "...");         softmax_online_avx2, ... */
#ifndef KERNELS_BLOCKS_SIMD_H
#define KERNELS_BLOCKS_SIMD_H

#include "kernels/core/primitive.h"

#ifndef ASSAY_ISA
#if defined __AVX512F__
#define ASSAY_ISA avx512
#define ASSAY_LANES 16
#elif defined __AVX2__
#define ASSAY_ISA avx2
#define ASSAY_LANES 8
#else
#error "kernels/blocks/simd.h: for files compiled for AVX2 or AVX-512"
#endif
#endif

#if ASSAY_LANES == 16
#include "kernels/blocks/vector_avx512.h"
#define SIMD_ISA ISA_AVX512
#else
#include "kernels/blocks/vector_avx2.h"
#define SIMD_ISA ISA_AVX2
#endif

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* The lanes of a vector that there are: all, or in a tail the first ones. `whole` is a constant
 * wherever a function of a block is inlined. */
struct lanes {
    bool whole;
    vmask mask; /* unless whole */
};

static ALWAYS_INLINE struct lanes lanes_whole(void) { return (struct lanes){true, vfirst(VLANES)}; }
static ALWAYS_INLINE struct lanes lanes_first(int64_t count) {
    return (struct lanes){false, vfirst(count)};
}
/* a, and 0 in the lanes that are not there */
static ALWAYS_INLINE vfloat lanes_zeroed(struct lanes lanes, vfloat a) {
    return lanes.whole ? a : vzeroed(lanes.mask, a);
}
static ALWAYS_INLINE vfloat lanes_load(struct lanes lanes, const float *p) {
    return lanes.whole ? vload(p) : vload_zeroed(p, lanes.mask);
}
/* The same with `elsewhere`, a constant, in the lanes that are not there. */
static ALWAYS_INLINE vfloat lanes_load_or(struct lanes lanes, const float *p, float elsewhere) {
    if (lanes.whole || elsewhere == 0) return lanes_load(lanes, p);
    return vload_masked(p, lanes.mask, vset(elsewhere));
}
static ALWAYS_INLINE void lanes_store(struct lanes lanes, float *p, vfloat a) {
    if (lanes.whole)
        vstore(p, a);
    else
        vstore_masked(p, lanes.mask, a);
}

/* Lanes first .. last-1 from p[lane], 0 elsewhere; only those are read. */
static ALWAYS_INLINE vfloat vload_between(const float *p, int64_t first, int64_t last) {
    return vload_zeroed(p, vbetween(first, last));
}

#define SIMD_PASTE_(name_, isa_, ...) name_##_##isa_##__VA_ARGS__
#define SIMD_EXPAND_(name_, isa_, ...) SIMD_PASTE_(name_, isa_, __VA_ARGS__)
/* relu -> relu_avx2; relu_avx2_omp */
#define SIMD(name_) SIMD_EXPAND_(name_, ASSAY_ISA, )
#define SIMD_OMP(name_) SIMD_EXPAND_(name_, ASSAY_ISA, _omp)

/* IMPL (primitive.h) of the variant that is named after the instruction set. */
#define SIMD_IMPL_(primitive_, variant_, ...)                                                      \
    IMPL(primitive_, variant_, .isa = SIMD_ISA, __VA_ARGS__)
#define IMPL_SIMD(primitive_, ...) SIMD_IMPL_(primitive_, ASSAY_ISA, __VA_ARGS__)
#define IMPL_SIMD_OF(primitive_, stem_, ...) SIMD_IMPL_(primitive_, SIMD(stem_), __VA_ARGS__)
#define IMPL_SIMD_OMP(primitive_, ...)                                                             \
    SIMD_IMPL_(primitive_, SIMD_EXPAND_OMP_(ASSAY_ISA), .uses_threads = true, __VA_ARGS__)
#define SIMD_EXPAND_OMP_(isa_) SIMD_PASTE_OMP_(isa_)
#define SIMD_PASTE_OMP_(isa_) isa_##_omp

#endif
