/* expect: RIGHT */
#include <math.h>

void layer_norm(int R, int C, float eps, int affine, const float *in, const float *gamma, const float *beta,
                float *out, float *mu, float *inv_sigma)
{
    for (int r = 0; r < R; ++r) {
        const float *row = in + (long)r * C;
        float s = 0.f, q = 0.f;
        for (int c = 0; c < C; ++c) s += row[c];
        const float m = s / C;
        for (int c = 0; c < C; ++c) { float d = row[c] - m; q += d * d; }
        const float k = 1.f / sqrtf(q / C + eps);
        for (int c = 0; c < C; ++c) {
            float n = (row[c] - m) * k;
            out[(long)r * C + c] = gamma ? n * gamma[c] + beta[c] : n;
        }
        mu[r] = m;
        inv_sigma[r] = k;
    }
    (void)affine;
}
