/* Any bytes as the descriptors of a plugin: sizes, counts, names, enumerations, ranges, callbacks
 * present or absent. Pointers are good or NULL, and every struct is as long as it says it is, so
 * that a sanitizer sees reads beyond its stamp. What is accepted must stand up to being used. */
#include <math.h>

#include "kernels/core/plugin.h"
#include "kernels/core/registry.h"
#include "reference/oracle.h"
#include "tests/fuzz/fuzz.h"

/* ---- memory that lives as long as one input ---------------------------------------------------
 */

enum { BLOCKS_MAX = 512 };
static void *block[BLOCKS_MAX];
static int blocks;

static void *hold(size_t bytes) {
    MUST(blocks < BLOCKS_MAX);
    MUST((block[blocks] = calloc(1, bytes ? bytes : 1)));
    return block[blocks++];
}

static void drop_all(void) {
    while (blocks) free(block[--blocks]);
}

static void release(const void *descriptor) { free((void *)descriptor); }

/* ---- callbacks --------------------------------------------------------------------------------
 */

static enum status agree(const void *problem, struct error *error) {
    (void)problem, (void)error;
    return STATUS_OK;
}
static enum status refuse(const void *problem, struct error *error) {
    (void)problem;
    return fail(error, STATUS_BAD_INPUT, "not\nthis one");
}
static struct shape vector(const void *problem, int operand) {
    (void)operand;
    return SHAPE(*(const int64_t *)problem);
}
static struct shape of_rank_100(const void *problem, int operand) {
    (void)problem, (void)operand;
    return (struct shape){.rank = 100};
}
static struct shape square(const void *problem, int operand) {
    (void)operand;
    const int64_t n = *(const int64_t *)problem;
    return SHAPE(n, n, n, n, n, n, n, n);
}
static struct shape absent(const void *problem, int operand) {
    (void)problem, (void)operand;
    return (struct shape){.rank = operand ? -7 : SHAPE_ABSENT};
}
static double one(const void *problem) {
    (void)problem;
    return 1;
}
static double none(const void *problem) {
    (void)problem;
    return NAN;
}
static bool never(const void *problem, int operand) {
    (void)problem, (void)operand;
    return false;
}
static void call(kernel_fn kernel, const struct invocation *invocation) {
    (void)kernel, (void)invocation;
}
static void kernel(void) {}
static size_t much(const void *problem) {
    (void)problem;
    return SIZE_MAX;
}
static void prepare(const void *problem, void *const *operand, void *prepared) {
    (void)problem, (void)operand, (void)prepared;
}
static const char *because(const void *problem) {
    (void)problem;
    return "because";
}
static void evaluate(const struct oracle_call *o, int64_t unit) { (void)o, (void)unit; }
static int64_t units(const void *problem) {
    (void)problem;
    return -1;
}

/* ---- descriptors ------------------------------------------------------------------------------
 */

static const char *text(struct supply *in) {
    static const char *const known[] = {
        NULL,    "softmax", "mine", "other",         "x",   "y",
        "naive", "fast",    "n",    "none|mean|sum", "a|b", "",
    };
    enum { KNOWN = sizeof known / sizeof known[0] };
    const int kind = supply_below(in, KNOWN + 8);
    if (kind < KNOWN) return known[kind];
    const size_t length = supply_byte(in);
    char *made = hold(2 * length + 1);
    for (size_t i = 0; i < length; i++) made[i] = (char)supply_byte(in);
    if (kind > KNOWN + 5) memset(made, 'a', 2 * length); /* long ones are cheap */
    return made;
}

/* `whole` with a stamp of its own, in a block that is no longer than the stamp says. */
static void *stamped(struct supply *in, void *whole, size_t bytes) {
    const int kind = supply_below(in, 8);
    const uint32_t size = kind == 0   ? (uint32_t)supply_number(in, 4)
                          : kind == 1 ? (uint32_t)bytes - 8 * (uint32_t)supply_below(in, 32)
                                      : (uint32_t)bytes;
    const size_t held = size < bytes ? size : bytes;
    void *made = hold(held < sizeof size ? sizeof size : held);
    memcpy(made, whole, held);
    memcpy(made, &size, sizeof size);
    return made;
}

static void make_field(struct supply *in, struct field *field, int index) {
    const int odd = supply_byte(in);
    field->name = text(in);
    field->help = odd & 1 ? text(in) : "help";
    field->kind = odd & 2 ? (enum field_kind)(int8_t)supply_byte(in) : FIELD_INT;
    field->choices = odd & 4 ? text(in) : NULL;
    field->offset = odd & 8 ? (size_t)supply_number(in, 8) : (size_t)index * 8;
    const int bytes = odd & 16 ? 8 : 1;
    field->lowest.i = odd & 32 ? (int64_t)supply_number(in, bytes) : 0;
    field->highest.i = odd & 64 ? (int64_t)supply_number(in, bytes) : 1;
    field->initial.i = odd & 128 ? (int64_t)supply_number(in, bytes) : 1;
}

