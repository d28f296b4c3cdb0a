/* What fill_operand makes of every domain, for fill_values.py to compare with golden/fills.py.
 *
 *     fill_values PROBLEM SEED     prints lines of: operand style stream below values
 *
 * For a probability the line before has the real numbers that it is made of: style "real:<style>".
 * Real values are hexadecimal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/fill.h"
#include "tests/unit/drawn.h"

enum { MOST = 1 << 16 };

static void print(const struct problem *problem, int operand, enum fill fill, uint64_t seed,
                  const char *prefix) {
    static union { double aligned[MOST]; } data;
    const struct operand *what = &problem->primitive->operands[operand];
    const struct tensor tensor = {what->dtype, problem_shape(problem, operand), &data};
    fill_operand(problem, operand, fill, seed, &data);
    printf("%s %s%s %d %lld", what->name, prefix, fill_name(fill), 1000 * operand,
           (long long)operand_below(problem, operand));
    const bool real = what->dtype == DTYPE_F32 || what->dtype == DTYPE_F64;
    for (int64_t i = 0; i < shape_elements(&tensor.shape); i++)
        printf(real ? " %a" : " %.0f", tensor_get(&tensor, i));
    printf("\n");
}

int main(int argc, char **argv) {
    struct problem problem, base;
    struct error error;
    if (argc != 3 || problem_parse(&problem, &primitive_drawn, argv[1], &error)) return 2;
    const uint64_t seed = strtoull(argv[2], NULL, 10);
    static struct operand reals[DRAWN_Y + 1];
    memcpy(reals, drawn_operands, sizeof reals);
    static struct primitive real_ones;
    real_ones = primitive_drawn;
    real_ones.operands = reals;
    base = problem;
    base.primitive = &real_ones;
    for (int o = 0; o < DRAWN_Y; o++) {
        reals[o].along = NULL;
        reals[o].domain = DOMAIN_REAL;
        reals[o].dtype = DTYPE_F64;
        for (int style = 0; style < FILL_STYLES && o >= DRAWN_PROBABILITY; style++) {
            if (drawn_operands[o].domain == DOMAIN_PROBABILITY)
                print(&base, o, (enum fill)style, seed, "real:");
            print(&problem, o, (enum fill)style, seed, "");
        }
    }
    return 0;
}
