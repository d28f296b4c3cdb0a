#include "kernels/core/registry.h"

#include "kernels/core/fill.h"
#include "reference/oracle.h"
#include "tests/unit/check.h"
#include "tests/unit/toy.h"

/* Its family is the folder that it stands in; a gradient's descriptor may stand in its function's
 * file. */
static bool stands_in_family(const struct primitive *p) {
    const char *gradient = strstr(p->name, "_backward");
    const size_t length = strlen(p->name), base = gradient ? (size_t)(gradient - p->name) : length;
    const size_t lengths[] = {length, base};
    for (int i = 0; i < 2 && p->family; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/kernels/%s/%.*s.c", ASSAY_SOURCE, p->family,
                 (int)lengths[i], p->name);
        FILE *file = fopen(path, "r");
        if (file) fclose(file);
        if (file) return true;
    }
    return false;
}

/* What every descriptor of the tree must have. */
static void primitives(void) {
    const struct primitive *p;
    int count = 0;
    for (; (p = registry_primitive(count)); count++) {
        CHECK(registry_find_primitive(p->name) == p);
        CHECK(p->size == sizeof *p && p->summary && p->formula && p->shape && p->flops);
        CHECK(p->terms && p->call && p->operand_count > 0 && p->operand_count <= OPERANDS_MAX);
        CHECK(stands_in_family(p));
        CHECK(p->summary && !strchr(p->summary, '\n') && p->formula && !strchr(p->formula, '\n'));
        struct problem problem;
        struct error error = {""};
        problem_init(&problem, p);
        CHECK(problem_check(&problem, &error) == STATUS_OK);
        CHECK_TEXT(error.text, "");
        CHECK(problem_terms(&problem) >= 1 && problem_flops(&problem) >= 0);
        CHECK(problem_bytes(&problem) > 0);
        const struct oracle *oracle = oracle_find(p->name);
        CHECK(oracle && oracle->units(problem.value) > 0);
    }
    CHECK(count > 0);
    CHECK(registry_primitive(-1) == NULL && registry_primitive(count + 5) == NULL);
    CHECK(registry_find_primitive("toy") == NULL);
}

static void implementations(void) {
    const struct implementation *i;
    int count = 0;
    for (; (i = registry_implementation(count)); count++) {
        CHECK(registry_find_implementation(i->primitive, i->variant) == i);
        CHECK(registry_find_primitive(i->primitive) != NULL);
        CHECK(i->size == sizeof *i && i->kernel && i->technique);
        CHECK(i->technique && !strchr(i->technique, '\n'));
        CHECK(!i->prepare == !i->prepared_bytes);
        /* names say what CMake compiled: see registry.def */
        const bool avx512 = strstr(i->variant, "avx512"), avx2 = strstr(i->variant, "avx2");
        if (avx512) CHECK(i->isa == ISA_AVX512);
        if (avx2) CHECK(i->isa == ISA_AVX2);
    }
    CHECK(count > 0);
    CHECK(registry_implementation(-1) == NULL);
    CHECK(registry_find_implementation("softmax", "nosuch") == NULL);
}

/* A dispatcher is judged by the engine that the problem gets. */
static void promises(void) {
    static const struct {
        const char *problem;
        bool inexact;
        double saving;
    } expected[] = {{"c=16,oc=16,h=24,w=24", true, 4}, {"c=15,oc=16,h=24,w=24", false, 0}};
    for (int k = 0; k < 2 && registry_find_implementation("conv2d", "avx2"); k++) {
        struct problem problem;
        struct error error;
        CHECK(!problem_parse(&problem, registry_find_primitive("conv2d"), expected[k].problem,
                             &error));
        const struct implementation meant =
            implementation_for(registry_find_implementation("conv2d", "avx2"), &problem);
        CHECK(meant.accumulation.inexact == expected[k].inexact);
        CHECK(meant.saving == expected[k].saving);
    }
}

static void additions(void) {
    static const struct implementation mine = {
        .size = sizeof mine, .primitive = "toy", .variant = "mine", .technique = "none"};
    struct error error;
    CHECK(registry_add_implementation(&mine, &error) == STATUS_BAD_INPUT);
    CHECK_TEXT(error.text, "toy/mine: there is no primitive toy");
    CHECK(registry_add_primitive(&primitive_toy, &error) == STATUS_OK);
    CHECK(registry_add_primitive(&primitive_toy, &error) == STATUS_BAD_INPUT);
    CHECK_TEXT(error.text, "primitive toy exists already");
    CHECK(registry_add_implementation(&mine, &error) == STATUS_OK);
    CHECK(registry_add_implementation(&mine, &error) == STATUS_BAD_INPUT);
    CHECK_TEXT(error.text, "toy/mine exists already");
    CHECK(registry_find_implementation("toy", "mine") == &mine);
    CHECK(registry_find_primitive("toy") == &primitive_toy);
    int last = 0;
    while (registry_implementation(last + 1)) last++;
    CHECK(registry_implementation(last) == &mine);
}

int main(void) {
    primitives();
    implementations();
    promises();
    additions();
    return check_done();
}
