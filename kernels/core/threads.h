/* How many threads a kernel with `uses_threads` may use. */
#ifndef KERNELS_CORE_THREADS_H
#define KERNELS_CORE_THREADS_H

/* Processors this process may run on (its affinity mask), at least 1. */
int threads_available(void);

/* Set the count for every following run: OpenMP's own count and threads_get(). A peer library
 * with its own thread pool is given threads_get() by its kernel file. At least 1. */
void threads_set(int count);

/* The count last set; 1 before any. Kernels write `#pragma omp parallel
 * num_threads(threads_get())`. */
int threads_get(void);

#endif
