/* The laws of conv2d. */
#include "kernels/conv/conv2d.h"
#include "kernels/core/law.h"

enum { X = CONV2D_X, WEIGHT = CONV2D_WEIGHT, BIAS = CONV2D_BIAS, Y = CONV2D_Y };

static struct conv2d_problem *fields_of(struct problem *problem) {
    return (struct conv2d_problem *)problem->value;
}
static const struct conv2d_problem *asked(const struct problem *problem) {
    return (const struct conv2d_problem *)problem->value;
}
static const struct conv2d_problem *law_problem(const struct law_call *call, int run) {
    return asked(call->run[run]->problem);
}

static const char *has_bias(const struct problem *problem) {
    return asked(problem)->bias ? NULL : "bias = 0";
}
static void without_bias(struct problem *problem, int run) {
    if (run) fields_of(problem)->bias = 0;
}
static void compare_bias(const struct law_call *call, struct breach *breach) {
    const struct conv2d_problem *p = law_problem(call, 0);
    const int64_t image = conv2d_oh(p) * conv2d_ow(p);
    const float *bias = call->run[0]->in[BIAS];
    for (int64_t i = 0; i < law_elements(call, 0, Y); i++)
        law_require(call, breach, 0, Y, i, law_out(call, 1, Y, i) + bias[i / image % p->oc],
                    law_bound(call, 0, Y, i) + law_bound(call, 1, Y, i));
}

/* ---- permutations: channels as they lie in an operand -----------------------------------------
 */

/* An operand with `length` equal parts at one level: elements / (outer * length) each. */
static struct law_axis parts(const struct law_call *call, int operand, int64_t outer,
                             int64_t length) {
    const int64_t elements = law_elements(call, 0, operand), count = outer * length;
    return (struct law_axis){outer, length, count ? elements / count : 0};
}
static struct law_axis groups_of(const struct law_call *call, int operand) {
    const struct conv2d_problem *p = law_problem(call, 0);
    return parts(call, operand, operand == X || operand == Y ? p->n : 1, p->groups);
}
static struct law_axis outputs_of(const struct law_call *call, int operand) {
    const struct conv2d_problem *p = law_problem(call, 0);
    return parts(call, operand, (operand == Y ? p->n : 1) * p->groups, p->oc / p->groups);
}
static struct law_axis inputs_of(const struct law_call *call, int operand) {
    const struct conv2d_problem *p = law_problem(call, 0);
    return parts(call, operand, operand == X ? p->n * p->groups : p->oc, p->c / p->groups);
}

/* ---- the plane --------------------------------------------------------------------------------
 */

static const char *fills_the_plane(const struct problem *problem) {
    const struct conv2d_problem *p = asked(problem);
    const int64_t down = p->h + 2 * p->pad - p->dilation * (p->kh - 1) - 1;
    const int64_t right = p->w + 2 * p->pad - p->dilation * (p->kw - 1) - 1;
    return down % p->stride || right % p->stride ? "the last window does not reach the border"
                                                 : NULL;
}
static void reversed(const struct law_call *call, int operand, int64_t *at) {
    const struct shape shape = problem_shape(call->run[0]->problem, operand);
    at[2] = shape.dim[2] - 1 - at[2];
    at[3] = shape.dim[3] - 1 - at[3];
}

static void turn_problem(struct problem *problem, int run) {
    struct conv2d_problem *p = fields_of(problem);
    const struct conv2d_problem old = *p;
    if (!run) return;
    p->h = old.w;
    p->w = old.h;
    p->kh = old.kw;
    p->kw = old.kh;
}

/* x one stride to the right; zeros come in on the left. y: windows that see nothing of what was
 * lost on the right. */
static void moved(const struct law_call *call, int operand, int64_t *at) {
    const struct conv2d_problem *p = law_problem(call, 0);
    const int64_t last = at[3] * p->stride - p->pad + (p->kw - 1) * p->dilation;
    at[3] = operand == X ? at[3] - p->stride : last >= p->w ? -1 : at[3] - 1;
}

