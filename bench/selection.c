#include "bench/selection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/core/registry.h"
#include "kernels/core/threads.h"

bool selection_wants(const struct options *o, const struct implementation *implementation,
                     const struct problem *problem) {
    char text[PROBLEM_MAX_TEXT];
    if (strcmp(implementation->primitive, problem->primitive->name) != 0) return false;
    if (o->no_peers && implementation->peer) return false;
    return filters_want(&o->chosen, implementation, problem_print(problem, text, sizeof text));
}

static bool wanted_by_any(const struct options *o, const struct problem *problem) {
    const struct implementation *implementation;
    for (int i = 0; (implementation = registry_implementation(i)); i++)
        if (selection_wants(o, implementation, problem)) return true;
    return false;
}

static enum status add(struct selection *selection, const struct problem_case *item,
                       struct error *error) {
    for (int i = 0; i < selection->count; i++)
        if (selection->item[i].problem.primitive == item->problem.primitive &&
            problem_hash(&selection->item[i].problem) == problem_hash(&item->problem))
            return STATUS_OK;
    struct problem_case *grown =
        realloc(selection->item, ((size_t)selection->count + 1) * sizeof *grown);
    if (!grown) return fail(error, STATUS_NO_MEMORY, "out of memory");
    selection->item = grown;
    selection->item[selection->count++] = *item;
    return STATUS_OK;
}

static enum status add_file(struct selection *selection, const struct options *o,
                            const struct primitive *primitive, const char *kind,
                            struct error *error) {
    struct case_list list;
    enum status status = cases_of(&list, primitive, kind, error);
    if (status) return status;
    for (int i = 0; i < list.count && !status; i++)
        if (wanted_by_any(o, &list.item[i].problem)) status = add(selection, &list.item[i], error);
    cases_free(&list);
    return status;
}

static enum status add_given(struct selection *selection, const struct options *o,
                             struct error *error) {
    const struct primitive *primitive;
    if (!o->filters.count)
        return fail(error, STATUS_BAD_INPUT,
                    "--problem needs to know of which primitive: assay bench gemm --problem ...");
    for (int i = 0; (primitive = registry_primitive(i)); i++) {
        if (!filters_match(&o->chosen, primitive->name, NULL, NULL)) continue;
        for (int k = 0; k < o->problems.count; k++) {
            struct problem_case item = {.fill = FILL_NORMAL, .seed = o->seed};
            enum status status =
                problem_parse(&item.problem, primitive, o->problems.item[k], error);
            if (!status) status = add(selection, &item, error);
            if (status) return status;
        }
    }
    return STATUS_OK;
}

enum status selection_make(struct selection *selection, const struct options *o,
                           struct error *error) {
    const struct primitive *primitive;
    *selection = (struct selection){0};
    if (o->problems.count) return add_given(selection, o, error);
    for (int i = 0; (primitive = registry_primitive(i)); i++) {
        if (!cases_exist(primitive)) continue; /* a plugin brought it */
        enum status status = add_file(selection, o, primitive, "bench", error);
        if (!status && o->full) status = add_file(selection, o, primitive, "bench-full", error);
        if (status) return status;
    }
    return STATUS_OK;
}

void selection_free(struct selection *selection) {
    free(selection->item);
    *selection = (struct selection){0};
}

int selection_threads(const struct options *o, const struct implementation *implementation,
                      int threads[2]) {
    const int all = threads_available();
    threads[0] = implementation->uses_threads && o->threads ? o->threads : 1;
    if (!implementation->uses_threads || o->threads || all == 1) return 1;
    threads[0] = all;
    if (!implementation->peer) return 1;
    threads[1] = all;
    threads[0] = 1;
    return 2;
}
