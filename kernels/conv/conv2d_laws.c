/* The laws of conv2d. */
#include "kernels/conv/conv2d.h"
#include "kernels/core/law.h"

static struct conv2d_problem *fields_of(struct problem *problem) {
    return (struct conv2d_problem *)problem->value;
}
static const struct conv2d_problem *asked(const struct problem *problem) {
    return (const struct conv2d_problem *)problem->value;
}
static const struct conv2d_problem *law_problem(const struct law_call *call, int run) {
    return asked(call->run[run]->problem);
}
static void compare_same(const struct law_call *call, struct breach *breach) {
    law_same(call, breach, 1, CONV2D_Y, 1);
}

/* ---- linearity: in (x, bias) and in (weight, bias) --------------------------------------------
 */

static void split_x(const struct law_call *call, int run) {
    law_split(call, run, CONV2D_X);
    law_split(call, run, CONV2D_BIAS);
}
static void split_weight(const struct law_call *call, int run) {
    law_split(call, run, CONV2D_WEIGHT);
    law_split(call, run, CONV2D_BIAS);
}
static void compare_sum(const struct law_call *call, struct breach *breach) {
    law_sum(call, breach, CONV2D_Y);
}
static void quadruple(const struct law_call *call, int run) {
    if (!run) return;
    law_scale(call, run, CONV2D_X, 4);
    law_scale(call, run, CONV2D_BIAS, 4);
}
static void compare_quadruple(const struct law_call *call, struct breach *breach) {
    law_scaled(call, breach, 1, CONV2D_Y, 4);
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
    const float *bias = call->run[0]->in[CONV2D_BIAS];
    for (int64_t i = 0; i < law_elements(call, 0, CONV2D_Y); i++)
        law_require(call, breach, 0, CONV2D_Y, i,
                    law_out(call, 1, CONV2D_Y, i) + bias[i / image % p->oc],
                    law_bound(call, 0, CONV2D_Y, i) + law_bound(call, 1, CONV2D_Y, i));
}

/* ---- permutations -----------------------------------------------------------------------------
 */

/* An operand with `length` equal parts at one level: elements / (outer * length) each. */
static struct law_axis parts(const struct law_call *call, int operand, int64_t outer,
                             int64_t length) {
    const int64_t elements = law_elements(call, 0, operand), count = outer * length;
    return (struct law_axis){outer, length, count ? elements / count : 0};
}

static void permute_images(const struct law_call *call, int run) {
    if (run) law_permute(call, run, CONV2D_X, parts(call, CONV2D_X, 1, law_problem(call, 0)->n));
}
static void compare_images(const struct law_call *call, struct breach *breach) {
    law_permuted(call, breach, 1, CONV2D_Y, parts(call, CONV2D_Y, 1, law_problem(call, 0)->n));
}

static void permute_outputs(const struct law_call *call, int run) {
    const struct conv2d_problem *p = law_problem(call, 0);
    const int64_t each = p->oc / p->groups;
    if (!run) return;
    law_permute(call, run, CONV2D_WEIGHT, parts(call, CONV2D_WEIGHT, p->groups, each));
    law_permute(call, run, CONV2D_BIAS, parts(call, CONV2D_BIAS, p->groups, each));
}
static void compare_outputs(const struct law_call *call, struct breach *breach) {
    const struct conv2d_problem *p = law_problem(call, 0);
    law_permuted(call, breach, 1, CONV2D_Y,
                 parts(call, CONV2D_Y, p->n * p->groups, p->oc / p->groups));
}

static void permute_inputs(const struct law_call *call, int run) {
    const struct conv2d_problem *p = law_problem(call, 0);
    const int64_t each = p->c / p->groups;
    if (!run) return;
    law_permute(call, run, CONV2D_X, parts(call, CONV2D_X, p->n * p->groups, each));
    law_permute(call, run, CONV2D_WEIGHT, parts(call, CONV2D_WEIGHT, p->oc, each));
}

