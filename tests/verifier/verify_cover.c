#include "tests/verifier/verify_cover.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/core/random.h"
#include "tests/verifier/verify_cover_classes.h"
#include "tests/verifier/verify_cover_find.h"
#include "tests/verifier/verify_draw.h"

const char *const cover_part_names[COVER_PARTS] = {
    [COVER_PAIRS] = "pairs", [COVER_EDGES] = "edges", [COVER_FAR] = "far",
    [COVER_EQUAL] = "equal", [COVER_ENDS] = "ends",   [COVER_ALONE] = "alone",
    [COVER_BENCH] = "bench",
};

/* Operations that one problem may cost. */
#define LIMIT_PAIRS 4e6
#define LIMIT_ALONE 1e8
#define LIMIT_GROWN 3e8
#define LIMIT_BENCH 1.2e9

/* ---- the list ---------------------------------------------------------------------------------
 */

static bool known(const struct cover *cover, const struct problem *problem) {
    for (int i = 0; i < cover->list.count; i++)
        if (!memcmp(cover->list.item[i].problem.value, problem->value, sizeof problem->value))
            return true;
    return false;
}

static bool grow(struct cover *cover) {
    if (cover->list.count < cover->room) return true;
    const int room = cover->room ? 2 * cover->room : 64;
    struct problem_case *item = realloc(cover->list.item, (size_t)room * sizeof *item);
    if (item) cover->list.item = item;
    enum cover_part *part = realloc(cover->part, (size_t)room * sizeof *part);
    if (part) cover->part = part;
    if (item && part) cover->room = room;
    return item && part;
}

bool cover_add(struct cover *cover, struct draw *d, enum cover_part part,
               const struct problem *problem) {
    if (known(cover, problem)) return true;
    if (!grow(cover)) return false;
    struct problem_case item = {.problem = *problem};
    item.fill = draw_between(d, 0, 1) ? FILL_NORMAL
                : part == COVER_BENCH ? FILL_RARE /* what is fast for these sizes meets no NaN */
                                      : draw_fill(d);
    item.seed = (uint64_t)draw_between(d, 1, 999);
    item.threads = (int)draw_between(d, 1, cover->threads);
    cover->part[cover->list.count] = part;
    cover->list.item[cover->list.count++] = item;
    return true;
}

/* ---- one problem ------------------------------------------------------------------------------
 */

/* Look for a problem with these held fields, and take it into the list. */
static bool look_for(struct cover *cover, struct draw *d, enum cover_part part,
                     const struct problem *wanted, const bool *held, double limit) {
    struct problem found;
    cover->asked[part]++;
    if (!cover_find(d, wanted, held, limit, &found)) {
        cover->missed[part]++;
        return true;
    }
    if (part == COVER_EQUAL) cover_vary(d, &found, held, limit);
    return cover_add(cover, d, part, &found);
}

/* ---- pairs ------------------------------------------------------------------------------------
 */

/* One value class of each of three fields; of two, when the third is none. */
struct tuple {
    int field[3], class[3];
};

struct tuples {
    struct tuple *item;
    bool *done;
    int count;
};

static bool small_set(const struct field *field) {
    return field->kind == FIELD_FLAG || field->kind == FIELD_CHOICE;
}

static void list_classes(const struct primitive *primitive, struct tuple tuple, int depth,
                         struct tuples *tuples) {
    if (depth == 3 || tuple.field[depth] < 0) {
        if (tuples->item) tuples->item[tuples->count] = tuple;
        tuples->count++;
        return;
    }
    const struct field *field = &primitive->fields[tuple.field[depth]];
    for (int class = 0; class < class_count(field); class ++) {
        tuple.class[depth] = class;
        if (class_possible(field, class)) list_classes(primitive, tuple, depth + 1, tuples);
    }
}