/* ---- fields written out -----------------------------------------------------------------------
 */

static const char *has_stride(const struct problem *problem) {
    return asked(problem)->stride > 1 ? NULL : "stride = 1";
}
static void first_every_window(struct problem *problem, int run) {
    if (!run) fields_of(problem)->stride = 1;
}
static void strided(const struct law_call *call, int operand, int64_t *at) {
    (void)operand;
    at[2] *= law_problem(call, 1)->stride;
    at[3] *= law_problem(call, 1)->stride;
}

static const char *has_padding(const struct problem *problem) {
    return asked(problem)->pad > 0 ? NULL : "pad = 0";
}
static void pad_in_memory(struct problem *problem, int run) {
    struct conv2d_problem *p = fields_of(problem);
    if (!run) return;
    p->h += 2 * p->pad;
    p->w += 2 * p->pad;
    p->pad = 0;
}
static void padded(const struct law_call *call, int operand, int64_t *at) {
    (void)operand;
    at[2] -= law_problem(call, 0)->pad;
    at[3] -= law_problem(call, 0)->pad;
}

static const char *has_dilation(const struct problem *problem) {
    const struct conv2d_problem *p = asked(problem);
    if (p->dilation == 1) return "dilation = 1";
    return p->dilation * (p->kh - 1) < 255 && p->dilation * (p->kw - 1) < 255
               ? NULL
               : "the kernel would be longer than 255";
}
static void dilate_in_memory(struct problem *problem, int run) {
    struct conv2d_problem *p = fields_of(problem);
    if (!run) return;
    p->kh = p->dilation * (p->kh - 1) + 1;
    p->kw = p->dilation * (p->kw - 1) + 1;
    p->dilation = 1;
}
static void dilated(const struct law_call *call, int operand, int64_t *at) {
    const int64_t dilation = law_problem(call, 0)->dilation;
    (void)operand;
    for (int d = 2; d < 4; d++) at[d] = at[d] % dilation ? -1 : at[d] / dilation;
}

static const char *has_groups(const struct problem *problem) {
    return asked(problem)->groups > 1 ? NULL : "groups = 1";
}
static void one_group(struct problem *problem, int run) {
    if (run) fields_of(problem)->groups = 1;
}
/* Weight [oc, c] from [oc, c / groups]: none outside the output's own group. */
static void own_group(const struct law_call *call, int operand, int64_t *at) {
    const struct conv2d_problem *p = law_problem(call, 0);
    (void)operand;
    at[1] -= at[0] / (p->oc / p->groups) * (p->c / p->groups);
}

