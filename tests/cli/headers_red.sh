#!/usr/bin/env bash
# headers_red CHECK COMPILER ISA LANES FLAG...: the check of the headers is able to fail. A small tree passes; each slip makes it red.
check=$1
shift
how=("$@")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/kernels/pool" "$tree/reference"
bad=0
says() { # WHAT green|red TEXT
    printf '%s\n' "$3" >"$tree/kernels/pool/pool.h"
    local colour=green
    "$check" "$tree" "${how[@]}" >/dev/null 2>&1 || colour=red
    [ "$colour" = "$2" ] || { echo "$1: $colour"; bad=1; }
}
guarded() { printf '#ifndef POOL_H\n#define POOL_H\n%s\n#endif' "$1"; }
says "a header in order" green "$(guarded 'enum { POOL = 1 };')"
says "a name that another header has" red "$(guarded 'static inline int64_t pool(void) { return 1; }')"
says "a parameter that its includer defines" red "$(guarded 'static inline int pool(void) { return HALF; }')"
says "no guard" red 'enum { POOL = 1 };'
rm "$tree/kernels/pool/pool.h"
"$check" "$tree" "${how[@]}" >/dev/null 2>&1 && { echo "no header at all: green"; bad=1; }
exit "$bad"
