/* expect: RIGHT */
// three-pass, pointer walking, ints everywhere
#include <math.h>

void softmax(int outer, int axis_len, int inner, const float *x, float *y)
{
    int stride = inner;
    for (int o = 0; o < outer; ++o) {
        for (int i = 0; i < inner; ++i) {
            const float *px = x + (long)o * axis_len * inner + i;
            float *py = y + (px - x);
            float mx = -INFINITY;
            int bad = 0;
            for (int k = 0; k < axis_len; ++k) {
                if (px[k * stride] != px[k * stride]) bad = 1;
                if (px[k * stride] > mx) mx = px[k * stride];
            }
            double total = 0.0;
            for (int k = 0; k < axis_len; ++k) total += exp((double)px[k * stride] - mx);
            for (int k = 0; k < axis_len; ++k)
                py[k * stride] = bad ? NAN : (float)(exp((double)px[k * stride] - mx) / total);
        }
    }
}
