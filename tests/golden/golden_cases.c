/* golden_cases: the golden file of every primitive that has golden cases holds exactly those, as
 * this program's own parser reads them. generate.py compares them too, but with a parser of its
 * own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden/golden_io.h"
#include "kernels/core/registry.h"
#include "reference/cases.h"

static bool same(const struct golden_case *golden, const struct problem_case *listed) {
    return memcmp(golden->problem.value, listed->problem.value, sizeof listed->problem.value) ==
               0 &&
           golden->fill == listed->fill && golden->seed == listed->seed &&
           golden->constant == listed->constant;
}

/* Marks the listed case that the golden one is; false when there is none left. */
static bool take(const struct case_list *list, bool *taken, const struct golden_case *golden) {
    for (int i = 0; i < list->count; i++) {
        if (taken[i] || !same(golden, &list->item[i])) continue;
        taken[i] = true;
        return true;
    }
    return false;
}

static int compare_lists(const struct primitive *primitive, const struct golden_file *file,
                         const struct case_list *list) {
    int wrong = 0;
    bool *taken = calloc((size_t)list->count + 1, sizeof *taken);
    if (!taken) return 1;
    for (int i = 0; i < golden_count(file); i++) {
        struct golden_case golden;
        struct error error;
        if (golden_read(file, i, &golden, &error)) {
            printf("FAIL %s\n", error.text);
            wrong++;
        } else if (!take(list, taken, &golden)) {
            printf("FAIL %s: '%s' is in the golden file only\n", primitive->name, golden.name);
            wrong++;
        }
        golden_release(&golden);
    }
    for (int i = 0; i < list->count; i++) {
        if (taken[i]) continue;
        printf("FAIL %s.cases:%d: is not in the golden file of %s\n",
               list->item[i].shared ? primitive->family : primitive->name, list->item[i].line,
               primitive->name);
        wrong++;
    }
    free(taken);
    return wrong;
}

static int check(const struct primitive *primitive) {
    char golden[4096];
    struct case_list list;
    struct golden_file *file = NULL;
    struct error error;
    if (cases_of(&list, primitive, "golden", &error)) {
        printf("FAIL %s\n", error.text);
        return 1;
    }
    int wrong = 0;
    if (list.count &&
        golden_open(&file, golden_path(primitive->name, golden, sizeof golden), &error)) {
        printf("FAIL %s\n", error.text);
        wrong = 1;
    } else if (list.count) {
        wrong = compare_lists(primitive, file, &list);
        printf("%s: %d cases\n", primitive->name, list.count);
    }
    golden_close(file);
    cases_free(&list);
    return wrong;
}

int main(void) {
    int wrong = 0;
    const struct primitive *primitive;
    for (int i = 0; (primitive = registry_primitive(i)); i++) wrong += check(primitive);
    return wrong ? EXIT_FAILED : EXIT_PASSED;
}
