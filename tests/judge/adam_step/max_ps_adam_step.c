/* expect: WRONG FAIL; cause: drops a NaN of max_exp_avg_sq */
// max_ps returns its second operand where one is NaN
#include <math.h>
#include <stdint.h>
#include <immintrin.h>

void adam_step(int64_t n, int64_t step, double lr, double beta1, double beta2, double eps,
               double weight_decay, int decoupled, int amsgrad, int maximize, float *param,
               const float *grad, float *exp_avg, float *exp_avg_sq, float *max_exp_avg_sq) {
    const double bc1 = 1 - pow(beta1, step), bc2 = 1 - pow(beta2, step);
    const __m256 b1 = _mm256_set1_ps(beta1), b2 = _mm256_set1_ps(beta2), c1 = _mm256_set1_ps(1 - beta1),
                 c2 = _mm256_set1_ps(1 - beta2), size = _mm256_set1_ps(lr / bc1), root = _mm256_set1_ps(sqrt(bc2)),
                 e = _mm256_set1_ps(eps), wd = _mm256_set1_ps(weight_decay), keep = _mm256_set1_ps(1 - lr * weight_decay);
    for (int64_t i = 0; i < n; i += 8) {
        int left = n - i < 8 ? (int)(n - i) : 8;
        __m256i k = _mm256_cmpgt_epi32(_mm256_set1_epi32(left), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
        __m256 g = _mm256_maskload_ps(grad + i, k), p = _mm256_maskload_ps(param + i, k);
        if (maximize) g = _mm256_xor_ps(g, _mm256_set1_ps(-0.0f));
        if (weight_decay != 0 && !decoupled) g = _mm256_fmadd_ps(wd, p, g);
        if (decoupled) p = _mm256_mul_ps(p, keep);
        __m256 m = _mm256_fmadd_ps(b1, _mm256_maskload_ps(exp_avg + i, k), _mm256_mul_ps(c1, g));
        __m256 v = _mm256_fmadd_ps(b2, _mm256_maskload_ps(exp_avg_sq + i, k), _mm256_mul_ps(_mm256_mul_ps(c2, g), g));
        _mm256_maskstore_ps(exp_avg + i, k, m);
        _mm256_maskstore_ps(exp_avg_sq + i, k, v);
        if (amsgrad) {
            __m256 old = _mm256_maskload_ps(max_exp_avg_sq + i, k);
            v = _mm256_max_ps(old, v);
            _mm256_maskstore_ps(max_exp_avg_sq + i, k, v);
        }
        p = _mm256_fnmadd_ps(size, _mm256_div_ps(m, _mm256_add_ps(_mm256_div_ps(_mm256_sqrt_ps(v), root), e)), p);
        _mm256_maskstore_ps(param + i, k, p);
    }
}
