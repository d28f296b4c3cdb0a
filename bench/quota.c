#include "bench/quota.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { PATH_BYTES = 1024 };

/* One number of a file, its first or second; false: there is none. */
static bool read_number(const char *path, const char *format, double *number) {
    FILE *file = fopen(path, "r");
    const bool known = file && fscanf(file, format, number) == 1;
    if (file) fclose(file);
    return known;
}

static enum quota limit_of(double quota, double period, double *processors) {
    if (quota < 0) return QUOTA_NONE;
    if (!(quota > 0 && period > 0)) return QUOTA_UNKNOWN;
    *processors = quota / period;
    return QUOTA_LIMIT;
}

/* cpu.max of one group. */
static enum quota of_group(const char *folder, double *processors) {
    char path[PATH_BYTES + 32], first[64] = "";
    double quota = -1, period = 0;
    snprintf(path, sizeof path, "%s/cpu.max", folder);
    FILE *file = fopen(path, "r");
    const int read = file ? fscanf(file, "%63s %lf", first, &period) : 0;
    if (file) fclose(file);
    if (read < 1) return QUOTA_UNKNOWN;
    if (strcmp(first, "max") == 0) return QUOTA_NONE;
    if (read < 2 || sscanf(first, "%lf", &quota) != 1 || quota < 0) return QUOTA_UNKNOWN;
    return limit_of(quota, period, processors);
}

/* cpu.cfs_quota_us of one group of the first version. */
static enum quota of_group_v1(const char *folder, double *processors) {
    char path[PATH_BYTES + 32];
    double quota, period = 0;
    snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", folder);
    if (!read_number(path, "%lf", &quota)) return QUOTA_UNKNOWN;
    snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
    if (quota >= 0 && !read_number(path, "%lf", &period)) return QUOTA_UNKNOWN;
    return limit_of(quota, period, processors);
}

/* From the group `path` below `mount` up to the mount itself: in a container the lower ones may not
 * be there, and any of them may be the narrowest. */
static enum quota narrowest(const char *mount, const char *path,
                            enum quota (*of)(const char *, double *), double *processors) {
    char folder[PATH_BYTES];
    const size_t top = strlen(mount);
    if (snprintf(folder, sizeof folder, "%s%s", mount, path) >= (int)sizeof folder)
        return QUOTA_UNKNOWN;
    enum quota all = QUOTA_UNKNOWN;
    for (;;) {
        double here = 0;
        const enum quota one = of(folder, &here);
        if (one == QUOTA_LIMIT && (all != QUOTA_LIMIT || here < *processors)) *processors = here;
        if (one > all) all = one;
        char *last = strlen(folder) > top ? strrchr(folder + top, '/') : NULL;
        if (!last) return all;
        *last = 0;
    }
}

/* "4:cpu,cpuacct:/docker/1234": the path of a group whose controllers include cpu; NULL. */
static const char *path_of_cpu(char *line) {
    char *controllers = strchr(line, ':');
    char *path = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!path) return NULL;
    *path++ = 0;
    char *rest;
    for (char *one = strtok_r(controllers + 1, ",", &rest); one; one = strtok_r(NULL, ",", &rest))
        if (strcmp(one, "cpu") == 0) return path;
    return NULL;
}

enum quota quota_read(const char *root, double *processors) {
    char name[PATH_BYTES], line[512];
    snprintf(name, sizeof name, "%s/proc/self/cgroup", root);
    enum quota all = QUOTA_UNKNOWN;
    FILE *groups = fopen(name, "r");
    while (groups && fgets(line, sizeof line, groups)) {
        line[strcspn(line, "\n")] = 0;
        double here = 0;
        enum quota one = QUOTA_UNKNOWN;
        const char *path;
        if (strncmp(line, "0::/", 4) == 0) {
            snprintf(name, sizeof name, "%s/sys/fs/cgroup", root);
            one = narrowest(name, line + 3, of_group, &here);
        } else if ((path = path_of_cpu(line))) {
            snprintf(name, sizeof name, "%s/sys/fs/cgroup/cpu", root);
            one = narrowest(name, path, of_group_v1, &here);
        }
        if (one == QUOTA_LIMIT && (all != QUOTA_LIMIT || here < *processors)) *processors = here;
        if (one > all) all = one;
    }
    if (groups) fclose(groups);
    return all;
}

void quota_text(const char *root, char *text, size_t bytes) {
    double processors;
    switch (quota_read(root, &processors)) {
    case QUOTA_UNKNOWN: snprintf(text, bytes, "unknown"); break;
    case QUOTA_NONE: snprintf(text, bytes, "none"); break;
    case QUOTA_LIMIT: snprintf(text, bytes, "%.2f processors", processors); break;
    }
}
