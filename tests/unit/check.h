/* All that a unit test needs: CHECK(condition), and `return check_done();` at the end of main. */
#ifndef TESTS_UNIT_CHECK_H
#define TESTS_UNIT_CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int checks_made, checks_failed;

static inline bool check_that(bool holds, const char *what, const char *file, int line) {
    checks_made++;
    if (!holds) {
        checks_failed++;
        printf("%s:%d: does not hold: %s\n", file, line, what);
    }
    return holds;
}

static inline bool check_text(const char *got, const char *expected, const char *file, int line) {
    checks_made++;
    if (strcmp(got, expected) == 0) return true;
    checks_failed++;
    printf("%s:%d:\n  expected \"%s\"\n  got      \"%s\"\n", file, line, expected, got);
    return false;
}

#define CHECK(condition) check_that((condition), #condition, __FILE__, __LINE__)
#define CHECK_TEXT(got, expected) check_text((got), (expected), __FILE__, __LINE__)

/* A test that checked nothing has failed. */
static inline int check_done(void) {
    printf("%d checks, %d failed\n", checks_made, checks_failed);
    return checks_made == 0 || checks_failed > 0;
}

#endif
