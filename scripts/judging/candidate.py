"""From somebody's file to a shared object, and to what in it is the kernel. None of it runs here."""
import os
import re
import resource
import shlex
import shutil
import subprocess
import sys

from judging import Refused, dwarf, elf, signature

C, CXX, OBJECT = {".c"}, {".cpp", ".cc", ".cxx"}, {".so"}
FLAGS = ["-O3", "-march=native", "-fPIC", "-g", "-Wall", "-pthread", f"-I{signature.TOP}"]
THREADS = re.compile(r"GOMP_|omp_|__kmpc_|pthread_create|thrd_create|_ZNSt6thread")
PLUGIN = "assay_plugin_v2"


class Candidate:
    """`function`: the symbol called by the natural signature, with `arguments` [(Parameter, Type)];
    or `descriptor`: address in the object of a struct implementation, written against the project's headers."""

    def __init__(self, path, primitive, object_path):
        self.path, self.primitive, self.object = path, primitive, object_path
        self.function, self.arguments, self.descriptor = None, None, None
        self.threads, self.notes, self.compiled = False, [], ""

    @property
    def name(self):
        return self.primitive["name"]


# ---- compiling


def language(path):
    suffix = os.path.splitext(path)[1]
    if suffix not in C | CXX | OBJECT:
        raise Refused(f"{path}: expected a .c, .cpp, .cc or .so file")
    if not os.path.isfile(path):
        raise Refused(f"{path}: {'not a file' if os.path.exists(path) else 'no such file'}")
    return suffix


COMPILE_SECONDS, COMPILE_BYTES = 120, 4 << 30


def compiler_for(suffix):
    command = shlex.split(os.environ.get("CXX" if suffix in CXX else "CC", "") or ("c++" if suffix in CXX else "cc"))
    if not command or not shutil.which(command[0]):
        raise Refused(f"no compiler '{' '.join(command)}' here; scripts/setup installs one")
    return command


