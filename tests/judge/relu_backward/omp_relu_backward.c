/* expect: RIGHT */
#include <omp.h>
#include <stddef.h>
void relu_backward(long n, const float *dy, const float *x, float *dx)
{
    #pragma omp parallel
    {
        long t = omp_get_thread_num(), T = omp_get_num_threads();
        long from = n * t / T, to = n * (t + 1) / T;
        for (long i = from; i < to; ++i) dx[i] = x[i] <= 0.f ? 0.f : dy[i];
    }
}
