# Sourced by the scripts beside it: where the project is, and steps announced with the time so far.
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

# build PRESET [CMAKE --build OPTIONS]: configure when there is no build yet or the presets changed, and bring it up to date.
build() {
    local folder=$top/build/$1
    if [ ! "$folder/build.ninja" -nt "$top/CMakePresets.json" ]; then
        (cd "$top" && quietly "$folder/configure.log" cmake --preset "$1") || return
        grep '^-- assay:\|^--   ' "$folder/configure.log" || true
    fi
    local quiet=() # a progress line of its own for every file is for terminals, where it is one line
    [ -t 1 ] || quiet=(-- --quiet)
    cmake --build "$folder" --parallel "$(nproc)" "${@:2}" "${quiet[@]}"
}
