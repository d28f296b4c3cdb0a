/* What control groups grant, read from folders made here: no test depends on the groups it runs in. */
#include "bench/quota.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int checks, failures;
static char root[] = "/tmp/assay-quota-XXXXXX";

/* A file below the root, and the folders it needs. */
static void put(const char *path, const char *text) {
    char name[512];
    snprintf(name, sizeof name, "%s/%s", root, path);
    for (char *slash = strchr(name + strlen(root) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(name, 0700);
        *slash = '/';
    }
    FILE *file = fopen(name, "w");
    if (!file || fputs(text, file) < 0 || fclose(file)) {
        perror(name);
        exit(1);
    }
}

static void clean(void) {
    char command[512];
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    if (system(command)) perror(command);
}

struct file {
    const char *path, *text;
};

static void expect(const char *text, const struct file *files) {
    clean();
    mkdir(root, 0700);
    for (; files->path; files++) put(files->path, files->text);
    char got[64];
    quota_text(root, got, sizeof got);
    checks++;
    if (strcmp(got, text) == 0) return;
    failures++;
    printf("expected %s, got %s\n", text, got);
}

#define EXPECT(text, ...) expect(text, (const struct file[]){__VA_ARGS__, {NULL, NULL}})
#define GROUP                                                                                      \
    { "proc/self/cgroup", "0::/a/b\n" }
#define V1                                                                                         \
    { "proc/self/cgroup", "5:memory:/x\n4:cpuset:/c\n3:cpu,cpuacct:/docker/12\n0::/\n" }

int main(void) {
    if (!mkdtemp(root)) {
        perror(root);
        return 1;
    }
    EXPECT("unknown", {"proc/nothing", ""});
    EXPECT("unknown", GROUP);
    EXPECT("none", GROUP, {"sys/fs/cgroup/a/b/cpu.max", "max 100000\n"});
    EXPECT("1.50 processors", GROUP, {"sys/fs/cgroup/a/b/cpu.max", "150000 100000\n"});
    /* the narrowest counts, wherever it is; one without a file is passed over */
    EXPECT("0.50 processors", GROUP, {"sys/fs/cgroup/a/b/cpu.max", "150000 100000\n"},
           {"sys/fs/cgroup/a/cpu.max", "50000 100000\n"});
    EXPECT("1.50 processors", GROUP, {"sys/fs/cgroup/a/b/cpu.max", "150000 100000\n"},
           {"sys/fs/cgroup/a/cpu.max", "max 100000\n"});
    EXPECT("2.00 processors", GROUP, {"sys/fs/cgroup/cpu.max", "200000 100000\n"});
    EXPECT("3.00 processors", {"proc/self/cgroup", "0::/\n"},
           {"sys/fs/cgroup/cpu.max", "300000 100000\n"});
    /* not groups of this process */
    EXPECT("unknown", GROUP, {"sys/fs/cgroup/c/cpu.max", "50000 100000\n"});
    /* the first version */
    EXPECT("none", V1, {"sys/fs/cgroup/cpu/docker/12/cpu.cfs_quota_us", "-1\n"},
           {"sys/fs/cgroup/cpu/docker/12/cpu.cfs_period_us", "100000\n"});
    EXPECT("1.20 processors", V1, {"sys/fs/cgroup/cpu/docker/12/cpu.cfs_quota_us", "120000\n"},
           {"sys/fs/cgroup/cpu/docker/12/cpu.cfs_period_us", "100000\n"});
    /* a container sees its own group as the mount */
    EXPECT("0.25 processors", V1, {"sys/fs/cgroup/cpu/cpu.cfs_quota_us", "25000\n"},
           {"sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"});
    EXPECT("unknown", V1, {"sys/fs/cgroup/cpu/c/cpu.cfs_quota_us", "25000\n"},
           {"sys/fs/cgroup/cpu/c/cpu.cfs_period_us", "100000\n"});
    /* what is no limit */
    EXPECT("unknown", GROUP, {"sys/fs/cgroup/a/b/cpu.max", "lots of it\n"});
    EXPECT("unknown", GROUP, {"sys/fs/cgroup/a/b/cpu.max", "150000\n"});
    EXPECT("unknown", GROUP, {"sys/fs/cgroup/a/b/cpu.max", "150000 0\n"});
    EXPECT("unknown", GROUP, {"sys/fs/cgroup/a/b/cpu.max", ""});
    EXPECT("unknown", V1, {"sys/fs/cgroup/cpu/cpu.cfs_quota_us", "25000\n"});
    EXPECT("unknown", {"proc/self/cgroup", "nonsense\n:\n::\n0:\n"});
    clean();
    printf("%d of %d checks hold\n", checks - failures, checks);
    return failures != 0;
}
