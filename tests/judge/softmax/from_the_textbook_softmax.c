/* expect: WRONG FAIL; cause: the shift by the maximum is missing */
#include <math.h>
#include <stdint.h>
// softmax(x)_i = exp(x_i) / sum_j exp(x_j)
void softmax(int64_t outer, int64_t axis_len, int64_t inner, const float* x, float* y) {
  for (int64_t a = 0; a < outer; a++) {
    for (int64_t b = 0; b < inner; b++) {
      float denominator = 0.0f;
      for (int64_t j = 0; j < axis_len; j++) {
        denominator += expf(x[(a * axis_len + j) * inner + b]);
      }
      for (int64_t i = 0; i < axis_len; i++) {
        y[(a * axis_len + i) * inner + b] = expf(x[(a * axis_len + i) * inner + b]) / denominator;
      }
    }
  }
}