static void list_fields(const struct primitive *primitive, struct tuples *tuples) {
    const int fields = primitive->field_count;
    tuples->count = 0;
    for (int i = 0; i < fields; i++)
        for (int j = i + 1; j < fields; j++) {
            bool third = false;
            for (int f = 0; f < fields; f++) {
                if (f == i || f == j || !small_set(&primitive->fields[f])) continue;
                third = true;
                list_classes(primitive, (struct tuple){.field = {i, j, f}}, 0, tuples);
            }
            if (!third) list_classes(primitive, (struct tuple){.field = {i, j, -1}}, 0, tuples);
        }
}

static bool tuples_make(const struct primitive *primitive, struct tuples *tuples) {
    *tuples = (struct tuples){0};
    list_fields(primitive, tuples);
    struct tuple *item = calloc((size_t)tuples->count + 1, sizeof *item);
    tuples->done = calloc((size_t)tuples->count + 1, sizeof *tuples->done);
    tuples->item = item;
    if (!item || !tuples->done) return false;
    list_fields(primitive, tuples);
    return true;
}

static bool has(const struct problem *problem, const struct tuple *tuple) {
    for (int i = 0; i < 3 && tuple->field[i] >= 0; i++) {
        const struct field *field = &problem->primitive->fields[tuple->field[i]];
        if (class_of(field, problem->value[tuple->field[i]]) != tuple->class[i]) return false;
    }
    return true;
}

static bool cover_tuple(struct cover *cover, struct draw *d, struct tuples *tuples, int at) {
    const struct primitive *primitive = cover->primitive;
    const struct tuple *tuple = &tuples->item[at];
    bool held[PROBLEM_MAX_FIELDS] = {false};
    struct problem wanted, found;
    problem_init(&wanted, primitive);
    for (int i = 0; i < 3 && tuple->field[i] >= 0; i++) {
        const int field = tuple->field[i];
        held[field] = true;
        wanted.value[field] = class_value(d, &primitive->fields[field], tuple->class[i]);
    }
    if (!cover_find(d, &wanted, held, LIMIT_PAIRS, &found)) {
        cover->missed[COVER_PAIRS]++;
        return true;
    }
    cover_vary(d, &found, held, LIMIT_PAIRS);
    for (int i = 0; i < tuples->count; i++) tuples->done[i] |= has(&found, &tuples->item[i]);
    return cover_add(cover, d, COVER_PAIRS, &found);
}

static bool cover_pairs(struct cover *cover, struct draw *d) {
    struct tuples tuples;
    bool good = tuples_make(cover->primitive, &tuples);
    cover->asked[COVER_PAIRS] = tuples.count;
    for (int i = 0; good && i < tuples.count; i++)
        if (!tuples.done[i]) good = cover_tuple(cover, d, &tuples, i);
    free(tuples.item);
    free(tuples.done);
    return good;
}

/* ---- the other parts --------------------------------------------------------------------------
 */

/* Every integer field at each of these values. */
static bool cover_values(struct cover *cover, struct draw *d, enum cover_part part,
                         int64_t (*value)(int), int count, double limit) {
    const struct primitive *primitive = cover->primitive;
    struct problem wanted;
    bool good = true;
    problem_init(&wanted, primitive);
    for (int i = 0; i < primitive->field_count; i++) {
        const struct field *field = &primitive->fields[i];
        bool held[PROBLEM_MAX_FIELDS] = {false};
        held[i] = true;
        if (field->kind != FIELD_INT) continue;
        for (int at = 0; good && at < count; at++) {
            wanted.value[i].i = value(at);
            if (wanted.value[i].i <= field->highest.i && wanted.value[i].i >= field->lowest.i)
                good = look_for(cover, d, part, &wanted, held, limit);
        }
    }
    return good;
}

static bool cover_edges(struct cover *cover, struct draw *d) {
    return cover_values(cover, d, COVER_EDGES, edge_value, EDGES, LIMIT_PAIRS) &&
           cover_values(cover, d, COVER_FAR, far_edge, FAR_EDGES, LIMIT_ALONE);
}

