/* expect: RIGHT */
#include <pthread.h>
#include <stdint.h>
struct part { const float *x; float *y; int64_t n; };
static void *work(void *p) {
    struct part *t = p;
    for (int64_t i = 0; i < t->n; i++) t->y[i] = t->x[i] < 0 ? 0 : t->x[i];
    return 0;
}
void relu(int64_t n, const float *x, float *y) {
    const int64_t half = n / 2;
    struct part second = {x + half, y + half, n - half}, first = {x, y, half};
    pthread_t thread;
    const int made = n > 4096 && pthread_create(&thread, 0, work, &second) == 0;
    work(&first);
    if (made) pthread_join(thread, 0);
    else work(&second);
}