static void more_of_operand(struct supply *in, struct operand *operand) {
    operand->dtype = (enum dtype)(int8_t)supply_byte(in);
    operand->domain = (enum domain)(int8_t)supply_byte(in);
    const char **said[] = {&operand->shape, &operand->absent, &operand->below, &operand->along};
    const int which = supply_byte(in);
    for (int i = 0; i < 4; i++)
        if (which >> i & 1) *said[i] = text(in);
}

/* Elements as far apart as the stamp says: how much memory there is, nobody can tell by a pointer. */
static const void *laid_out(const void *elements, int count, size_t full, uint32_t size) {
    if (!elements || size == full || !size) return elements;
    char *room = hold((size_t)count * size);
    for (int i = 0; i < count; i++)
        memcpy(room + (size_t)i * size, (const char *)elements + (size_t)i * full,
               size < full ? size : full);
    return room;
}

static struct primitive *make_primitive(struct supply *in) {
    struct primitive p = {.name = text(in), .summary = "s", .formula = "f", .call = call};
    const int odd = supply_byte(in);
    if (odd & 1) p.summary = text(in), p.formula = text(in);
    p.field_count = odd & 2 ? (int8_t)supply_byte(in) : supply_below(in, 4);
    const int fields = p.field_count < 0 ? 0 : p.field_count;
    struct field *field = hold((size_t)fields * sizeof *field);
    for (int i = 0; i < fields; i++) make_field(in, &field[i], i);
    p.fields = odd & 4 ? NULL : field;
    p.operand_count = odd & 2 ? (int8_t)supply_byte(in) : 1 + supply_below(in, 3);
    const int operands = p.operand_count < 0 ? 0 : p.operand_count;
    struct operand *operand = hold((size_t)operands * sizeof *operand);
    for (int i = 0; i < operands; i++) {
        operand[i] = (struct operand){.name = text(in), .role = (enum role)(int8_t)supply_byte(in)};
        if (odd & 64) more_of_operand(in, &operand[i]);
    }
    p.operands = odd & 8 ? NULL : operand;
    const int sizes = supply_below(in, 8); /* most often as they are */
    p.field_size = sizes & 1 && sizes > 4 ? (uint32_t)supply_below(in, 300) : sizeof *field;
    p.operand_size = sizes & 2 && sizes > 4 ? (uint32_t)supply_below(in, 300) : sizeof *operand;
    p.fields = laid_out(p.fields, fields, sizeof *field, p.field_size);
    p.operands = laid_out(p.operands, operands, sizeof *operand, p.operand_size);
    static struct shape (*const shapes[])(const void *, int) = {vector, of_rank_100, square, absent,
                                                                NULL};
    static double (*const costs[])(const void *) = {one, none, NULL};
    p.shape = shapes[fields ? supply_below(in, 5) : 3];
    p.validate = odd & 16 ? refuse : odd & 32 ? agree : NULL;
    p.flops = costs[supply_below(in, 3)];
    p.terms = costs[supply_below(in, 3)];
    p.bytes = costs[supply_below(in, 3)];
    p.reads = odd & 32 ? never : NULL;
    p.property_count = odd & 128 ? (int8_t)supply_byte(in) : 0;
    p.gradient_of = odd & 128 ? text(in) : NULL;
    return stamped(in, &p, sizeof p);
}

static struct implementation *make_implementation(struct supply *in) {
    const int odd = supply_byte(in), more = supply_byte(in);
    struct implementation i = {
        .primitive = text(in),
        .variant = text(in),
        .technique = odd & 1 ? text(in) : "technique",
        .isa = odd & 2 ? (enum isa)(int8_t)supply_byte(in) : ISA_SCALAR,
        .kernel = odd & 4 ? NULL : kernel,
        .supports = odd & 8 ? because : NULL,
        .workspace_bytes = odd & 16 ? much : NULL,
        .prepared_bytes = odd & 32 ? much : NULL,
        .prepare = odd & 64 ? prepare : NULL,
        .no_special = more & 1 ? text(in) : NULL,
        .defect = more & 2 ? text(in) : NULL,
        .caught = more & 4 ? text(in) : NULL,
    };
    if (more & 8) {
        const uint64_t bits = supply_number(in, 8);
        memcpy(&i.saving, &bits, sizeof bits);
        i.accumulation = (struct accumulation){.summation = (enum summation)(int8_t)bits,
                                               .lanes = (int8_t)(bits >> 8),
                                               .halo = (int8_t)(bits >> 16)};
        memcpy(&i.accumulation.amplification, &bits, sizeof bits);
    }
    return stamped(in, &i, sizeof i);
}