const struct property conv2d_laws[] = {
    {.name = "linearity_in_x",
     .statement = "conv(x + x', weight, bias + bias') = conv(x, weight, bias) + conv(x', weight, "
                  "bias')",
     .runs = 3,
     LAW_IN({.of = X, .how = LAW_SPLIT}, {.of = BIAS, .how = LAW_SPLIT}),
     LAW_OUT({.of = Y, .how = LAW_SUM})},
    {.name = "linearity_in_weight",
     .statement = "conv(x, weight + weight', bias + bias') = conv(x, weight, bias) + conv(x, "
                  "weight', bias')",
     .runs = 3,
     LAW_IN({.of = WEIGHT, .how = LAW_SPLIT}, {.of = BIAS, .how = LAW_SPLIT}),
     LAW_OUT({.of = Y, .how = LAW_SUM})},
    {.name = "homogeneity",
     .statement = "conv(4 x, weight, 4 bias) = 4 conv(x, weight, bias)",
     .runs = 2,
     LAW_IN({.of = X, .how = LAW_SCALE, .factor = 4}, {.of = BIAS, .how = LAW_SCALE, .factor = 4}),
     LAW_OUT({.of = Y, .how = LAW_TIMES_EXACT, .factor = 4})},
    {.name = "bias",
     .statement = "y = (y without bias) + bias",
     .runs = 2,
     .applies = has_bias,
     .vary = without_bias,
     .compare = compare_bias},
    {.name = "image_permutation",
     .statement = "permuting the images of x permutes those of y",
     .runs = 2,
     LAW_IN({.of = X, .how = LAW_PERMUTE, .axis = law_rows}),
     LAW_OUT({.of = Y, .how = LAW_PERMUTED, .axis = law_rows})},
    {.name = "output_channel_permutation",
     .statement = "permuting the output channels of weight and bias permutes those of y",
     .runs = 2,
     LAW_IN({.of = WEIGHT, .how = LAW_PERMUTE, .axis = outputs_of},
            {.of = BIAS, .how = LAW_PERMUTE, .axis = outputs_of}),
     LAW_OUT({.of = Y, .how = LAW_PERMUTED, .axis = outputs_of})},
    {.name = "input_channel_permutation",
     .statement = "permuting the input channels of x and weight alike changes nothing",
     .runs = 2,
     LAW_IN({.of = X, .how = LAW_PERMUTE, .axis = inputs_of},
            {.of = WEIGHT, .how = LAW_PERMUTE, .axis = inputs_of}),
     LAW_OUT({.of = Y, .how = LAW_SAME})},
    {.name = "group_permutation",
     .statement = "permuting the groups of x, weight and bias permutes those of y",
     .runs = 2,
     .applies = has_groups,
     LAW_IN({.of = LAW_EVERY, .how = LAW_PERMUTE, .axis = groups_of}),
     LAW_OUT({.of = Y, .how = LAW_PERMUTED, .axis = groups_of})},
    {.name = "reflection",
     .statement = "x and weight turned by 180 degrees give y turned by 180 degrees",
     .runs = 2,
     .applies = fills_the_plane,
     LAW_IN({.of = X, .how = LAW_GATHER, .from = reversed},
            {.of = WEIGHT, .how = LAW_GATHER, .from = reversed}),
     LAW_OUT({.of = Y, .how = LAW_GATHERED, .from = reversed})},
    {.name = "transposition",
     .statement = "x and weight with rows and columns swapped give y with them swapped",
     .runs = 2,
     .vary = turn_problem,
     LAW_IN({.of = X, .how = LAW_GATHER, .from = law_transposed},
            {.of = WEIGHT, .how = LAW_GATHER, .from = law_transposed}),
     LAW_OUT({.of = Y, .how = LAW_GATHERED, .from = law_transposed})},
    {.name = "translation",
     .statement = "x moved right by one stride gives y moved right by one",
     .runs = 2,
     LAW_IN({.of = X, .how = LAW_GATHER, .from = moved}),
     LAW_OUT({.of = Y, .how = LAW_GATHERED, .from = moved})},
    {.name = "stride",
     .statement = "stride s gives every s-th output of stride 1",
     .runs = 2,
     .applies = has_stride,
     .vary = first_every_window,
     LAW_OUT({.of = Y, .how = LAW_GATHERED, .from = strided})},
    {.name = "padding",
     .statement = "pad = x with as many zeros around it",
     .runs = 2,
     .applies = has_padding,
     .vary = pad_in_memory,
     LAW_IN({.of = X, .how = LAW_GATHER, .from = padded}),
     LAW_OUT({.of = Y, .how = LAW_SAME})},
    {.name = "dilation",
     .statement = "dilation = weight with as many zeros between its taps",
     .runs = 2,
     .applies = has_dilation,
     .vary = dilate_in_memory,
     LAW_IN({.of = WEIGHT, .how = LAW_GATHER, .from = dilated}),
     LAW_OUT({.of = Y, .how = LAW_SAME})},
    {.name = "groups",
     .statement = "groups = one group with zero weights between the groups",
     .runs = 2,
     .applies = has_groups,
     .vary = one_group,
     LAW_IN({.of = WEIGHT, .how = LAW_GATHER, .from = own_group}),
     LAW_OUT({.of = Y, .how = LAW_SAME})},
};
