/* expect: RIGHT */
// templates
#include <algorithm>
#include <cstdint>
template <class T> struct Gate { T operator()(T g, T v) const { return v <= T(0) ? T(0) : g; } };
extern "C" void relu_backward(int64_t n, const float *grad_y, const float *x, float *grad_x) {
    std::transform(grad_y, grad_y + n, x, grad_x, Gate<float>());
}