static struct oracle *make_oracle(struct supply *in) {
    const int odd = supply_byte(in);
    struct oracle oracle = {.primitive = text(in),
                            .units = odd & 1 ? NULL : units,
                            .evaluate = odd & 2 ? NULL : evaluate};
    return stamped(in, &oracle, sizeof oracle);
}

enum { LIST_MOST = 4 };

static void **make_list(struct supply *in, void *(*make)(struct supply *)) {
    const int count = supply_below(in, LIST_MOST + 1);
    if (count == LIST_MOST) return NULL;
    void **list = hold(LIST_MOST * sizeof *list);
    for (int i = 0; i < count; i++) list[i] = make(in);
    return list;
}

/* ---- use --------------------------------------------------------------------------------------
 */

static void use_primitive(const struct primitive *primitive) {
    MUST(primitive->size == sizeof *primitive);
    struct problem problem, again;
    struct error error;
    char text_of[PROBLEM_MAX_TEXT], range[256];
    problem_init(&problem, primitive);
    for (int i = 0; i < primitive->field_count; i++)
        MUST(*field_print_range(&primitive->fields[i], range, sizeof range));
    if (problem_check(&problem, &error)) {
        must_be_one_line(&error);
        return;
    }
    problem_print(&problem, text_of, sizeof text_of);
    MUST(problem_parse(&again, primitive, text_of, &error) == STATUS_OK);
    MUST(memcmp(again.value, problem.value, sizeof again.value) == 0);
    for (int i = 0; i < primitive->operand_count; i++) {
        const struct shape shape = problem_shape(&problem, i);
        MUST(shape_elements(&shape) >= 0 && shape_elements(&shape) < (int64_t)1 << 40);
        shape_print(&shape, text_of, sizeof text_of);
        problem_reads(&problem, i);
        dtype_name(primitive->operands[i].dtype);
    }
    MUST(problem_terms(&problem) >= 1);
    problem_bytes(&problem);
}

static void use_implementation(const struct implementation *implementation) {
    MUST(implementation->size == sizeof *implementation);
    struct problem problem;
    const struct primitive *primitive = registry_find_primitive(implementation->primitive);
    MUST(primitive);
    problem_init(&problem, primitive);
    implementation_unsupported(implementation, &problem);
    implementation_workspace_bytes(implementation, &problem);
    implementation_prepared_bytes(implementation, &problem);
}

static void use(struct registry_mark before) {
    const struct primitive *primitive;
    const struct implementation *implementation;
    const struct registry_mark after = registry_mark();
    int primitives = 0, implementations = 0;
    while (registry_primitive(primitives)) primitives++;
    while (registry_implementation(implementations)) implementations++;
    for (int i = primitives - (after.primitives - before.primitives);
         (primitive = registry_primitive(i)); i++)
        use_primitive(primitive);
    for (int i = implementations - (after.implementations - before.implementations);
         (implementation = registry_implementation(i)); i++)
        use_implementation(implementation);
}

static void *primitive_of(struct supply *in) { return make_primitive(in); }
static void *implementation_of(struct supply *in) { return make_implementation(in); }
static void *oracle_of(struct supply *in) { return make_oracle(in); }

/* `generate` has no argument: it hands out what the input made. */
static const struct implementation *const *generated;
static const struct implementation *const *generate(void) { return generated; }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    struct supply in = {data, bytes};
    const struct registry_mark before = registry_mark();
    const int odd = supply_byte(&in);
    struct assay_plugin plugin = {
        .abi = odd & 1 ? (uint32_t)supply_number(&in, 4) : ASSAY_PLUGIN_ABI,
        .name = odd & 2 ? text(&in) : "mine",
        .primitives = (const struct primitive *const *)make_list(&in, primitive_of),
        .oracles = (const struct oracle *const *)make_list(&in, oracle_of),
        .implementations = (const struct implementation *const *)make_list(&in, implementation_of),
    };
    if (odd & 4) plugin.generate = generate;
    generated =
        odd & 4 ? (const struct implementation *const *)make_list(&in, implementation_of) : NULL;
    const struct assay_plugin *made = stamped(&in, &plugin, sizeof plugin);
    struct error error = {""};
    if (plugin_register(made, "plugin.so", oracle_add, &error)) {
        must_be_one_line(&error);
        MUST(strncmp(error.text, "plugin.so: ", 11) == 0);
    } else {
        use(before);
    }
    registry_forget(before, release);
    oracle_forget(0);
    drop_all();
    return 0;
}
