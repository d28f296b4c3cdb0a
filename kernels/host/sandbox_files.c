#define _GNU_SOURCE
#include "kernels/host/sandbox_files.h"

#include "kernels/host/sandbox_filter.h"

#if SANDBOX_FILTERED
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What libraries look at: the processors and memory there are (OpenMP runtimes, OpenBLAS, oneDNN,
 * libxsmm), their own threads and limits, locales. `*` is one component; a slash at the end, all
 * that lies below. Nothing by which /proc leads out of itself: no mem, no fd, no root, no cwd. */
static const char *const needed[] = {
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/version",
    "/proc/filesystems",
    "/proc/self/maps",
    "/proc/self/status",
    "/proc/self/stat",
    "/proc/self/statm",
    "/proc/self/cgroup",
    "/proc/self/mountinfo",
    "/proc/self/task",
    "/proc/self/task/*/maps",
    "/proc/self/task/*/stat",
    "/proc/self/task/*/status",
    "/proc/self/task/*/comm",
    "/proc/sys/vm/overcommit_memory",
    "/proc/sys/kernel/",
    "/sys/devices/system/",
    "/sys/kernel/mm/",
    "/sys/fs/cgroup/",
    "/dev/null",
    "/dev/zero",
    "/dev/urandom",
    "/dev/random",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo/",
    "/usr/share/locale/",
    "/usr/lib/locale/",
    "/usr/lib/x86_64-linux-gnu/gconv/",
};

static bool matches(const char *pattern, const char *path) {
    char last = 0;
    for (; *pattern && *pattern != '*'; pattern++, path++) {
        if (*pattern != *path) return false;
        last = *pattern;
    }
    if (!*pattern) return !*path || last == '/';
    while (*path && *path != '/') path++;
    return matches(pattern + 1, path);
}

/* libgomp.so.1, mine.so: a library, wherever it lies. */
static bool is_library(const char *path) {
    const char *name = strrchr(path, '/');
    for (const char *at = name ? name : path; (at = strstr(at, ".so")); at += 3)
        if (!at[3] || at[3] == '.') return true;
    return false;
}

static bool is_needed(const char *path) {
    char same[PATH_MAX];
    char *rest = NULL;
    if (strncmp(path, "/proc/", 6) == 0 && strtol(path + 6, &rest, 10) == getpid() && *rest == '/')
        snprintf(same, sizeof same, "/proc/self%s", rest);
    else if (strncmp(path, "/proc/thread-self/", 18) == 0)
        snprintf(same, sizeof same, "/proc/self/%s", path + 18);
    else
        snprintf(same, sizeof same, "%s", path);
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (matches(needed[i], same)) return true;
    return false;
}

static bool read_link(const char *link, char *buffer) {
    const ssize_t length = readlink(link, buffer, PATH_MAX - 1);
    buffer[length > 0 ? length : 0] = 0;
    return length > 0;
}

static bool path_of(int file, char *buffer) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    return read_link(file == AT_FDCWD ? "/proc/self/cwd" : link, buffer);
}

/* As it is written: nothing is opened that a look at the name forbids. */
static bool asks_for_needed(const struct opening *opening) {
    char whole[PATH_MAX];
    if (is_library(opening->path)) return true;
    if (strstr(opening->path, "..")) return false;
    if (*opening->path == '/') return is_needed(opening->path);
    if (!path_of(opening->folder, whole)) return false;
    if (strlen(whole) + strlen(opening->path) + 2 > sizeof whole) return false;
    strcat(strcat(whole, "/"), opening->path);
    return is_needed(whole);
}

/* What it turned out to be, when links were followed. */
static bool is_what_was_asked(int file) {
    char real[PATH_MAX];
    return path_of(file, real) && (is_needed(real) || is_library(real));
}

static bool listed(const char *path, const char *const *list) {
    if (strncmp(path, "./", 2) == 0) path += 2; /* dlopen wants a slash: plugin.c */
    for (; list && *list; list++)
        if (!strcmp(path, strncmp(*list, "./", 2) ? *list : *list + 2)) return true;
    return false;
}

long files_open(const struct opening *opening, const char *const *allowed, uint64_t key) {
    char path[PATH_MAX]; /* another thread could change the caller's between look and use */
    if (strnlen(opening->path, sizeof path) == sizeof path) return -ENAMETOOLONG;
    snprintf(path, sizeof path, "%s", opening->path);
    const struct opening copy = {opening->folder, path, opening->flags};
    const bool named = listed(path, allowed);
    if (!named && !asks_for_needed(&copy))
        return faccessat(copy.folder, path, F_OK, AT_SYMLINK_NOFOLLOW) ? -errno : FILES_FORBIDDEN;
    const long file = syscall(SYS_openat, copy.folder, path, copy.flags, 0, 0, key);
    if (file < 0) return -errno;
    if (named || is_what_was_asked((int)file)) return file;
    close((int)file);
    return FILES_FORBIDDEN;
}
#endif
