#include "reference/elementary.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* Both forms divide a number below 1 by one between 1 and 2: nothing cancels or overflows. */
static double sigmoid(double x) { return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)); }

elementary *elementary_find(const char *name) {
    static const struct {
        const char *name;
        elementary *function;
    } table[] = {{"exp", exp},   {"expm1", expm1},     {"log", log},
                 {"tanh", tanh}, {"sigmoid", sigmoid}, {"erf", erf}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].name, name) == 0) return table[i].function;
    return NULL;
}
