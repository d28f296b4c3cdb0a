#include "tests/verifier/verify_cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/verifier/verify_cover.h"
#include "tests/verifier/verify_draw.h"
#include "tests/verifier/verify_run.h"

static void apply_options(struct problem_case *item, const struct options *options) {
    if (options->fill >= 0) item->fill = (enum fill)options->fill;
    if (options->seed_given) item->seed = options->seed;
}

/* --problem: one case, constant if the case file lists that problem as such. */
static enum status one_problem(struct case_source *source, const struct options *options,
                               const struct case_list *listed, struct error *error) {
    struct problem_case *item = calloc(1, sizeof *item);
    if (!item) return fail(error, STATUS_NO_MEMORY, "out of memory");
    item->fill = kind_rules[source->kind].fill;
    item->seed = 1;
    const enum status status =
        problem_parse(&item->problem, source->primitive, options->problem, error);
    for (int i = 0; !status && i < listed->count; i++)
        if (!memcmp(listed->item[i].problem.value, item->problem.value, sizeof item->problem.value))
            item->constant = listed->item[i].constant;
    if (status)
        free(item);
    else
        source->list = (struct case_list){item, 1};
    return status;
}

/* A primitive without a case file (a plugin's): its default problem. */
static enum status default_problem(struct case_source *source, struct error *error) {
    if (!kind_is(source->kind, KIND_ALONE)) return STATUS_OK;
    struct problem_case *item = calloc(1, sizeof *item);
    if (!item) return fail(error, STATUS_NO_MEMORY, "out of memory");
    problem_init(&item->problem, source->primitive);
    item->seed = 1;
    source->list = (struct case_list){item, 1};
    return STATUS_OK;
}

static enum status open_listed(struct case_source *source, const struct options *options,
                               struct error *error) {
    struct case_list listed;
    const bool exists = cases_exist(source->primitive);
    enum status status = cases_of(&listed, source->primitive, kind_rules[source->kind].name, error);
    if (!status && options->problem) {
        status = one_problem(source, options, &listed, error);
        cases_free(&listed);
    } else if (!status && exists) {
        source->list = listed;
    } else if (!status) {
        status = default_problem(source, error);
    }
    for (int i = 0; i < source->list.count; i++) apply_options(&source->list.item[i], options);
    source->later = options->later;
    if (source->later > 0 && source->list.count > 1) source->list.count = 1;
    return status;
}

/* ---- golden files -----------------------------------------------------------------------------
 */

/* As it is printed: a name may hold anything. */
static void name_case(struct problem_case *item, const char *name) {
    snprintf(item->name, sizeof item->name, "%s", name);
    for (char *c = item->name; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127) *c = '?';
}

static enum status list_golden(struct case_source *source, const struct problem *only,
                               struct error *error) {
    const int count = golden_count(source->golden);
    source->list.item = calloc((size_t)count + 1, sizeof *source->list.item);
    source->at = calloc((size_t)count + 1, sizeof *source->at);
    if (!source->list.item || !source->at) return fail(error, STATUS_NO_MEMORY, "out of memory");
    for (int i = 0; i < count; i++) {
        struct golden_case golden;
        const enum status status = golden_read(source->golden, i, &golden, error);
        if (status) return status;
        if (!only || !memcmp(golden.problem.value, only->value, sizeof only->value)) {
            source->at[source->list.count] = i;
            source->list.item[source->list.count++] =
                (struct problem_case){.problem = golden.problem,
                                      .fill = golden.fill,
                                      .seed = golden.seed,
                                      .constant = golden.constant,
                                      .idle = golden.idle};
            name_case(&source->list.item[source->list.count - 1], golden.name);
        }
        golden_release(&golden);
    }
    return STATUS_OK;
}

/* The primitive's own file is missing: a defect if its case file promises golden cases. */
static enum status without_file(struct case_source *source, const char *path, struct error *error) {
    struct options none = {.fill = -1};
    const enum status status = open_listed(source, &none, error);
    if (source->list.count)
        snprintf(source->missing, sizeof source->missing,
                 "%.300s is missing; golden/generate.py makes it", path);
    cases_free(&source->list);
    return status;
}