def run_compiler(command, failed):
    """With limits: what is included may be /dev/zero, and a template may have no end."""
    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (COMPILE_SECONDS, COMPILE_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (COMPILE_BYTES, COMPILE_BYTES))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))

    colour = ["-fdiagnostics-color=always"] if sys.stderr.isatty() and not os.environ.get("NO_COLOR") else []
    try:
        done = subprocess.run(command + colour, capture_output=True, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, preexec_fn=limit, timeout=2 * COMPILE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Refused(f"{failed.split(' does not')[0]}: the compiler was not done within {2 * COMPILE_SECONDS} s") from None
    if done.returncode:
        raise Refused(failed, done.stdout + done.stderr)
    return done.stdout + done.stderr


def compile_file(path, suffix, cflags, folder):
    """The object file, the command that links it, and the warnings."""
    with open(path, encoding="utf-8", errors="replace") as file:
        openmp = re.search(r"^\s*#\s*(pragma\s+omp|include\s*[<\"]omp\.h)", file.read(), re.M)
    compiler = compiler_for(suffix)
    flags = FLAGS + (["-fopenmp"] if openmp else []) + cflags
    target = os.path.join(folder, "yours.o")
    warnings = run_compiler([*compiler, *flags, "-c", path, "-o", target], f"{path} does not compile, see above")
    return target, [*compiler, *flags, "-shared", target, "-o"], warnings, " ".join(compiler + FLAGS[:2] + cflags)


def link(command, symbols, cflags, folder, path):
    """The whole of a natural kernel is in its file; one written against the headers needs the program's functions."""
    target = os.path.join(folder, "yours.so")
    whole = [] if against_headers(symbols) else ["-Wl,-z,defs"]
    libraries = [flag for flag in cflags if flag.startswith("-l")]
    run_compiler([*command, target, *whole, *libraries, "-lm"], f"{path} does not link, see above")
    return target


# ---- which kernel it is


def plain_name(symbol):
    """Without C++'s mangling: _Z7softmaxlllPKfPf is softmax."""
    match = re.match(r"_Z(\d+)", symbol)
    return symbol[match.end():match.end() + int(match[1])] if match else symbol


def against_headers(symbols):
    return [symbol for symbol in symbols.defined(elf.OBJECT)
            if symbol.name == PLUGIN or symbol.name.startswith("impl_")]


def find_function(path, symbols, primitives, wanted):
    """(symbol name, primitive): a function called as the primitive is, or with it as a word of its name."""
    names = {plain_name(symbol.name): symbol.name for symbol in symbols.defined()}
    exact = [name for name in primitives if name in names and wanted in (None, name)]
    if len(exact) > 1:
        raise Refused(f"{path} defines {' and '.join(exact)}: say which with --primitive")
    if exact:
        return names[exact[0]], exact[0]
    near = {}
    for name in names:
        inside = [p for p in primitives if re.search(rf"(^|_){p}(_|$)", name) and wanted in (None, p)]
        if inside:
            near[name] = max(inside, key=len)
    if len(near) == 1:
        (name, primitive), = near.items()
        return names[name], primitive
    if near:
        raise Refused(f"{path} defines {', '.join(sorted(near))}: name the one to judge as its primitive")
    hidden = [name for name in names for p in primitives if re.match(r"_Z", name) and re.search(rf"\d{p}", name)]
    if hidden:
        raise Refused(f"{path} defines {hidden[0]}: a C++ name. Put the function outside namespaces and classes, and write "
                      f'extern "C" before it')
    if not names:
        raise Refused(f"{path} defines no function that is seen from outside (a static one is not)")
    listed = ", ".join(sorted(names)[:6]) + (" ..." if len(names) > 6 else "")
    meant = f"no {wanted}" if wanted else f"none of {', '.join(primitives)}"
    raise Refused(f"{path} defines {listed}, but {meant} (a static function is not seen; assay new PRIMITIVE shows "
                  f"how it begins)")


def fits(parameter, type_):
    if parameter.operand:
        return type_.kind == "pointer" and (type_.target.kind == "void" or str(type_.target) == parameter.element)
    return type_.kind == ("float" if parameter.kind == "real" else "int") and type_.bytes <= 8


def match_arguments(path, symbol, primitive, given):
    """[(Parameter, Type)] in the order of the call; by name when all have the natural names, else by place."""
    natural = signature.parameters_of(primitive)
    if given is None:
        return [(parameter, None) for parameter in natural]
    want = f"the natural signature is {signature.declaration(primitive)}"
    if len(given) != len(natural):
        raise Refused(f"{path}: {symbol} has {len(given)} parameter{'s' * (len(given) != 1)}, expected "
                      f"{len(natural)}: {want}")
    by_name = {parameter.name: parameter for parameter in natural}
    if {name for name, _ in given} == set(by_name):
        natural = [by_name[name] for name, _ in given]
    for parameter, (name, type_) in zip(natural, given):
        if not fits(parameter, type_):
            raise Refused(f"{path}: parameter {name} of {symbol} is {type_}, expected {parameter.declaration}: {want}")
    return [(parameter, type_) for parameter, (_, type_) in zip(natural, given)]


def find_descriptor(path, shared, wanted):
    """(address, primitive, variant) of the one implementation to judge; `wanted`: primitive or primitive/variant."""
    found = []
    plugin = shared.find(PLUGIN)
    if plugin:
        if shared.pointer_at(plugin.value + 16) is not None:
            raise Refused(f"{path} brings a primitive of its own: verify it with assay verify --plugin {path}")
        at = shared.pointer_at(plugin.value + 24)
        while at is not None and (address := shared.pointer_at(at)) is not None:
            found.append(address)
            at += 8
    else:
        found = [symbol.value for symbol in shared.defined(elf.OBJECT) if symbol.name.startswith("impl_")]
    ids = {f"{shared.text_at(shared.pointer_at(at + 8))}/{shared.text_at(shared.pointer_at(at + 16))}": at
           for at in found}
    chosen = [name for name in ids if wanted is None or name == wanted or name.split("/")[0] == wanted]
    if not chosen:
        raise Refused(f"{path} implements {', '.join(ids) or 'nothing'}" + (f", not {wanted}" if wanted else ""))
    if len(chosen) > 1:
        raise Refused(f"{path} implements {', '.join(chosen)}: say which with --primitive {chosen[0]}")
    return (ids[chosen[0]], *chosen[0].split("/"))


def prepare(path, primitives, wanted, cflags, folder):
    """`primitives`: name -> what assay list says. Raises Refused."""
    suffix = language(path)
    warnings = command = described = ""
    try:
        if suffix in OBJECT:
            object_path, first = os.path.abspath(path), path
        else:
            first, command, warnings, described = compile_file(path, suffix, cflags, folder)
        symbols = elf.Object(first)
        if suffix in OBJECT and symbols.type != elf.SHARED:
            raise elf.BadObject("not a shared object")
        if not against_headers(symbols):
            symbol, name = find_function(path, symbols, primitives, wanted)
            given = dwarf.parameters(first, symbol)
            arguments = match_arguments(path, plain_name(symbol), primitives[name], given)
        if command:
            object_path = link(command, symbols, cflags, folder, path)
        shared = elf.Object(object_path)
        if against_headers(symbols):
            address, name, variant = find_descriptor(path, shared, wanted)
            if name not in primitives:
                raise Refused(f"{path} implements {name}/{variant}: there is no primitive {name}")
    except (elf.BadObject, OSError) as error:
        raise Refused(f"{path}: {error}") from None
    found = Candidate(path, primitives[name], object_path)
    found.compiled, found.warnings = described, warnings
    found.threads = any(THREADS.match(one) for one in shared.undefined())
    if against_headers(symbols):
        found.descriptor, found.function = address, f"impl_{name}_{variant}"
        found.image = shared.bytes_at(address, shared.number_at(address))
    else:
        found.function, found.arguments = symbol, arguments
        if given is None:
            found.notes.append("there is no debugging information in it, so its parameters are taken on trust: "
                               + signature.declaration(found.primitive))
        elif plain_name(symbol) != name:
            found.notes.append(f"judged: {plain_name(symbol)}, as {name}")
    return found
