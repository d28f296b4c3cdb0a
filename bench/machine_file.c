/* The ceilings as JSON, in their cache file, and on the terminal. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/machine.h"
#include "kernels/core/output.h"

enum { SCHEMA_VERSION = 2 }; /* 1 had one spread for all kinds of stream */
static const char *const stream_names[STREAMS] = {"read", "copy", "triad", "update"};
static const char *const level_names[CACHE_LEVELS + 1] = {"", "L1", "L2", "L3", "DRAM"};

/* ---- JSON ------------------------------------------------------------------------------------
 */

static json_t *flops_to_json(const struct machine *m) {
    json_t *list = json_array();
    for (int i = 0; i < m->flops_count; i++) {
        const struct flops_ceiling *c = &m->flops[i];
        json_array_append_new(list, json_pack("{s:s, s:i, s:f, s:f}", "isa", isa_name(c->isa),
                                              "threads", c->threads, "flops_per_second",
                                              c->flops_per_second, "spread", c->spread));
    }
    return list;
}

static json_t *curve_to_json(const struct machine *m) {
    json_t *list = json_array();
    for (int i = 0; i < m->curve_count; i++) {
        const struct stream_ceiling *c = &m->curve[i];
        json_t *row = json_pack("{s:I, s:i}", "bytes", (json_int_t)c->bytes, "threads", c->threads);
        json_t *spread = json_object();
        for (int s = 0; s < STREAMS; s++) {
            json_object_set_new(row, stream_names[s], json_real(c->bytes_per_second[s]));
            json_object_set_new(spread, stream_names[s], json_real(c->spread[s]));
        }
        json_object_set_new(row, "spread", spread);
        json_array_append_new(list, row);
    }
    return list;
}

