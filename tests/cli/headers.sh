#!/usr/bin/env bash
# headers TREE COMPILER ISA LANES FLAG...: every header of kernels/ and reference/ compiles alone, and twice in a row, for this
# instruction set. Those of another one are left to its own run, those of a peer that is not installed to a machine that has it.
tree=$1 compiler=$2 isa=$3 lanes=$4
shift 4
flags=(-std=c11 -Wall -Wextra -Werror -Wno-unused-function -fsyntax-only -x c -I "$tree" -D_DEFAULT_SOURCE
       -D_POSIX_C_SOURCE=200809L -DASSAY_SIMD=1 -DASSAY_EMULATE_AVX512=0 "-DASSAY_ISA=$isa" "-DASSAY_LANES=$lanes" "$@")
compiles() { "$compiler" "${flags[@]}" -; }
other=avx2
[ "$isa" = avx2 ] && other=avx512
onednn=yes
echo '#include <oneapi/dnnl/dnnl.h>' | compiles 2>/dev/null || onednn=no
bad=0 count=0
while read -r header; do
    case $header in
    *_"$other".h) continue ;;
    *onednn*) [ "$onednn" = yes ] || continue ;;
    esac
    count=$((count + 1))
    printf '#include "%s"\n#include "%s"\n' "$header" "$header" | compiles || { echo "does not compile alone: $header"; bad=1; }
done < <(cd "$tree" && find kernels reference -name '*.h' | sort)
[ "$count" -gt 0 ] || { echo "no header in $tree"; bad=1; }
exit "$bad"