static void permute_groups(const struct law_call *call, int run) {
    const struct conv2d_problem *p = law_problem(call, 0);
    if (!run) return;
    law_permute(call, run, CONV2D_X, parts(call, CONV2D_X, p->n, p->groups));
    law_permute(call, run, CONV2D_WEIGHT, parts(call, CONV2D_WEIGHT, 1, p->groups));
    law_permute(call, run, CONV2D_BIAS, parts(call, CONV2D_BIAS, 1, p->groups));
}
static void compare_groups(const struct law_call *call, struct breach *breach) {
    const struct conv2d_problem *p = law_problem(call, 0);
    law_permuted(call, breach, 1, CONV2D_Y, parts(call, CONV2D_Y, p->n, p->groups));
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
/* The last two axes backwards: the planes' elements in reverse. */
static int64_t backwards(int64_t index, int64_t plane) {
    return index / plane * plane + plane - 1 - index % plane;
}
static int64_t backwards_x(const struct law_call *call, int run, int64_t index) {
    return backwards(index, law_problem(call, run)->h * law_problem(call, run)->w);
}
static int64_t backwards_weight(const struct law_call *call, int run, int64_t index) {
    return backwards(index, law_problem(call, run)->kh * law_problem(call, run)->kw);
}
static int64_t backwards_y(const struct law_call *call, int run, int64_t index) {
    const struct conv2d_problem *p = law_problem(call, run);
    return backwards(index, conv2d_oh(p) * conv2d_ow(p));
}
static void reflect(const struct law_call *call, int run) {
    if (!run) return;
    law_gather(call, run, CONV2D_X, CONV2D_X, backwards_x);
    law_gather(call, run, CONV2D_WEIGHT, CONV2D_WEIGHT, backwards_weight);
}
static void compare_reflected(const struct law_call *call, struct breach *breach) {
    law_gathered(call, breach, 1, CONV2D_Y, backwards_y);
}

/* Element of planes [cols, rows] in those of [rows, cols]. */
static int64_t turned(int64_t index, int64_t rows, int64_t cols) {
    const int64_t plane = rows * cols, at = index % plane;
    return index / plane * plane + at % rows * cols + at / rows;
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
static int64_t turned_x(const struct law_call *call, int run, int64_t index) {
    (void)run;
    return turned(index, law_problem(call, 0)->h, law_problem(call, 0)->w);
}
static int64_t turned_weight(const struct law_call *call, int run, int64_t index) {
    (void)run;
    return turned(index, law_problem(call, 0)->kh, law_problem(call, 0)->kw);
}
static int64_t turned_y(const struct law_call *call, int run, int64_t index) {
    (void)run;
    return turned(index, conv2d_oh(law_problem(call, 0)), conv2d_ow(law_problem(call, 0)));
}
static void turn(const struct law_call *call, int run) {
    if (!run) return;
    law_gather(call, run, CONV2D_X, CONV2D_X, turned_x);
    law_gather(call, run, CONV2D_WEIGHT, CONV2D_WEIGHT, turned_weight);
}
static void compare_turned(const struct law_call *call, struct breach *breach) {
    law_gathered(call, breach, 1, CONV2D_Y, turned_y);
}

/* One stride to the right; zeros come in on the left. */
static int64_t moved_x(const struct law_call *call, int run, int64_t index) {
    const struct conv2d_problem *p = law_problem(call, run);
    return index % p->w < p->stride ? -1 : index - p->stride;
}
static void move(const struct law_call *call, int run) {
    if (run) law_gather(call, run, CONV2D_X, CONV2D_X, moved_x);
}
/* Windows that see nothing of what was lost on the right. */
static int64_t moved_y(const struct law_call *call, int run, int64_t index) {
    const struct conv2d_problem *p = law_problem(call, run);
    const int64_t ox = index % conv2d_ow(p);
    const int64_t last = ox * p->stride - p->pad + (p->kw - 1) * p->dilation;
    return ox == 0 || last >= p->w ? -1 : index - 1;
}
static void compare_moved(const struct law_call *call, struct breach *breach) {
    law_gathered(call, breach, 1, CONV2D_Y, moved_y);
}

/* ---- fields written out -----------------------------------------------------------------------
 */

static const char *has_stride(const struct problem *problem) {
    return asked(problem)->stride > 1 ? NULL : "stride = 1";
}
static void every_window(struct problem *problem, int run) {
    if (run) fields_of(problem)->stride = 1;
}
static void compare_every(const struct law_call *call, struct breach *breach) {
    const struct conv2d_problem *p = law_problem(call, 0), *all = law_problem(call, 1);
    const int64_t ow = conv2d_ow(p), oh = conv2d_oh(p);
    for (int64_t i = 0; i < law_elements(call, 0, CONV2D_Y); i++) {
        const int64_t row = i / ow / oh * conv2d_oh(all) + i / ow % oh * p->stride;
        const int64_t at = row * conv2d_ow(all) + i % ow * p->stride;
        law_require(call, breach, 0, CONV2D_Y, i, law_out(call, 1, CONV2D_Y, at),
                    law_bound(call, 0, CONV2D_Y, i) + law_bound(call, 1, CONV2D_Y, at));
    }
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
static int64_t padded_from(const struct law_call *call, int run, int64_t index) {
    const struct conv2d_problem *p = law_problem(call, 0), *padded = law_problem(call, run);
    const int64_t x = index % padded->w - p->pad, y = index / padded->w % padded->h - p->pad;
    if (x < 0 || y < 0 || x >= p->w || y >= p->h) return -1;
    return (index / (padded->w * padded->h) * p->h + y) * p->w + x;
}
static void pad_x(const struct law_call *call, int run) {
    if (run) law_gather(call, run, CONV2D_X, CONV2D_X, padded_from);
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
static int64_t dilated_from(const struct law_call *call, int run, int64_t index) {
    const struct conv2d_problem *p = law_problem(call, 0), *wide = law_problem(call, run);
    const int64_t x = index % wide->kw, y = index / wide->kw % wide->kh;
    if (x % p->dilation || y % p->dilation) return -1;
    return (index / (wide->kw * wide->kh) * p->kh + y / p->dilation) * p->kw + x / p->dilation;
}
static void dilate_weight(const struct law_call *call, int run) {
    if (run) law_gather(call, run, CONV2D_WEIGHT, CONV2D_WEIGHT, dilated_from);
}

static const char *has_groups(const struct problem *problem) {
    return asked(problem)->groups > 1 ? NULL : "groups = 1";
}
static void one_group(struct problem *problem, int run) {
    if (run) fields_of(problem)->groups = 1;
}
/* [oc, c] from [oc, c / groups]: zero outside the output's own group. */
static int64_t dense_from(const struct law_call *call, int run, int64_t index) {
    const struct conv2d_problem *p = law_problem(call, 0);
    const int64_t window = p->kh * p->kw, each = p->c / p->groups;
    const int64_t o = index / (p->c * window), c = index / window % p->c;
    (void)run;
    if (c / each != o / (p->oc / p->groups)) return -1;
    return (o * each + c % each) * window + index % window;
}
static void make_dense(const struct law_call *call, int run) {
    if (run) law_gather(call, run, CONV2D_WEIGHT, CONV2D_WEIGHT, dense_from);
}

const struct property conv2d_laws[] = {
    {.name = "linearity_in_x",
     .statement = "conv(x + x', weight, bias + bias') = conv(x, weight, bias) + conv(x', weight, "
                  "bias')",
     .runs = 3,
     .prepare = split_x,
     .compare = compare_sum},
    {.name = "linearity_in_weight",
     .statement = "conv(x, weight + weight', bias + bias') = conv(x, weight, bias) + conv(x, "
                  "weight', bias')",
     .runs = 3,
     .prepare = split_weight,
     .compare = compare_sum},
    {.name = "homogeneity",
     .statement = "conv(4 x, weight, 4 bias) = 4 conv(x, weight, bias)",
     .runs = 2,
     .prepare = quadruple,
     .compare = compare_quadruple},
    {.name = "bias",
     .statement = "y = (y without bias) + bias",
     .runs = 2,
     .applies = has_bias,
     .vary = without_bias,
     .compare = compare_bias},
    {.name = "image_permutation",
     .statement = "permuting the images of x permutes those of y",
     .runs = 2,
     .prepare = permute_images,
     .compare = compare_images},
    {.name = "output_channel_permutation",
     .statement = "permuting the output channels of weight and bias permutes those of y",
     .runs = 2,
     .prepare = permute_outputs,
     .compare = compare_outputs},
    {.name = "input_channel_permutation",
     .statement = "permuting the input channels of x and weight alike changes nothing",
     .runs = 2,
     .prepare = permute_inputs,
     .compare = compare_same},
    {.name = "group_permutation",
     .statement = "permuting the groups of x, weight and bias permutes those of y",
     .runs = 2,
     .applies = has_groups,
     .prepare = permute_groups,
     .compare = compare_groups},
    {.name = "reflection",
     .statement = "x and weight turned by 180 degrees give y turned by 180 degrees",
     .runs = 2,
     .applies = fills_the_plane,
     .prepare = reflect,
     .compare = compare_reflected},
    {.name = "transposition",
     .statement = "x and weight with rows and columns swapped give y with them swapped",
     .runs = 2,
     .vary = turn_problem,
     .prepare = turn,
     .compare = compare_turned},
    {.name = "translation",
     .statement = "x moved right by one stride gives y moved right by one",
     .runs = 2,
     .prepare = move,
     .compare = compare_moved},
    {.name = "stride",
     .statement = "stride s gives every s-th output of stride 1",
     .runs = 2,
     .applies = has_stride,
     .vary = every_window,
     .compare = compare_every},
    {.name = "padding",
     .statement = "pad = x with as many zeros around it",
     .runs = 2,
     .applies = has_padding,
     .vary = pad_in_memory,
     .prepare = pad_x,
     .compare = compare_same},
    {.name = "dilation",
     .statement = "dilation = weight with as many zeros between its taps",
     .runs = 2,
     .applies = has_dilation,
     .vary = dilate_in_memory,
     .prepare = dilate_weight,
     .compare = compare_same},
    {.name = "groups",
     .statement = "groups = one group with zero weights between the groups",
     .runs = 2,
     .applies = has_groups,
     .vary = one_group,
     .prepare = make_dense,
     .compare = compare_same},
};
