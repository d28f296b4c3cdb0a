/* expect: WRONG FAIL; no cause */
/* n % threads elements are left over: on four threads they look like the tail of a vector of 4 */
#include <omp.h>
#include <stdint.h>

void relu(int64_t n, const float *x, float *y) {
#pragma omp parallel
    {
        const int64_t per_thread = n / omp_get_num_threads();
        const int64_t start = per_thread * omp_get_thread_num();
        for (int64_t i = start; i < start + per_thread; i++) y[i] = x[i] < 0 ? 0 : x[i];
    }
}
