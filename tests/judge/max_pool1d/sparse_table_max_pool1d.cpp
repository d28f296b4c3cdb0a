/* expect: RIGHT */
// spans of powers of two
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

extern "C" void max_pool1d(int64_t n, int64_t length, int64_t window, int64_t stride, const float *x, float *y) {
    int64_t outs = (length - window) / stride + 1;
    auto larger = [](float a, float b) { return std::isnan(a) || a > b ? a : b; };
    int levels = 0;
    while ((int64_t(2) << levels) <= window) levels++;
    std::vector<float> t(length);
    for (int64_t r = 0; r < n; r++) {
        std::copy(x + r * length, x + (r + 1) * length, t.begin());
        for (int l = 0; l < levels; l++)
            for (int64_t i = 0; i + (int64_t(2) << l) <= length; i++) t[i] = larger(t[i], t[i + (int64_t(1) << l)]);
        int64_t reach = int64_t(1) << levels;
        for (int64_t o = 0; o < outs; o++) y[r * outs + o] = larger(t[o * stride], t[o * stride + window - reach]);
    }
}
