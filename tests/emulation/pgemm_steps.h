/* The inner steps of kernels/blocks/pgemm_avx512.c, there in assembly, in C. */
#ifndef TESTS_EMULATION_PGEMM_STEPS_H
#define TESTS_EMULATION_PGEMM_STEPS_H

#define PLAIN(base, at, index) ((const float *)((const char *)(base) + (at)))
#define INDEXED(base, at, index) (PLAIN(base, at, index) + (index))
#define TWICE(base, at, index) (PLAIN(base, at, index) + 2 * (index))
#define FMA_1(i, at, address, base, index)                                                         \
    s##i = _mm512_fmadd_ps(_mm512_set1_ps(*address(base, at, index)), b0, s##i);
#define FMA_2(i, at, address, base, index)                                                         \
    x = _mm512_set1_ps(*address(base, at, index));                                                 \
    s##i = _mm512_fmadd_ps(b0, x, s##i);                                                           \
    u##i = _mm512_fmadd_ps(b1, x, u##i);
#define LOAD_1(at, address, index) b0 = _mm512_loadu_ps(address(b, at, index));
#define LOAD_2(at, address, index)                                                                 \
    LOAD_1(at, address, index) b1 = _mm512_loadu_ps(address(b, at + 64, index));

#endif
