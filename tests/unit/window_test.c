/* kernels/blocks/window.h against the definition, element by element. */
#include "kernels/blocks/window.h"

#include "tests/unit/check.h"

static bool inside(const struct window *w, int64_t o, int64_t t) {
    const int64_t i = o * w->stride - w->pad + t * w->dilation;
    return i >= 0 && i < w->length;
}

static bool whole(const struct window *w, int64_t o) {
    for (int64_t t = 0; t < w->kernel; t++)
        if (!inside(w, o, t)) return false;
    return true;
}

/* Windows one after the other while they fit: wholly within the padded elements, or with ceil_mode
 * begun before the padding after the end. */
static int64_t count(const struct window *w) {
    int64_t o = 0;
    for (;; o++) {
        const int64_t start = o * w->stride - w->pad;
        const bool fits = start + w->dilation * (w->kernel - 1) < w->length + w->pad;
        const int64_t before = start - w->stride + w->dilation * (w->kernel - 1);
        const bool begins =
            o > 0 && w->ceil_mode && start < w->length && before < w->length + w->pad - 1;
        if (!fits && !begins) return o;
    }
}

static bool holds(const struct window_range range, int64_t i) {
    return i >= range.first && i < range.end;
}

static void check(const struct window *w) {
    const int64_t outputs = window_outputs(w);
    CHECK(outputs == count(w));
    const struct window_range all = window_inside(w, outputs);
    CHECK(all.first <= all.end && all.first >= 0 && all.end <= outputs);
    bool taps = true, readers = true, insides = true;
    for (int64_t o = 0; o < outputs; o++) {
        insides &= holds(all, o) == whole(w, o);
        for (int64_t t = 0; t < w->kernel; t++) {
            taps &= holds(window_taps(w, o), t) == inside(w, o, t);
            readers &= holds(window_readers(w, t, outputs), o) == inside(w, o, t);
        }
    }
    CHECK(taps);
    CHECK(readers);
    CHECK(insides);
}

int main(void) {
    for (int64_t length = 1; length <= 9; length++)
        for (int64_t kernel = 1; kernel <= 5; kernel++)
            for (int64_t stride = 1; stride <= 4; stride++)
                for (int64_t dilation = 1; dilation <= 3; dilation++)
                    for (int64_t pad = 0; pad <= 5; pad++)
                        for (int ceil_mode = 0; ceil_mode <= 1; ceil_mode++)
                            check(&(struct window){length, kernel, stride, dilation, pad,
                                                   ceil_mode != 0});
    /* torch: MaxPool1d(3, stride=2) of 6 elements is 2 windows, with ceil_mode 3 */
    CHECK(window_outputs(&(struct window){6, 3, 2, 1, 0, false}) == 2);
    CHECK(window_outputs(&(struct window){6, 3, 2, 1, 0, true}) == 3);
    return check_done();
}
