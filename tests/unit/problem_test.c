#include "kernels/core/problem.h"

#include <math.h>

#include "tests/unit/check.h"
#include "tests/unit/toy.h"

static const struct toy_problem *toy(const struct problem *problem) {
    return (const struct toy_problem *)problem->value;
}

static void defaults(void) {
    struct problem problem;
    struct error error;
    CHECK(problem_parse(&problem, &primitive_toy, "", &error) == STATUS_OK);
    CHECK(toy(&problem)->n == 4 && toy(&problem)->shift == -1 && toy(&problem)->eps == 1e-5);
    CHECK(toy(&problem)->bias == 1 && toy(&problem)->mode == 1);
    char text[PROBLEM_MAX_TEXT];
    CHECK_TEXT(problem_print(&problem, text, sizeof text),
               "n=4,shift=-1,eps=1e-05,bias=1,mode=mean");
}

/* Printing and parsing give the same bits, for values that are hard to print, too. */
static void round_trip(void) {
    static const char *const texts[] = {
        "n=0,shift=-8,eps=0,bias=0,mode=none",
        "n=4096,shift=8,eps=1,bias=1,mode=sum",
        "n=7,shift=0,eps=0.1,bias=0,mode=mean",
        "n=7,shift=0,eps=0.30000000000000004,bias=0,mode=mean",
        "n=7,shift=0,eps=4.9406564584124654e-324,bias=0,mode=mean",
        "n=7,shift=0,eps=0.0001234,bias=0,mode=mean",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct problem first, second;
        struct error error = {""};
        char text[PROBLEM_MAX_TEXT];
        CHECK(problem_parse(&first, &primitive_toy, texts[i], &error) == STATUS_OK);
        CHECK_TEXT(error.text, "");
        problem_print(&first, text, sizeof text);
        if (i != 4) CHECK_TEXT(text, texts[i]);
        CHECK(problem_parse(&second, &primitive_toy, text, &error) == STATUS_OK);
        CHECK(memcmp(first.value, second.value, sizeof first.value) == 0);
        CHECK(problem_hash(&first) == problem_hash(&second));
    }
}

static void order_does_not_matter(void) {
    struct problem a, b, c;
    CHECK(problem_parse(&a, &primitive_toy, "mode=sum,n=9", NULL) == STATUS_OK);
    CHECK(problem_parse(&b, &primitive_toy, "n=9,mode=sum", NULL) == STATUS_OK);
    CHECK(problem_parse(&c, &primitive_toy, "n=8,mode=sum", NULL) == STATUS_OK);
    CHECK(memcmp(a.value, b.value, sizeof a.value) == 0);
    CHECK(problem_hash(&a) != problem_hash(&c));
    /* FNV-1a of the name, a slash and the canonical text, worked out apart: the hash never changes
     */
    uint64_t hash = UINT64_C(14695981039346656037);
    for (const char *at = "toy/n=9,shift=-1,eps=1e-05,bias=1,mode=sum"; *at; at++)
        hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
    CHECK(problem_hash(&a) == hash);
}

static void refused(const char *text, const char *message) {
    struct problem problem;
    struct error error = {""};
    CHECK(problem_parse(&problem, &primitive_toy, text, &error) == STATUS_BAD_INPUT);
    CHECK_TEXT(error.text, message);
    CHECK(strchr(error.text, '\n') == NULL);
}