static bool cover_equal(struct cover *cover, struct draw *d) {
    const struct primitive *primitive = cover->primitive;
    struct problem wanted;
    bool good = true;
    problem_init(&wanted, primitive);
    for (int i = 0; i < primitive->field_count; i++)
        for (int j = 0; good && j < primitive->field_count; j++) {
            const struct field *a = &primitive->fields[i], *b = &primitive->fields[j];
            bool held[PROBLEM_MAX_FIELDS] = {false};
            held[i] = held[j] = true;
            if (i == j || a->kind != FIELD_INT || b->kind != FIELD_INT) continue;
            const int class = (int)draw_between(d, 1, 2);
            if (!class_possible(a, class) || !class_possible(b, class)) continue;
            wanted.value[i] = wanted.value[j] = class_value(d, a, class);
            if (class_of(b, wanted.value[j]) == class)
                good = look_for(cover, d, COVER_EQUAL, &wanted, held, LIMIT_PAIRS);
        }
    return good;
}

static bool cover_ends(struct cover *cover, struct draw *d) {
    const struct primitive *primitive = cover->primitive;
    struct problem wanted;
    bool good = true;
    problem_init(&wanted, primitive);
    for (int i = 0; i < primitive->field_count; i++) {
        const struct field *field = &primitive->fields[i];
        bool held[PROBLEM_MAX_FIELDS] = {false};
        held[i] = true;
        if (small_set(field)) continue; /* every value of theirs is in many pairs */
        for (int end = 0; good && end < 2; end++) {
            wanted.value[i] = end ? field->highest : field->lowest;
            good = look_for(cover, d, COVER_ENDS, &wanted, held, LIMIT_ALONE);
        }
    }
    return good;
}

/* The largest value, of about a power of two, with which a problem is found. */
static bool cover_alone(struct cover *cover, struct draw *d, int index) {
    const struct field *field = &cover->primitive->fields[index];
    bool held[PROBLEM_MAX_FIELDS] = {false};
    struct problem wanted, found;
    held[index] = true;
    problem_init(&wanted, cover->primitive);
    cover->asked[COVER_ALONE]++;
    for (int64_t most = field->highest.i; most > 64; most /= 2) {
        wanted.value[index].i = draw_between(d, most - most / 4, most);
        if (!cover_find(d, &wanted, held, LIMIT_ALONE, &found)) continue;
        return cover_add(cover, d, COVER_ALONE, &found);
    }
    cover->missed[COVER_ALONE]++;
    return true;
}

/* From the defaults, or the least, field after field by half, until that costs too much. */
static bool cover_grown(struct cover *cover, struct draw *d, double limit) {
    enum { REFUSALS = 60 };
    struct problem problem = cover_start(d, cover->primitive, limit);
    cover->asked[COVER_ALONE]++;
    for (int refused = 0; refused < REFUSALS;) {
        struct problem larger = problem;
        const int i = (int)draw_between(d, 0, cover->primitive->field_count - 1);
        if (cover->primitive->fields[i].kind == FIELD_INT)
            larger.value[i].i += larger.value[i].i / 2 + draw_between(d, 0, 3);
        if (cover_fits(&larger, limit) && draw_cost(&larger) > draw_cost(&problem))
            problem = larger;
        else
            refused++;
    }
    return cover_add(cover, d, COVER_ALONE, &problem);
}

/* From the least of everything, fields grow as long as the sum does, or where that makes room for it. */
static struct problem walk_longer(struct draw *d, const struct primitive *primitive) {
    enum { REFUSALS = 500 };
    struct problem problem;
    problem_init(&problem, primitive);
    for (int i = 0; i < primitive->field_count; i++)
        if (primitive->fields[i].kind == FIELD_INT)
            problem.value[i] = class_value(d, &primitive->fields[i], 0);
    if (problem_check(&problem, NULL)) problem_init(&problem, primitive);
    for (int refused = 0; refused < REFUSALS;) {
        struct problem larger = problem;
        const int i = (int)draw_between(d, 0, primitive->field_count - 1);
        if (primitive->fields[i].kind == FIELD_INT)
            larger.value[i].i += larger.value[i].i / 2 + draw_between(d, 0, 3);
        const double before = problem_terms(&problem), terms = problem_terms(&larger);
        const bool room = terms == before && draw_cost(&larger) <= 4 * terms + 16;
        if ((terms > before || room) && cover_fits(&larger, LIMIT_ALONE))
            problem = larger;
        else
            refused++;
    }
    return problem;
}

