/* Compiled without the instrumentation that it reads. */
#define _GNU_SOURCE
#include "tests/fuzz/coverage.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* The linker's names for the section of the inline counters; NULL in a program that has none. */
extern uint8_t counters_start[] __asm__("__start___sancov_cntrs") __attribute__((weak));
extern uint8_t counters_end[] __asm__("__stop___sancov_cntrs") __attribute__((weak));

static uint8_t *shared;

static size_t counter_bytes(void) { return (size_t)(counters_end - counters_start); }

void coverage_start(void) {
    if (!shared)
        shared = mmap(NULL, counter_bytes() + 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                      -1, 0);
    if (shared == MAP_FAILED) abort();
    memset(shared, 0, counter_bytes());
}

void coverage_clear(void) {
    if (counter_bytes()) memset(counters_start, 0, counter_bytes());
}

void coverage_hand_back(void) {
    for (size_t i = 0; i < counter_bytes(); i++) shared[i] = counters_start[i];
}

void coverage_take_over(void) {
    for (size_t i = 0; i < counter_bytes(); i++)
        if (shared[i] > counters_start[i]) counters_start[i] = shared[i];
}
