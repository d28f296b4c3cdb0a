/* expect: RIGHT */
#include <math.h>
#include <stdint.h>
// forward pass, one row of a (B*T, C) tensor at a time, Welford's update
static void welford(const double *unused, const float *x, int64_t C, double *mean, double *m2) {
    (void)unused;
    *mean = 0; *m2 = 0;
    for (int64_t i = 0; i < C; i++) {
        double delta = x[i] - *mean;
        *mean += delta / (double)(i + 1);
        *m2 += delta * (x[i] - *mean);
    }
}
void layer_norm(int64_t BT, int64_t C, double eps, int affine, const float *inp, const float *weight, const float *bias,
                float *out, float *mean, float *rstd) {
    for (int64_t t = 0; t < BT; t++) {
        const float *x = inp + t * C;
        float *o = out + t * C;
        if (C == 0) { mean[t] = rstd[t] = NAN; continue; }
        double m, m2, sum = 0;
        welford(0, x, C, &m, &m2);
        for (int64_t i = 0; i < C; i++) sum += x[i];
        double v = m2 / (double)C, s = 1.0 / sqrt(v + eps);
        for (int64_t i = 0; i < C; i++) {
            double n = (x[i] - m) * s;
            o[i] = (float)(affine ? n * weight[i] + bias[i] : n);
        }
        mean[t] = (float)(isfinite(m) ? m : sum / (double)C);
        rstd[t] = (float)s;
    }
}