static enum status open_golden(struct case_source *source, const struct options *options,
                               struct error *error) {
    char own[4096];
    const char *path = options->golden;
    struct problem only;
    if (options->problem) {
        const enum status status = problem_parse(&only, source->primitive, options->problem, error);
        if (status) return status;
    }
    if (!path) path = golden_path(source->primitive->name, own, sizeof own);
    if (!options->golden && access(path, F_OK)) return without_file(source, path, error);
    const enum status status = golden_open(&source->golden, path, error);
    if (status) return status;
    if (golden_primitive(source->golden) != source->primitive)
        return options->golden ? STATUS_OK /* the file is another primitive's: no cases here */
                               : fail(error, STATUS_BAD_INPUT, "%s: is about %s", path,
                                      golden_primitive(source->golden)->name);
    return list_golden(source, options->problem ? &only : NULL, error);
}

/* ---- random problems --------------------------------------------------------------------------
 */

static enum status open_drawn(struct case_source *source, const struct options *options,
                              struct error *error) {
    source->list.item = calloc(1, sizeof *source->list.item);
    source->of = options->fuzz;
    return source->list.item ? STATUS_OK : fail(error, STATUS_NO_MEMORY, "out of memory");
}

/* Every stride-th, from the seed's remainder on; what is large is for those who want it all. */
static void thin_out(struct cover *cover, uint64_t stride, uint64_t seed) {
    struct case_list *list = &cover->list;
    int kept = 0;
    for (int i = 0; i < list->count; i++)
        if (stride == 1 || (cover->part[i] < COVER_ENDS && (uint64_t)i % stride == seed % stride))
            list->item[kept++] = list->item[i];
    list->count = kept;
}

static enum status open_cover(struct case_source *source, const struct options *options,
                              struct error *error) {
    struct cover cover;
    const int threads = threads_to_verify(options);
    const enum status status =
        source->kind == KIND_EXACT
            ? cover_make_exact(&cover, source->primitive, options->seed, threads, error)
            : cover_make(&cover, source->primitive, options->seed, threads, error);
    if (status) return status;
    thin_out(&cover, options->stride, options->seed);
    source->list = cover.list;
    source->cover = true;
    cover.list = (struct case_list){NULL, 0};
    cover_free(&cover);
    return STATUS_OK;
}

void case_source_draw(struct case_source *source, const struct options *options, int threads) {
    struct problem_case *item = source->list.item;
    draw_case(source->primitive, options->seed, (uint64_t)source->drawn++, threads, item);
    if (options->fill >= 0) item->fill = (enum fill)options->fill;
    source->list.count = 1;
}

enum status case_source_open(struct case_source *source, const struct options *options,
                             const struct primitive *primitive, enum kind kind,
                             struct error *error) {
    *source = (struct case_source){.primitive = primitive, .kind = kind};
    if (options->fuzz) return open_drawn(source, options, error);
    if (options->cover) return open_cover(source, options, error);
    const enum status status = kind == KIND_GOLDEN ? open_golden(source, options, error)
                                                   : open_listed(source, options, error);
    if (status) case_source_close(source);
    return status;
}

enum status case_subject_alone(enum kind kind, const struct problem_case *item,
                               struct subject *subject, struct error *error) {
    struct problem_case between = {.seed = 1};
    problem_init(&between.problem, item->problem.primitive);
    return subject_open(subject, kind, item, NULL, kind_is(kind, KIND_BETWEEN) ? &between : NULL,
                        error);
}

/* Of a problem with more arithmetic the oracle judges a sample: there are hundreds of them. */
#define COVER_AFFORDABLE 2e6

enum status case_source_subject(const struct case_source *source, int index,
                                struct subject *subject, struct golden_case *golden,
                                struct error *error) {
    const struct problem_case *item = &source->list.item[index];
    *golden = (struct golden_case){.name = ""};
    if (source->kind != KIND_GOLDEN) {
        if (!kind_is(source->kind, KIND_BETWEEN) || source->list.count < 2) {
            const enum status status = case_subject_alone(source->kind, item, subject, error);
            subject->trusted = source->cover;
            subject->later = source->later;
            if (source->cover) subject->affordable = COVER_AFFORDABLE;
            return status;
        }
        const struct problem_case *other = &source->list.item[(index + 1) % source->list.count];
        return subject_open(subject, source->kind, item, NULL, other, error);
    }
    enum status status = golden_read(source->golden, source->at[index], golden, error);
    if (status) return status;
    status = subject_open(subject, source->kind, item, golden->in, NULL, error);
    if (status)
        golden_release(golden);
    else
        memcpy(subject->golden, golden->out, sizeof golden->out);
    return status;
}

void case_source_close(struct case_source *source) {
    golden_close(source->golden);
    source->golden = NULL;
    cases_free(&source->list);
    free(source->at);
    source->at = NULL;
}