static void errors(void) {
    refused("k=1", "toy has no field 'k'; its fields are n, shift, eps, bias, mode");
    refused("N=1", "toy has no field 'N'; its fields are n, shift, eps, bias, mode");
    refused("n=1,", "'' is not of the form key=value");
    refused(",n=1", "'' is not of the form key=value");
    refused("n", "'n' is not of the form key=value");
    refused("n=1,n=1", "n is given twice");
    refused("n=-1", "n=-1 is not in [0, 4096] (elements)");
    refused("n=4097", "n=4097 is not in [0, 4096] (elements)");
    refused("n=99999999999999999999", "n=99999999999999999999 is not in [0, 4096] (elements)");
    refused("n=1.5", "n=1.5 is not in [0, 4096] (elements)");
    refused("n=0x10", "n=0x10 is not in [0, 4096] (elements)");
    refused("n=", "n= is not in [0, 4096] (elements)");
    refused("n= 1", "n= 1 is not in [0, 4096] (elements)");
    refused("n=1 ", "n=1  is not in [0, 4096] (elements)");
    refused("n=1=2", "n=1=2 is not in [0, 4096] (elements)");
    refused("eps=2", "eps=2 is not in [0, 1] (added to the variance)");
    refused("eps=nan", "eps=nan is not in [0, 1] (added to the variance)");
    refused("eps=1e999", "eps=1e999 is not in [0, 1] (added to the variance)");
    refused("eps=-1e-9", "eps=-1e-9 is not in [0, 1] (added to the variance)");
    refused("bias=2", "bias=2 is not in {0, 1} (add a bias)");
    refused("bias=yes", "bias=yes is not in {0, 1} (add a bias)");
    refused("mode=mea", "mode=mea is not in {none, mean, sum} (what becomes of them)");
    refused("mode=mean|sum", "mode=mean|sum is not in {none, mean, sum} (what becomes of them)");
    refused("mode=0", "mode=0 is not in {none, mean, sum} (what becomes of them)");
    refused("n=2,shift=3", "shift must not exceed n");
}

static void hostile_lengths(void) {
    static char text[3 * PROBLEM_MAX_TEXT];
    struct problem problem;
    struct error error;
    memset(text, 'x', sizeof text - 1);
    CHECK(problem_parse(&problem, &primitive_toy, text, &error) == STATUS_BAD_INPUT);
    CHECK_TEXT(error.text, "the problem is longer than 2047 characters");
    text[PROBLEM_MAX_TEXT - 1] = 0; /* the longest that is looked at */
    CHECK(problem_parse(&problem, &primitive_toy, text, &error) == STATUS_BAD_INPUT);
    CHECK(strlen(error.text) < sizeof error.text);
    memcpy(text, "n=", 2);
    CHECK(problem_parse(&problem, &primitive_toy, text, &error) == STATUS_BAD_INPUT);
    CHECK(problem_parse(&problem, &primitive_toy, "k=1", NULL) == STATUS_BAD_INPUT);
}

/* A program that fills the fields itself is checked the same way. */
static void check_values(void) {
    struct problem problem;
    struct error error = {""};
    problem_init(&problem, &primitive_toy);
    CHECK(problem_check(&problem, &error) == STATUS_OK);
    problem.value[0].i = -5;
    CHECK(problem_check(&problem, &error) == STATUS_BAD_INPUT);
    CHECK_TEXT(error.text, "n=-5 is not in [0, 4096] (elements)");
    problem.value[0].i = 4;
    problem.value[2].r = NAN;
    CHECK(problem_check(&problem, &error) == STATUS_BAD_INPUT);
    problem.value[2].r = 0;
    problem.value[4].i = 3;
    CHECK(problem_check(&problem, &error) == STATUS_BAD_INPUT);
    CHECK_TEXT(error.text, "mode= is not in {none, mean, sum} (what becomes of them)");
    problem.value[4].i = 2;
    problem.value[1].i = 5;
    CHECK(problem_check(&problem, &error) == STATUS_BAD_INPUT);
    CHECK_TEXT(error.text, "shift must not exceed n");
}

static void small_buffers(void) {
    struct problem problem;
    problem_init(&problem, &primitive_toy);
    char text[8];
    CHECK_TEXT(problem_print(&problem, text, sizeof text), "n=4,shi");
    CHECK_TEXT(problem_print(&problem, text, 1), "");
    char range[64];
    CHECK_TEXT(field_print_range(&fields[4], range, sizeof range), "{none, mean, sum}");
    CHECK_TEXT(field_print_range(&fields[4], range, 6), "{none");
}

int main(void) {
    defaults();
    round_trip();
    order_does_not_matter();
    errors();
    hostile_lengths();
    check_values();
    small_buffers();
    return check_done();
}
