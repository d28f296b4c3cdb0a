#!/usr/bin/env bash
# complete FOLDER: every AVX-512 intrinsic of kernels/ has its function in tests/emulation/avx512.h, and every function
# there a line in operations.def.
cd "$1" || exit 1
bad=0
header=tests/emulation/avx512.h lines=tests/emulation/operations.def
intrinsics='\b(_mm512_[a-z0-9_]+|_mm(256)?_maskz?_[a-z0-9_]+|_(k[a-z]+|cvt[a-z0-9]+|load|store)_(mask|u)[0-9a-z_]+)\b'
while IFS=: read -r file name; do
    grep -qE "^#define $name[ (]" $header ||
        { echo "$file uses $name, which $header does not have: write its function, and its line in $lines"; bad=1; }
done < <(grep -rnoE "$intrinsics" --include='*.[ch]' kernels | sed -E 's/^([^:]*:[0-9]+):/\1 at /; s/:([0-9]+) at / line \1:/' | sort -u)
while read -r name; do
    grep -q "\b$name(" $lines || { echo "$header has $name, and $lines has no line for it"; bad=1; }
done < <(sed -nE 's/^#define (_mm[a-z0-9_]+)[ (].*/\1/p' $header)
exit $bad
