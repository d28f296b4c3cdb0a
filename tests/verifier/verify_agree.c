/* assay verify agree: the stored PyTorch values against the GSL oracle, element by element. Only
 * what two independent sources agree on may judge anybody. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "golden/golden_io.h"
#include "kernels/core/filter.h"
#include "kernels/core/registry.h"
#include "reference/judge.h"
#include "tests/verifier/verify_run.h"

/* Both compute in double, with sums of up to some thousand terms: a thousand units in the last
 * place (1e-12 / 2^-53 is 9000) cover them, and any slip in a formula is far above. */
static const double agreement = 1e-12;

static bool agrees(double golden, const struct expectation *oracle, int64_t i, double *ratio) {
    const double value = oracle->value[i];
    *ratio = 0;
    if (isnan(golden) || isnan(value)) return isnan(golden) && isnan(value);
    if (golden == value) return true;
    if (isinf(golden) || isinf(value)) return false;
    *ratio = fabs(golden - value) / (agreement * (oracle->sum[i] + oracle->local[i] + fabs(value)));
    return *ratio <= 1;
}

/* One case: STATUS_BAD_INPUT names the first element in dispute. */
static enum status agree_case(const struct golden_case *golden, double *worst, int64_t *elements,
                              struct error *error) {
    struct judge judge;
    const enum status status =
        judge_open(&judge, &golden->problem, (const void *const *)golden->in, 0, -1, 1, error);
    if (status) return status;
    enum status result = STATUS_OK;
    for (int o = 0; o < golden->problem.primitive->operand_count && !result; o++) {
        const struct shape shape = problem_shape(&golden->problem, o);
        for (int64_t i = 0; golden->out[o] && i < shape_elements(&shape) && !result; i++) {
            double ratio;
            ++*elements;
            const bool same = expectation_written(&judge.expected[o], i) &&
                              agrees(golden->out[o][i], &judge.expected[o], i, &ratio);
            if (same) {
                *worst = fmax(*worst, ratio);
                continue;
            }
            char index[160];
            result = fail(error, STATUS_BAD_INPUT, "%s: %s%s: golden %.17g, oracle %.17g",
                          golden->name, golden->problem.primitive->operands[o].name,
                          shape_print_index(&shape, i, index, sizeof index), golden->out[o][i],
                          judge.expected[o].value[i]);
        }
    }
    judge_close(&judge);
    return result;
}

static int agree_file(const struct primitive *primitive, const char *path) {
    struct golden_file *file;
    struct error error;
    if (golden_open(&file, path, &error)) {
        fprintf(stderr, "assay-verify: %s\n", error.text);
        return EXIT_BAD_INPUT;
    }
    enum status status = STATUS_OK;
    if (golden_primitive(file) != primitive)
        status =
            fail(&error, STATUS_BAD_INPUT, "%s is about %s", path, golden_primitive(file)->name);
    double worst = 0;
    int64_t elements = 0;
    for (int i = 0; i < golden_count(file) && !status; i++) {
        struct golden_case golden;
        status = golden_read(file, i, &golden, &error);
        if (status) break;
        status = agree_case(&golden, &worst, &elements, &error);
        golden_release(&golden);
    }
    if (!status)
        printf("PASS       %-28s %s and GSL: %d cases, %lld elements, worst difference %.3g of "
               "%g of the gauge\n",
               primitive->name, golden_oracle(file), golden_count(file), (long long)elements, worst,
               agreement);
    else
        printf("FAIL       %-28s %s\n", primitive->name, error.text);
    golden_close(file);
    return status ? EXIT_FAILED : EXIT_PASSED;
}

int run_agree(const struct options *options) {
    const struct filters filters = filters_of(options->filters, options->filter_count);
    const struct primitive *primitive;
    int code = EXIT_NOTHING_RAN;
    for (int i = 0; (primitive = registry_primitive(i)); i++) {
        char path[4096];
        FILE *there = NULL;
        if (!filters_match(&filters, primitive->name, NULL, NULL)) continue;
        if (!options->golden &&
            !(there = fopen(golden_path(primitive->name, path, sizeof path), "rb"))) {
            printf("SKIPPED    %-28s there is no %s\n", primitive->name, path);
            continue;
        }
        if (there) fclose(there);
        const int one = agree_file(primitive, options->golden ? options->golden : path);
        if (code == EXIT_NOTHING_RAN || one > code) code = one;
    }
    return code;
}
