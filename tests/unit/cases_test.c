#include "reference/cases.h"

#include <stdlib.h>
#include <unistd.h>

#include "kernels/core/registry.h"
#include "tests/unit/check.h"
#include "tests/unit/toy.h"

static char path[] = "/tmp/assay-cases-XXXXXX";

static void write_file(const char *text) {
    FILE *file = fopen(path, "w");
    if (!CHECK(file != NULL)) return;
    fputs(text, file);
    fclose(file);
}

static void good(void) {
    struct case_list list;
    struct error error;
    write_file("# comment\n"
               "[oracle exact]\n"
               "n=3 # trailing\n"
               "  n=64,mode=sum   fill=cancel seed=7  \n"
               "\n"
               "[special]\r\n"
               "- constant\r\n"
               "\t[oracle]\n"
               "n=5");
    CHECK(cases_read(&list, &primitive_toy, path, "oracle", &error) == STATUS_OK);
    if (CHECK(list.count == 3)) {
        CHECK(list.item[0].problem.value[0].i == 3 && list.item[0].line == 3);
        CHECK(list.item[0].fill == FILL_NORMAL && list.item[0].seed == 1);
        CHECK(list.item[1].fill == FILL_CANCEL && list.item[1].seed == 7);
        CHECK(!list.item[1].constant && list.item[1].problem.value[4].i == 2);
        CHECK(list.item[2].problem.value[0].i == 5 && list.item[2].line == 9);
    }
    cases_free(&list);
    CHECK(cases_read(&list, &primitive_toy, path, "exact", &error) == STATUS_OK);
    CHECK(list.count == 2 && list.item[0].fill == FILL_INTEGER);
    CHECK(list.count == 2 && list.item[1].fill == FILL_CANCEL);
    cases_free(&list);
    CHECK(cases_read(&list, &primitive_toy, path, "special", &error) == STATUS_OK);
    CHECK(list.count == 1 && list.item[0].fill == FILL_SPECIAL && list.item[0].constant);
    cases_free(&list);
    CHECK(cases_read(&list, &primitive_toy, path, "bench", &error) == STATUS_OK);
    CHECK(list.count == 0);
    cases_free(&list);
    write_file("");
    CHECK(cases_read(&list, &primitive_toy, path, "bench", &error) == STATUS_OK);
    CHECK(list.count == 0);
}

static void refused(const char *text, const char *message) {
    struct case_list list;
    struct error error = {""};
    char expected[512];
    write_file(text);
    CHECK(cases_read(&list, &primitive_toy, path, "oracle", &error) == STATUS_BAD_INPUT);
    CHECK(list.count == 0 && list.item == NULL);
    snprintf(expected, sizeof expected, "%s:%s", path, message);
    CHECK_TEXT(error.text, expected);
}

static void bad(void) {
    refused("[oracle\nn=1\n", "1: '[' without ']'");
    refused("\n[orakel]\n", "2: there is no kind of case 'orakel'");
    refused("[oracle]\nn=1\nk=1\n",
            "3: toy has no field 'k'; its fields are n, shift, eps, bias, mode");
    refused("[oracle]\nn=1 fill=grey\n", "2: there is no fill 'grey'");
    refused("[oracle]\nn=1 seed=x\n", "2: 'seed=x' is not a seed");
    refused("[oracle]\nn=1 seed=\n", "2: 'seed=' is not a seed");
    refused("[oracle]\nn=1 seed=-1\n", "2: 'seed=-1' is not a seed");
    refused("[oracle]\nn=1 n=2\n", "2: cannot read 'n=2' (fill=, seed= or constant)");
    struct case_list list;
    struct error error;
    CHECK(cases_read(&list, &primitive_toy, "/nowhere/toy.cases", "oracle", &error) == STATUS_IO);
    CHECK_TEXT(error.text, "/nowhere/toy.cases: No such file or directory");
}

/* Every case file of the tree can be read, for every kind. */
static void tree(void) {
    const struct primitive *primitive;
    for (int i = 0; (primitive = registry_primitive(i)); i++) {
        for (int kind = 0; case_sections[kind]; kind++) {
            struct case_list list;
            struct error error = {""};
            CHECK(cases_of(&list, primitive, case_sections[kind], &error) == STATUS_OK);
            CHECK_TEXT(error.text, "");
            cases_free(&list);
        }
    }
    char file[64];
    setenv("ASSAY_CASES", "/elsewhere", 1);
    CHECK_TEXT(cases_path("toy", file, sizeof file), "/elsewhere/toy.cases");
    unsetenv("ASSAY_CASES");
}

/* ---- a family's file and a member's -----------------------------------------------------------
 */

static void put(const char *folder, const char *name, const char *text) {
    char file[256];
    snprintf(file, sizeof file, "%s/%s.cases", folder, name);
    unlink(file);
    if (!text) return;
    FILE *out = fopen(file, "w");
    if (!CHECK(out != NULL)) return;
    fputs(text, out);
    fclose(out);
}

/* The values of n, in order: "3 7*", a star for those out of the family's file. */
static void listed(const struct primitive *primitive, const char *expected) {
    struct case_list list;
    struct error error = {""};
    char text[256] = "";
    CHECK(cases_of(&list, primitive, "oracle", &error) == STATUS_OK);
    CHECK_TEXT(error.text, "");
    for (int i = 0; i < list.count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%lld%s", i ? " " : "",
                 (long long)list.item[i].problem.value[0].i, list.item[i].shared ? "*" : "");
    CHECK_TEXT(text, expected);
    cases_free(&list);
}

static void family(void) {
    char folder[] = "/tmp/cases_test_family_XXXXXX";
    if (!CHECK(mkdtemp(folder) != NULL)) return;
    setenv("ASSAY_CASES", folder, 1);
    struct primitive member = primitive_toy, head = primitive_toy;
    member.family = "playthings";
    head.family = "toy"; /* the family bears its name */
    CHECK(!cases_exist(&member) && !cases_exist(&primitive_toy));
    listed(&member, "");
    put(folder, "playthings", "[oracle]\nn=3\n[exact]\nn=4\n");
    CHECK(cases_exist(&member) && !cases_exist(&primitive_toy));
    listed(&member, "3*");
    listed(&primitive_toy, "");
    put(folder, "toy", "[exact]\nn=5\n[oracle]\nn=6\n");
    CHECK(cases_exist(&member) && cases_exist(&primitive_toy));
    listed(&member, "3* 6");
    listed(&primitive_toy, "6");
    listed(&head, "6");
    struct primitive gradient = member;
    gradient.name = "toy_backward";
    gradient.gradient_of = "toy";
    listed(&gradient, "3* 6");
    put(folder, "toy_backward", "[oracle]\nn=7\n");
    listed(&gradient, "3* 7");
    put(folder, "toy_backward", NULL);
    put(folder, "playthings", "[oracle]\nk=3\n");
    struct case_list list;
    struct error error = {""};
    CHECK(cases_of(&list, &member, "oracle", &error) == STATUS_BAD_INPUT && !list.count);
    CHECK(strstr(error.text, "playthings.cases:2: toy has no field 'k'") != NULL);
    put(folder, "playthings", NULL);
    put(folder, "toy", NULL);
    rmdir(folder);
    unsetenv("ASSAY_CASES");
}

int main(void) {
    const int file = mkstemp(path);
    if (!CHECK(file >= 0)) return check_done();
    close(file);
    good();
    bad();
    unlink(path);
    tree();
    family();
    return check_done();
}
