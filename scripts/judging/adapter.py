"""The plugin between assay-verify and somebody's object.

The object is loaded by `start`, which runs in the worker process (and in assay-bench) and nowhere else: the verifier
itself never executes a line of it, not even its constructors.
"""
import os

from judging import candidate, signature

VARIANT = "yours"

COMMON = """/* written by assay judge for {path} */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

#include "kernels/core/float_control.h"
#include "kernels/core/plugin.h"
#include "kernels/core/threads.h"

static char reason[400];

static void *load(void) {{
    const unsigned control = float_control();
    void *library = dlopen("{object}", RTLD_NOW | RTLD_LOCAL);
    if (float_control() != control) {{
        float_control_set(control);
        fputs("loading it changed the floating-point control register\\n", stderr);
    }}
    if (!library) snprintf(reason, sizeof reason, "cannot be loaded: %s", dlerror());
    return library;
}}
"""

NATURAL = """
typedef void natural({types});
static natural *kernel;
static void (*set_openmp_threads)(int);

static const char *start(void) {{
    void *library = load();
    if (!library) return reason;
    *(void **)&kernel = dlsym(library, "{symbol}");
    *(void **)&set_openmp_threads = dlsym(library, "omp_set_num_threads");
    return kernel ? NULL : "the function is gone";
}}

static void run(const struct implementation *self, const struct problem *problem,
                const struct invocation *invocation) {{
    const union field_value *f = problem->value;
    void *const *o = invocation->operand;
    (void)self, (void)f;
    if (set_openmp_threads) set_openmp_threads(threads_get());
    kernel({arguments});
}}

static const struct implementation yours = {{
    .size = sizeof(struct implementation), .primitive = "{primitive}", .variant = "{variant}",
    .technique = "yours", .uses_threads = {threads}, .start = start, .run = run}};
"""

DESCRIBED = """
static struct implementation theirs;
static const unsigned char image[] = {{{image}}};

static const char *start(void) {{
    struct link_map *map;
    void *library = load();
    if (!library) return reason;
    if (dlinfo(library, RTLD_DI_LINKMAP, &map)) return "its load address is not known";
    const void *descriptor = (const void *)(map->l_addr + {address});
    memcpy(&theirs, descriptor, sizeof image < sizeof theirs ? sizeof image : sizeof theirs);
    return theirs.start ? theirs.start() : NULL;
}}

static const char *supports(const void *p) {{ return theirs.supports ? theirs.supports(p) : NULL; }}
static size_t workspace_bytes(const void *p) {{ return theirs.workspace_bytes ? theirs.workspace_bytes(p) : 0; }}
static size_t prepared_bytes(const void *p) {{
    return theirs.prepare && theirs.prepared_bytes ? theirs.prepared_bytes(p) : 0;
}}
static void prepare(const void *p, void *const *operand, void *prepared) {{ theirs.prepare(p, operand, prepared); }}

static void run(const struct implementation *self, const struct problem *problem,
                const struct invocation *invocation) {{
    (void)self;
    if (theirs.run)
        theirs.run(&theirs, problem, invocation);
    else
        problem->primitive->call(theirs.kernel, invocation);
}}

static struct implementation yours = {{
    .size = sizeof(struct implementation), .primitive = "{primitive}", .variant = "{variant}",
    .technique = "yours", .supports = supports, .workspace_bytes = workspace_bytes,
    .prepared_bytes = prepared_bytes, .prepare = prepare, .start = start, .run = run}};

/* Its traits as they stand in the file; pointers come with start(), in the worker. */
__attribute__((constructor)) static void take_traits(void) {{
    struct implementation written = {{0}};
    memcpy(&written, image, sizeof image < sizeof written ? sizeof image : sizeof written);
    yours.isa = written.isa;
    yours.uses_threads = written.uses_threads;
    yours.accumulation = written.accumulation;
    yours.saving = written.saving;
    const struct accumulation *a = &yours.accumulation;
    if (a->amplification > 1 || a->halo || a->inexact || a->flushes || yours.saving > 1)
        fprintf(stderr, "its descriptor asks for leniency: amplification %g, halo %d, inexact %d, flushes %d, "
                "saving %g\\n", a->amplification, a->halo, a->inexact, a->flushes, yours.saving);
}}
"""

PLUGIN = """
static const struct implementation *const implementations[] = {&yours, NULL};
extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN("yours"), .implementations = implementations};
"""


def c_text(text):
    return text.replace("\\", "\\\\").replace('"', '\\"')


def c_type(parameter, type_):
    if parameter.operand:
        return "void *"
    return str(type_) if type_ else signature.SCALARS[parameter.kind]


def argument(parameter):
    if parameter.operand:
        return f"o[{parameter.index}]"
    return f"f[{parameter.index}].{'r' if parameter.kind == 'real' else 'i'}"


def source(found, variant):
    values = {"path": found.path.replace("*/", ""), "object": c_text(found.object), "primitive": found.name,
              "variant": variant, "threads": str(found.threads).lower()}
    if found.descriptor is None:
        body = NATURAL.format(
            types=", ".join(c_type(parameter, type_) for parameter, type_ in found.arguments),
            arguments=", ".join(f"({c_type(parameter, type_)}){argument(parameter)}"
                                for parameter, type_ in found.arguments),
            symbol=found.function, **values)
    else:
        body = DESCRIBED.format(image=", ".join(map(str, found.image)), address=found.descriptor, **values)
    return COMMON.format(**values) + body + PLUGIN


def build(found, folder, variant=VARIANT):
    """Path of the plugin."""
    file, plugin = os.path.join(folder, "adapter.c"), os.path.join(folder, "adapter.so")
    with open(file, "w", encoding="utf-8", errors="surrogateescape") as out:
        out.write(source(found, variant))
    candidate.run_compiler([*candidate.compiler_for(".c"), "-std=c11", "-O2", "-w", "-shared", "-fPIC",
                            f"-I{signature.TOP}", file, "-o", plugin, "-ldl", "-lm"],
                           "the adapter does not compile, which is a fault of assay judge, see above")
    return plugin
