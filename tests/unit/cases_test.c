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
        char file[1024];
        for (int kind = 0; kind < CASE_KINDS; kind++) {
            struct case_list list;
            struct error error = {""};
            CHECK(cases_read(&list, primitive, cases_path(primitive->name, file, sizeof file),
                             case_kinds[kind], &error) == STATUS_OK);
            CHECK_TEXT(error.text, "");
            cases_free(&list);
        }
    }
    char file[64];
    setenv("ASSAY_CASES", "/elsewhere", 1);
    CHECK_TEXT(cases_path("toy", file, sizeof file), "/elsewhere/toy.cases");
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
    return check_done();
}