static void add_level(json_t *list, const struct machine *m, int level, int threads) {
    const size_t set = machine_level_bytes(m, level) * (size_t)(level < 3 ? threads : 1);
    const double size = level < CACHE_LEVELS
                            ? (double)m->cpu.cache_bytes[level]
                            : (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    json_t *row = json_pack("{s:s, s:I, s:i}", "level", level_names[level], "bytes",
                            (json_int_t)size, "threads", threads);
    for (int s = 0; s < STREAMS; s++)
        json_object_set_new(
            row, stream_names[s],
            json_real(
                machine_stream(m, (enum stream)s, level < CACHE_LEVELS ? set : SIZE_MAX, threads)));
    json_array_append_new(list, row);
}

static json_t *levels_to_json(const struct machine *m) {
    json_t *list = json_array();
    const int kinds = m->cpu.processors > 1 ? 2 : 1;
    for (int kind = 0; kind < kinds; kind++)
        for (int level = 1; level <= CACHE_LEVELS; level++)
            if (level == CACHE_LEVELS || m->cpu.cache_bytes[level])
                add_level(list, m, level, kind ? m->cpu.processors : 1);
    return list;
}

char *machine_to_json(const struct machine *m, bool pretty) {
    json_t *caches = json_array();
    for (int level = 1; level < CACHE_LEVELS; level++)
        json_array_append_new(caches, json_pack("{s:I, s:i}", "bytes",
                                                (json_int_t)m->cpu.cache_bytes[level], "shared_by",
                                                m->cpu.cache_sharers[level]));
    json_t *root = json_pack("{s:s, s:i, s:s, s:i, s:o, s:o, s:o, s:o}", "schema", "assay-machine",
                             "version", SCHEMA_VERSION, "cpu", m->cpu.name, "processors",
                             m->cpu.processors, "caches", caches, "flops", flops_to_json(m),
                             "bandwidth", levels_to_json(m), "curve", curve_to_json(m));
    char *text =
        root ? json_dumps(root, JSON_REAL_PRECISION(6) | (pretty ? JSON_INDENT(1) : 0)) : NULL;
    json_decref(root);
    return text;
}

static bool flops_from_json(struct machine *m, const json_t *list) {
    size_t i;
    json_t *row;
    json_array_foreach(list, i, row) {
        const char *isa;
        struct flops_ceiling *c = &m->flops[i];
        if (i >= 2 * ISA_LEVELS ||
            json_unpack(row, "{s:s, s:i, s:F, s:F}", "isa", &isa, "threads", &c->threads,
                        "flops_per_second", &c->flops_per_second, "spread", &c->spread) ||
            isa_parse(isa) < 0 || !(c->flops_per_second > 0))
            return false;
        c->isa = (enum isa)isa_parse(isa);
        m->flops_count++;
    }
    return m->flops_count > 0;
}

static bool curve_from_json(struct machine *m, const json_t *list) {
    size_t i;
    json_t *row;
    json_array_foreach(list, i, row) {
        json_int_t bytes;
        json_t *spread;
        struct stream_ceiling *c = &m->curve[i];
        if (i >= 2 * MACHINE_POINTS ||
            json_unpack(row, "{s:I, s:i, s:o}", "bytes", &bytes, "threads", &c->threads, "spread",
                        &spread) ||
            bytes <= 0)
            return false;
        c->bytes = (size_t)bytes;
        for (int s = 0; s < STREAMS; s++) {
            const json_t *own =
                json_is_object(spread) ? json_object_get(spread, stream_names[s]) : spread;
            c->bytes_per_second[s] = json_number_value(json_object_get(row, stream_names[s]));
            c->spread[s] = json_number_value(own);
            if (!(c->bytes_per_second[s] > 0) || !json_is_number(own) || !(c->spread[s] >= 0))
                return false;
        }
        m->curve_count++;
    }
    return m->curve_count > 0;
}

static bool caches_from_json(struct machine *m, const json_t *list) {
    size_t i;
    json_t *row;
    json_array_foreach(list, i, row) {
        json_int_t bytes;
        if (i + 1 >= CACHE_LEVELS || json_unpack(row, "{s:I, s:i}", "bytes", &bytes, "shared_by",
                                                 &m->cpu.cache_sharers[i + 1]))
            return false;
        m->cpu.cache_bytes[i + 1] = (long)bytes;
    }
    return true;
}

enum status machine_from_json(struct machine *m, const char *text, struct error *error) {
    json_error_t where;
    *m = (struct machine){.curve_count = 0};
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &where);
    const char *schema = NULL, *cpu = NULL;
    int version = 0;
    const bool good = root &&
                      !json_unpack(root, "{s:s, s:i, s:s, s:i}", "schema", &schema, "version",
                                   &version, "cpu", &cpu, "processors", &m->cpu.processors) &&
                      strcmp(schema, "assay-machine") == 0 && version >= 1 &&
                      version <= SCHEMA_VERSION &&
                      caches_from_json(m, json_object_get(root, "caches")) &&
                      flops_from_json(m, json_object_get(root, "flops")) &&
                      curve_from_json(m, json_object_get(root, "curve"));
    if (good) snprintf(m->cpu.name, sizeof m->cpu.name, "%s", cpu);
    json_decref(root);
    return good ? STATUS_OK
                : fail(error, STATUS_BAD_INPUT, "not a description of a machine's ceilings");
}

/* ---- the cache file ---------------------------------------------------------------------------
 */

static uint64_t fnv1a(uint64_t hash, const char *text) {
    for (; *text; text++) hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}

char *machine_path(const struct cpu *cpu, char *buffer, size_t bytes) {
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char key[256];
    snprintf(key, sizeof key, "%s/%d/%s/%d", cpu->name, cpu->processors, context_version(),
             SCHEMA_VERSION);
    const uint64_t hash = fnv1a(UINT64_C(0xcbf29ce484222325), key);
    buffer[0] = 0;
    if (cache && *cache == '/') /* the XDG specification ignores relative paths */
        snprintf(buffer, bytes, "%s/assay/machine-%016" PRIx64 ".json", cache, hash);
    else if (home && *home)
        snprintf(buffer, bytes, "%s/.cache/assay/machine-%016" PRIx64 ".json", home, hash);
    return buffer;
}

static char *read_all(const char *path) {
    enum { MOST = 1 << 20 };
    FILE *file = *path ? fopen(path, "r") : NULL;
    if (!file) return NULL;
    char *text = malloc(MOST);
    const size_t size = text ? fread(text, 1, MOST - 1, file) : 0;
    if (text) text[size] = 0;
    fclose(file);
    return text;
}

