/* How much of the processors the control groups around this process grant it. */
#ifndef BENCH_QUOTA_H
#define BENCH_QUOTA_H

#include <stddef.h>

enum quota {
    QUOTA_UNKNOWN, /* no group says anything */
    QUOTA_NONE,    /* they set no limit */
    QUOTA_LIMIT    /* the narrowest of the group and those around it */
};

/* `root`: where /proc and /sys are; "" for this machine. `processors` is set with QUOTA_LIMIT alone.
 * Control groups v2 (cpu.max: "150000 100000", "max 100000") and v1 (cpu.cfs_quota_us of the
 * controller cpu; -1: no limit); what cannot be read as a limit is passed over. */
enum quota quota_read(const char *root, double *processors);

/* "1.50 processors"; "none"; "unknown". */
void quota_text(const char *root, char *text, size_t bytes);

#endif
