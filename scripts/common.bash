# Sourced by the scripts beside it: where the project is, how it is built, and steps announced with the time so far.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# step TEXT: "== [ 1:05] TEXT"
step() {
    printf '== [%2d:%02d] %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$*"
}

# die STATUS TEXT: one line on stderr, and out.
die() {
    local status=$1
    shift
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit "$status"
}

# usage: the comment block at the top of the script.
usage() {
    sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
}

# quietly LOG COMMAND...: output to LOG, shown only when the command fails.
quietly() {
    local log=$1
    shift
    mkdir -p "$(dirname "$log")"
    "$@" >"$log" 2>&1 || { local status=$?; cat "$log" >&2; return "$status"; }
}

# share_objects: one cache for all builds of this tree, where there is ccache: what two presets compile alike (dev has
# what no-simd has, and nearly all of release, in the copy that house/add-kernel builds too) is compiled once. Alike it
# is with relative paths, without the current folder in the objects, and whether or not warnings are errors. Who sets
# CMAKE_C_COMPILER_LAUNCHER has an arrangement of their own.
share_objects() {
    if [ -n "${CMAKE_C_COMPILER_LAUNCHER+set}" ] || ! command -v ccache >/dev/null; then return; fi
    export CMAKE_C_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR=$top CCACHE_NOHASHDIR=1 CCACHE_IGNOREOPTIONS=-Werror
    [ -n "${CCACHE_DIR:-}" ] || export CCACHE_DIR=$top/build/ccache CCACHE_MAXSIZE=1G
}

# configure PRESET [CMAKE OPTIONS]: the default compiler by gcc's name where it is gcc, as ccache tells them by name.
configure() {
    cd "$top"
    if [ -z "${CC:-}${CXX:-}" ] && [ "$(command -v cc)" -ef "$(command -v gcc)" ] &&
        [ "$(command -v c++)" -ef "$(command -v g++)" ]; then
        export CC=gcc CXX=g++
    fi
    quietly "build/$1/configure.log" cmake --preset "$@"
}

# build PRESET [CMAKE --build OPTIONS]: configure when there is no build yet, the presets changed or ccache came or
# went, and bring it up to date.
build() {
    share_objects
    local folder=$top/build/$1 launcher=CMAKE_C_COMPILER_LAUNCHER:STRING=${CMAKE_C_COMPILER_LAUNCHER:-}
    if [ ! "$folder/build.ninja" -nt "$top/CMakePresets.json" ] || ! grep -qsxF "$launcher" "$folder/CMakeCache.txt"; then
        (configure "$1" "-D$launcher" "-D${launcher/_C_/_CXX_}") || return
        grep '^-- assay:\|^--   ' "$folder/configure.log" || true
    fi
    local quiet=() # a progress line of its own for every file is for terminals, where it is one line
    [ -t 1 ] || quiet=(-- --quiet)
    local cache=() # what a build with -Werror finds there, one with -Werror has put there
    if [ -n "${CCACHE_IGNOREOPTIONS:-}" ] && ! grep -qx 'ASSAY_WERROR:.*=ON' "$folder/CMakeCache.txt"; then
        cache=(env CCACHE_READONLY=1)
    fi
    "${cache[@]}" cmake --build "$folder" --parallel "$(nproc)" "${@:2}" "${quiet[@]}"
}
