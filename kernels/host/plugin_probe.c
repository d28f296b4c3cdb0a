/* A plugin is met by a child process first, which tells through shared memory what it
 * is doing, so that its death can be explained. */
#define _GNU_SOURCE /* MAP_ANONYMOUS, on_exit */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernels/core/fill.h"
#include "kernels/core/memory.h"
#include "kernels/core/plugin.h"
#include "kernels/core/registry.h"
#include "kernels/host/sandbox.h"

enum { PATIENCE_SECONDS = 10 };

struct diary {
    volatile sig_atomic_t closed; /* the child got to its end */
    enum status status;
    struct error error;
    const char *path;
    char doing[PROBLEM_MAX_TEXT + 128]; /* "calls shape of mine for n=3" */
};

/* ---- the child --------------------------------------------------------------------------------
 */

static void calls(struct diary *diary, const struct problem *problem, const char *callback) {
    char text[PROBLEM_MAX_TEXT];
    snprintf(diary->doing, sizeof diary->doing, "calls %s of %s for '%s'", callback,
             problem->primitive->name, problem_print(problem, text, sizeof text));
}

enum { TRIED_ELEMENTS = 1 << 20 };

/* Its own fill, asked for what the problem has of inputs. */
static bool asks_fill(struct diary *diary, const struct problem *problem) {
    calls(diary, problem, "fill");
    for (int i = 0; i < problem->primitive->operand_count; i++) {
        const struct shape shape = problem_shape(problem, i);
        const struct tensor tensor = {problem->primitive->operands[i].dtype, shape, NULL};
        struct guarded block;
        if (!shape_elements(&shape) || shape_elements(&shape) > TRIED_ELEMENTS ||
            !guarded_map(&block, tensor_bytes(&tensor), GUARD_AT_END, -1))
            continue;
        struct error refusal;
        bool filled;
        const enum status status =
            fill_own(problem, i, FILL_NORMAL, 1, block.data, &filled, &refusal);
        guarded_unmap(&block);
        if (!status) continue;
        diary->status = fail(&diary->error, status, "%.200s: fill of %.60s: %.200s", diary->path,
                             problem->primitive->name, refusal.text);
        return false;
    }
    return true;
}

/* problem_check calls validate and, when that agrees, every shape. */
static bool asks_about(struct diary *diary, const struct problem *problem) {
    struct error refusal;
    calls(diary, problem, "validate or shape");
    const enum status status = problem_check(problem, &refusal);
    if (status && strstr(refusal.text, " cannot be: ")) {
        diary->status = fail(&diary->error, status, "%.200s: %.250s", diary->path, refusal.text);
        return false;
    }
    if (status) return true;
    calls(diary, problem, "reads");
    for (int i = 0; i < problem->primitive->operand_count; i++) problem_reads(problem, i);
    calls(diary, problem, "flops");
    problem_flops(problem);
    calls(diary, problem, "bytes");
    problem_bytes(problem);
    calls(diary, problem, "terms");
    problem_terms(problem);
    return !problem->primitive->fill || asks_fill(diary, problem);
}

/* The default problem, and those where one field is as low or as high as it goes. */
static bool asks(struct diary *diary, const struct primitive *primitive) {
    struct problem problem;
    problem_init(&problem, primitive);
    if (!asks_about(diary, &problem)) return false;
    for (int i = 0; i < primitive->field_count; i++) {
        const struct field *field = &primitive->fields[i];
        if (field->kind == FIELD_CHOICE) continue;
        problem.value[i] = field->lowest;
        if (!asks_about(diary, &problem)) return false;
        problem.value[i] = field->highest;
        if (!asks_about(diary, &problem)) return false;
        problem.value[i] = field->initial;
    }
    return true;
}

/* A plugin that calls exit() ends here: what the libraries of the parent have to do at the end is
 * not for a copy of it, which lacks their threads, and may never return (LeakSanitizer's check). */
#ifdef __GLIBC__
static void leave_at_once(int code, void *unused) {
    (void)unused;
    _exit(code);
}
static void skip_what_comes_at_exit(void) { on_exit(leave_at_once, NULL); }
#else
static void skip_what_comes_at_exit(void) {}
#endif