/* The longest sum or window: what holds its terms may be an array on the stack. */
static bool cover_longest(struct cover *cover, struct draw *d) {
    enum { WALKS = 20 };
    struct problem longest = walk_longer(d, cover->primitive);
    for (int i = 1; i < WALKS; i++) {
        const struct problem found = walk_longer(d, cover->primitive);
        if (problem_terms(&found) > problem_terms(&longest)) longest = found;
    }
    cover->asked[COVER_ALONE]++;
    return cover_add(cover, d, COVER_ALONE, &longest);
}

/* The only extent beyond 2^24, and odd: as a float it would be another one. */
static bool cover_beyond_float(struct cover *cover, struct draw *d) {
    const struct primitive *primitive = cover->primitive;
    struct problem problem;
    problem_init(&problem, primitive);
    cover->asked[COVER_ALONE]++;
    for (int i = 0; i < primitive->field_count; i++)
        if (primitive->fields[i].kind == FIELD_INT)
            problem.value[i].i = (1 << 24) + 2 * draw_between(d, 0, 2000) + 1;
    if (cover_fits(&problem, LIMIT_BENCH)) return cover_add(cover, d, COVER_ALONE, &problem);
    cover->missed[COVER_ALONE]++;
    return true;
}

static bool cover_large(struct cover *cover, struct draw *d) {
    enum { GROWN = 3 };
    int extents = 0;
    bool good = true;
    for (int i = 0; good && i < cover->primitive->field_count; i++)
        if (cover->primitive->fields[i].kind == FIELD_INT) {
            good = cover_alone(cover, d, i);
            extents++;
        }
    if (good && extents == 1) good = cover_beyond_float(cover, d);
    if (good && extents > 1) good = cover_longest(cover, d);
    for (int i = 0; good && extents > 1 && i < GROWN; i++) /* one costs more than all else */
        good = cover_grown(cover, d, i ? LIMIT_ALONE : LIMIT_GROWN);
    return good;
}

static enum status cover_bench(struct cover *cover, struct draw *d, struct error *error) {
    struct case_list bench = {NULL, 0};
    const enum status status = cases_exist(cover->primitive)
                                   ? cases_of(&bench, cover->primitive, "bench", error)
                                   : STATUS_OK;
    bool good = true;
    for (int i = 0; good && !status && i < bench.count; i++) {
        cover->asked[COVER_BENCH]++;
        if (cover_fits(&bench.item[i].problem, LIMIT_BENCH))
            good = cover_add(cover, d, COVER_BENCH, &bench.item[i].problem);
        else
            cover->missed[COVER_BENCH]++;
    }
    cases_free(&bench);
    return status ? status : good ? STATUS_OK : fail(error, STATUS_NO_MEMORY, "out of memory");
}

enum status cover_make(struct cover *cover, const struct primitive *primitive, uint64_t seed,
                       int threads, struct error *error) {
    struct draw d = {.seed = seed, .stream = draw_stream(primitive->name) ^ 0xc0be5u};
    *cover = (struct cover){.primitive = primitive, .threads = threads};
    enum status status = STATUS_OK;
    if (!cover_pairs(cover, &d) || !cover_edges(cover, &d) || !cover_equal(cover, &d) ||
        !cover_ends(cover, &d) || !cover_large(cover, &d))
        status = fail(error, STATUS_NO_MEMORY, "out of memory");
    if (!status) status = cover_bench(cover, &d, error);
    if (status) cover_free(cover);
    return status;
}

void cover_free(struct cover *cover) {
    cases_free(&cover->list);
    free(cover->part);
    cover->part = NULL;
}
