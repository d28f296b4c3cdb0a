/* The problems of --cover as exact cases: small integers, of which not one bit may differ. */
#include "tests/verifier/verify_cover.h"
#include "tests/verifier/verify_draw.h"

/* The reals of an exact case keep sums whole. */
static void take_reals(struct problem *problem, const struct problem *from) {
    for (int i = 0; i < problem->primitive->field_count; i++)
        if (problem->primitive->fields[i].kind == FIELD_REAL) problem->value[i] = from->value[i];
}

enum status cover_make_exact(struct cover *cover, const struct primitive *primitive, uint64_t seed,
                             int threads, struct error *error) {
    struct draw d = {.seed = seed, .stream = draw_stream(primitive->name) ^ 0xe8ac7u};
    struct case_list exact;
    struct cover sizes;
    *cover = (struct cover){.primitive = primitive, .threads = threads};
    if (!primitive->exact || primitive->selects || !cases_exist(primitive)) return STATUS_OK;
    enum status status = cases_of(&exact, primitive, "exact", error);
    if (status) return status;
    status = cover_make(&sizes, primitive, seed, threads, error);
    bool good = true;
    for (int i = 0; good && !status && exact.count && i < sizes.list.count; i++) {
        struct problem problem = sizes.list.item[i].problem;
        const enum cover_part part = sizes.part[i];
        const bool sampled = part == COVER_EDGES && draw_between(&d, 0, 3) == 0;
        if (!sampled && part != COVER_ALONE && part != COVER_BENCH) continue;
        take_reals(&problem, &exact.item[draw_between(&d, 0, exact.count - 1)].problem);
        good = problem_check(&problem, NULL) || cover_add(cover, &d, part, &problem);
    }
    for (int i = 0; i < cover->list.count; i++) cover->list.item[i].fill = FILL_ODD;
    if (!good) status = fail(error, STATUS_NO_MEMORY, "out of memory");
    cover_free(&sizes);
    cases_free(&exact);
    if (status) cover_free(cover);
    return status;
}