static void limit(void) {
    const struct rlimit no_core = {0, 0};
    const struct rlimit patience = {PATIENCE_SECONDS, PATIENCE_SECONDS + 1};
    setrlimit(RLIMIT_CORE, &no_core);
    setrlimit(RLIMIT_CPU, &patience);
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGINT, SIGTERM};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) signal(numbers[i], SIG_DFL);
    /* what a constructor prints it prints again when the plugin is loaded in earnest */
    const int nowhere = open("/dev/null", O_RDWR);
    for (int file = 0; nowhere >= 0 && file < 3; file++) dup2(nowhere, file);
}

static struct diary *confined;

static void forbidden(int call, const char *file) {
    char did[400];
    sandbox_explain(call, file, did, sizeof did);
    confined->status =
        fail(&confined->error, STATUS_UNAVAILABLE, "%.150s: %.340s", confined->path, did);
    confined->closed = 1;
    _exit(EXIT_FAILED);
}

/* `pipe`: whose end tells the parent of this one's. */
static void confine(struct diary *diary, int pipe) {
    static struct sandbox sandbox = {.forbidden = forbidden}; /* outlives this call */
    static const char *files[2];
    files[0] = diary->path;
    sandbox.files = files;
    sandbox.descriptors = pipe + 1;
    confined = diary;
    sandbox_enter(&sandbox);
}

static void probe(struct diary *diary, const char *path, plugin_oracle_fn *add_oracle) {
    skip_what_comes_at_exit();
    const struct registry_mark before = registry_mark();
    snprintf(diary->doing, sizeof diary->doing, "is loaded");
    diary->status = plugin_load(path, add_oracle, &diary->error);
    const struct primitive *primitive;
    int built = 0;
    while (registry_primitive(built)) built++;
    for (int i = built - (registry_mark().primitives - before.primitives);
         !diary->status && (primitive = registry_primitive(i)) && asks(diary, primitive); i++) {
    }
    diary->closed = 1;
}

/* ---- the parent -------------------------------------------------------------------------------
 */

/* False: it neither ends nor closes its end of the pipe. */
static bool ends(int pipe) {
    struct pollfd wait = {.fd = pipe, .events = POLLIN};
    int ready;
    do ready = poll(&wait, 1, PATIENCE_SECONDS * 1000);
    while (ready < 0 && errno == EINTR);
    return ready > 0;
}

static enum status explain(const struct diary *diary, const char *path, bool ended, int how,
                           struct error *error) {
    if (ended && diary->closed)
        return diary->status ? fail(error, diary->status, "%.500s", diary->error.text) : STATUS_OK;
    if (!ended || (WIFSIGNALED(how) && WTERMSIG(how) == SIGXCPU))
        return fail(error, STATUS_BAD_INPUT, "%.200s: hangs when it %.280s", path, diary->doing);
    if (WIFSIGNALED(how))
        return fail(error, STATUS_BAD_INPUT, "%.200s: crashes (%s) when it %.250s", path,
                    strsignal(WTERMSIG(how)), diary->doing);
    return fail(error, STATUS_BAD_INPUT,
                "%.200s: ends the process with exit status %d when it %.250s", path,
                WEXITSTATUS(how), diary->doing);
}

void plugin_exit(int code) {
    fflush(NULL);
    _exit(code);
}

enum status plugin_probe(const char *path, plugin_oracle_fn *add_oracle, bool sandboxed,
                         struct error *error) {
    struct diary *diary =
        mmap(NULL, sizeof *diary, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int end[2];
    if (diary == MAP_FAILED || pipe(end))
        return fail(error, STATUS_IO, "cannot try a plugin: %s", strerror(errno));
    diary->path = path;
    const pid_t child = fork();
    if (child == 0) {
        close(end[0]);
        limit();
        if (sandboxed) confine(diary, end[1]);
        probe(diary, path, add_oracle);
        _exit(0);
    }
    close(end[1]);
    const bool ended = child > 0 && ends(end[0]);
    int how = 0;
    if (child > 0) {
        if (!ended) kill(child, SIGKILL);
        while (waitpid(child, &how, 0) < 0 && errno == EINTR) {
        }
    }
    close(end[0]);
    const enum status status =
        child > 0 ? explain(diary, path, ended, how, error)
                  : fail(error, STATUS_IO, "cannot try a plugin: %s", strerror(errno));
    munmap(diary, sizeof *diary);
    return status;
}
