/* A sum of n terms in one of several orders, for the kernels of X.orders.
 *
 *   SUM(n, STEP)   STEP(s, i): s with term i added, by operations of the kernel's own choice, for s
 *                  float or double
 *
 * orders.py defines one of SUMS_forward and so on as 1, and of PRODUCT_fused, PRODUCT_apart. */
#ifndef TESTS_JUDGE_SUMS_H
#define TESTS_JUDGE_SUMS_H

#include <stdint.h>

enum { LANES = 8, BLOCK_OF_TERMS = 32 };

#if SUMS_forward
#define SUM(n, STEP)                                                                               \
    ({                                                                                             \
        float s_ = 0;                                                                              \
        for (int64_t i_ = 0; i_ < (n); i_++) s_ = STEP(s_, i_);                                    \
        s_;                                                                                        \
    })
#elif SUMS_backward
#define SUM(n, STEP)                                                                               \
    ({                                                                                             \
        float s_ = 0;                                                                              \
        for (int64_t i_ = (n) - 1; i_ >= 0; i_--) s_ = STEP(s_, i_);                               \
        s_;                                                                                        \
    })
#elif SUMS_lanes /* as vectors do; the lanes one after the other at the end */
#define SUM(n, STEP)                                                                               \
    ({                                                                                             \
        float lane_[LANES] = {0}, s_ = 0;                                                          \
        for (int64_t i_ = 0; i_ < (n); i_++) lane_[i_ % LANES] = STEP(lane_[i_ % LANES], i_);      \
        for (int l_ = 0; l_ < LANES; l_++) s_ += lane_[l_];                                        \
        s_;                                                                                        \
    })
#elif SUMS_halves /* a vector whose lanes are added in halves */
#define SUM(n, STEP)                                                                               \
    ({                                                                                             \
        float lane_[LANES] = {0};                                                                  \
        for (int64_t i_ = 0; i_ < (n); i_++) lane_[i_ % LANES] = STEP(lane_[i_ % LANES], i_);      \
        for (int w_ = LANES / 2; w_; w_ /= 2)                                                      \
            for (int l_ = 0; l_ < w_; l_++) lane_[l_] += lane_[l_ + w_];                           \
        lane_[0];                                                                                  \
    })
#elif SUMS_strided /* as a team of LANES threads, each with one stretch */
#define SUM(n, STEP)                                                                               \
    ({                                                                                             \
        float s_ = 0;                                                                              \
        const int64_t each_ = ((n) + LANES - 1) / LANES;                                           \
        for (int64_t b_ = 0; b_ < (n); b_ += each_) {                                              \
            float own_ = 0;                                                                        \
            for (int64_t i_ = b_; i_ < (n) && i_ < b_ + each_; i_++) own_ = STEP(own_, i_);        \
            s_ += own_;                                                                            \
        }                                                                                          \
        s_;                                                                                        \
    })
#elif SUMS_blocks
#define SUM(n, STEP)                                                                               \
    ({                                                                                             \
        float s_ = 0;                                                                              \
        for (int64_t b_ = 0; b_ < (n); b_ += BLOCK_OF_TERMS) {                                     \
            float own_ = 0;                                                                        \
            for (int64_t i_ = b_; i_ < (n) && i_ < b_ + BLOCK_OF_TERMS; i_++)                      \
                own_ = STEP(own_, i_);                                                             \
            s_ += own_;                                                                            \
        }                                                                                          \
        s_;                                                                                        \
    })
#elif SUMS_pairwise /* equal ones are added as soon as there are two: a binary counter */
#define SUM(n, STEP)                                                                               \
    ({                                                                                             \
        float part_[64], s_ = 0;                                                                   \
        int parts_ = 0;                                                                            \
        for (int64_t i_ = 0; i_ < (n); i_++) {                                                     \
            part_[parts_++] = STEP(0.0F, i_);                                                      \
            for (int64_t c_ = i_ + 1; c_ % 2 == 0; c_ /= 2, parts_--)                              \
                part_[parts_ - 2] += part_[parts_ - 1];                                            \
        }                                                                                          \
        while (parts_) s_ += part_[--parts_];                                                      \
        s_;                                                                                        \
    })
#elif SUMS_in_double
#define SUM(n, STEP)                                                                               \
    ({                                                                                             \
        double s_ = 0;                                                                             \
        for (int64_t i_ = 0; i_ < (n); i_++) s_ = STEP(s_, i_);                                    \
        (float)s_;                                                                                 \
    })
#endif

/* s + a * b, rounded once or twice as PRODUCT says. */
#if PRODUCT_fused
#define ADD_PRODUCT(s, a, b) (sizeof(s) == sizeof(double) ? fma(a, b, s) : (double)fmaf(a, b, s))
#elif PRODUCT_apart
#define ADD_PRODUCT(s, a, b) ((s) + (__typeof__(s))(a) * (__typeof__(s))(b))
#endif

#endif