static bool load(struct machine *m, const struct cpu *cpu, const char *path) {
    char *text = read_all(path);
    const bool good = text && !machine_from_json(m, text, NULL) &&
                      strcmp(m->cpu.name, cpu->name) == 0 && m->cpu.processors == cpu->processors;
    free(text);
    return good;
}

enum status machine_read(struct machine *m, const char *path, struct error *error) {
    char *text = read_all(path);
    if (!text) return fail(error, STATUS_BAD_INPUT, "%.200s: %s", path, strerror(errno));
    const bool good = !machine_from_json(m, text, NULL);
    free(text);
    return good ? STATUS_OK
                : fail(error, STATUS_BAD_INPUT, "%.200s: not a description of a machine's ceilings",
                       path);
}

static void make_folders(const char *path) {
    char part[512];
    snprintf(part, sizeof part, "%s", path);
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(part, 0777);
        *slash = '/';
    }
}

static enum status save(const struct machine *m, const char *path, struct error *error) {
    FILE *file;
    char *text = machine_to_json(m, true);
    if (!text) return fail(error, STATUS_NO_MEMORY, "out of memory");
    make_folders(path);
    enum status status = output_open(&file, path, error);
    if (!status) status = output_close(file, fprintf(file, "%s\n", text) > 0, error);
    free(text);
    return status;
}

void machine_remember(const struct machine *m) {
    char path[512];
    struct error why;
    machine_path(&m->cpu, path, sizeof path);
    if (*path && save(m, path, &why)) /* no reason to stop: it will be measured again */
        fprintf(stderr, "assay-bench: the ceilings are not remembered: %s\n", why.text);
}

enum status machine_get(struct machine *m, const struct cpu *cpu, bool refresh,
                        void (*step)(const char *what, double done), struct error *error) {
    char path[512];
    machine_path(cpu, path, sizeof path);
    if (!refresh && load(m, cpu, path)) return STATUS_OK;
    const enum status status = machine_measure(m, cpu, step, error);
    if (status) return status;
    machine_remember(m);
    struct machine remembered; /* with the digits that the file has, as the next run has it */
    if (load(&remembered, cpu, path)) *m = remembered;
    return STATUS_OK;
}

/* ---- the terminal -----------------------------------------------------------------------------
 */

static void print_levels(const struct machine *m, int threads) {
    printf("\n%-22s", threads > 1 ? "GB/s, all threads" : "GB/s, one thread");
    for (int s = 0; s < STREAMS; s++) printf(" %9s", stream_names[s]);
    printf(" %9s\n", "spread");
    for (int level = 1; level <= CACHE_LEVELS; level++) {
        if (level < CACHE_LEVELS && !m->cpu.cache_bytes[level]) continue;
        const size_t set = level < CACHE_LEVELS
                               ? machine_level_bytes(m, level) * (size_t)(level < 3 ? threads : 1)
                               : SIZE_MAX;
        char size[32] = "";
        if (level < CACHE_LEVELS)
            snprintf(size, sizeof size, "%ld KiB", m->cpu.cache_bytes[level] >> 10);
        printf("  %-5s %-14s", level_names[level], size);
        for (int s = 0; s < STREAMS; s++)
            printf(" %9.1f", 1e-9 * machine_stream(m, (enum stream)s, set, threads));
        printf(" %8.1f%%\n", 100 * machine_spread(m, set, threads));
    }
}

void machine_print(const struct machine *m) {
    printf("%s, %d processors\n\nGFLOP/s (multiply-add)  one thread  all threads\n", m->cpu.name,
           m->cpu.processors);
    for (int isa = 0; isa < ISA_LEVELS; isa++)
        if (machine_flops(m, (enum isa)isa, 1) > 0)
            printf("  %-20s  %10.1f  %11.1f\n", isa_name((enum isa)isa),
                   1e-9 * machine_flops(m, (enum isa)isa, 1),
                   1e-9 * machine_flops(m, (enum isa)isa, m->cpu.processors));
    print_levels(m, 1);
    if (m->cpu.processors > 1) print_levels(m, m->cpu.processors);
}
