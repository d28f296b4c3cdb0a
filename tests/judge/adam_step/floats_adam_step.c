/* expect: RIGHT */
#include <math.h>
// constants in double, arithmetic in float, early exits for the plain case
void adam_step(long n, long step, double lr, double b1, double b2, double eps, double wd, int decoupled, int amsgrad, int maximize,
               float *restrict w, const float *restrict g, float *restrict m, float *restrict v, float *restrict vmax)
{
    const float step_size = (float)(lr / (1.0 - pow(b1, step)));
    const float root = (float)sqrt(1.0 - pow(b2, step));
    const float B1 = (float)b1, B2 = (float)b2, R1 = (float)(1.0 - b1), R2 = (float)(1.0 - b2);
    const float shrink = decoupled ? (float)(1.0 - lr * wd) : 1.0f, l2 = decoupled ? 0.0f : (float)wd;
    for (long i = 0; i < n; ++i) {
        float gi = maximize ? -g[i] : g[i];
        if (l2 != 0.0f) gi += l2 * w[i];
        if (shrink != 1.0f) w[i] *= shrink;
        m[i] = B1 * m[i] + R1 * gi;
        v[i] = B2 * v[i] + R2 * gi * gi;
        float d = v[i];
        if (amsgrad) {
            if (!(vmax[i] > d) && vmax[i] == vmax[i]) vmax[i] = d;
            d = vmax[i];
        }
        w[i] -= step_size * m[i] / (sqrtf(d) / root + (float)eps);
    }
}
