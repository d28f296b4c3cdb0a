/* Strangers: kernels of plugins, which run in assay-worker (assay_worker.c). */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernels/host/host.h"

bool stranger_is(const struct host *host, const struct implementation *implementation) {
    return implementation && implementation->plugin &&
           (host->all_strangers || !implementation->defect);
}

void stranger_program(char *buffer, size_t bytes) {
    const ssize_t length = readlink("/proc/self/exe", buffer, bytes - 1);
    buffer[length > 0 ? length : 0] = 0;
    char *name = strrchr(buffer, '/');
    name = name ? name + 1 : buffer;
    snprintf(name, bytes - (size_t)(name - buffer), "assay-worker");
}

enum status hosts_open(struct hosts *hosts, char **arguments, double timeout, struct error *error) {
    enum status status = host_open(&hosts->ours, arguments, timeout, error);
    if (status) return status;
    status = host_open(&hosts->strangers, arguments, timeout, error);
    if (status) host_close(&hosts->ours);
    return status;
}

void hosts_close(struct hosts *hosts) {
    host_close(&hosts->ours);
    host_close(&hosts->strangers);
}

struct host *hosts_for(struct hosts *hosts, const struct implementation *implementation) {
    return stranger_is(&hosts->strangers, implementation) ? &hosts->strangers : &hosts->ours;
}
