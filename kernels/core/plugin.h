/* Plugins: implementations and primitives from a shared object, `--plugin X.so` of every command.
 *
 * A plugin exports one object:
 *
 *     static const struct implementation *const implementations[] = {&impl_softmax_mine, NULL};
 *     const struct assay_plugin assay_plugin_v2 = {
 *         ASSAY_PLUGIN("mine"), .implementations = implementations};
 *
 * and is compiled with -shared -fPIC against this project's headers; core functions (isa_best,
 * threads_get, fail ...) are found in the program that loads it. Its kernels run in assay-worker,
 * which has these and knows of primitives only what they are: no other implementation can be found
 * there, no oracle and no library beside them (those with a `defect` may be made of ours and run
 * where ours do).
 *
 * The ABI only grows: every struct begins with its own size, or its array is stamped with the size
 * of an element, and is appended to at its end. What a plugin compiled against older headers does
 * not have reads as zero here; what a newer one has beyond this program's structs is not looked at.
 * What is handed to callbacks comes by pointer (invocation, law_call, fill_request, oracle_call)
 * and grows the same way. The number in the symbol and in `abi` changes only when that promise must
 * be broken. */
#ifndef KERNELS_CORE_PLUGIN_H
#define KERNELS_CORE_PLUGIN_H

#include "kernels/core/primitive.h"

enum { ASSAY_PLUGIN_ABI = 2 };

struct oracle; /* reference/oracle.h: kernels/ does not know what is in it */

struct assay_plugin {
    uint32_t size; /* sizeof(struct assay_plugin) */
    uint32_t abi;  /* ASSAY_PLUGIN_ABI */
    const char *name;
    /* Each NULL, or ended by NULL. Primitives are added first, then oracles, then implementations.
     */
    const struct primitive *const *primitives;
    const struct implementation *const *implementations;
    const struct oracle *const *oracles; /* of the plugin's own primitives */
    /* NULL or: called once, after all of the above were added; more implementations, ended by NULL:
     * for plugins that have something for whatever primitives the registry holds by then. NULL in
     * return: out of memory. */
    const struct implementation *const *(*generate)(void);
};

/* The first three members. */
#define ASSAY_PLUGIN(name_)                                                                        \
    .size = sizeof(struct assay_plugin), .abi = ASSAY_PLUGIN_ABI, .name = name_

/* Who keeps oracles: oracle_add of reference/, or NULL to leave them out. */
typedef enum status plugin_oracle_fn(const struct oracle *oracle, struct error *error);

/* Load and register everything in the shared object at `path`. Descriptors are copied, so their
 * size may differ from this program's. STATUS_BAD_INPUT names the file and what is wrong with it:
 * not a shared object, no assay_plugin_v2, another ABI, a bad or taken name, a missing callback.
 * `path` is kept. What it does to the floating-point environment while it is loaded (linking with
 * -ffast-math brings a constructor that makes denormals 0) is undone. */
enum status plugin_load(const char *path, plugin_oracle_fn *add_oracle, struct error *error);
/* plugin_load, and a line on stderr when there was something to undo: "program: path: loading it
 * changed ...". */
enum status plugin_load_aloud(const char *program, const char *path, plugin_oracle_fn *add_oracle,
                              struct error *error);

/* The second half of it: what the object `plugin`, found in `path`, brings. After an error a part
 * of it may be registered: registry_forget. */
enum status plugin_register(const struct assay_plugin *plugin, const char *path,
                            plugin_oracle_fn *add_oracle, struct error *error);

/* The same in a process that may die of it, and a call of every callback that describes a primitive
 * at the corners of its fields' ranges: to be asked first. A damaged object, a constructor or a
 * callback that crashes or hangs is STATUS_BAD_INPUT and one line that says in what. Not before
 * what a hostile plugin could do: what it does not do now it may do later. `sandboxed`: that process is
 * in the sandbox; what is forbidden there is STATUS_UNAVAILABLE and a line that says it. */
enum status plugin_probe(const char *path, plugin_oracle_fn *add_oracle, bool sandboxed,
                         struct error *error);

/* How a program with plugins ends: what was printed is out, and no destructor of theirs has a say
 * in the exit status. */
void plugin_exit(int code) __attribute__((noreturn));

#endif
