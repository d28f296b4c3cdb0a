#!/usr/bin/env bash
# intrinsics FOLDER: every load and store that kernels make with an intrinsic of more than 16 bytes, or masked, is
# one that tests/sanitizers/tsan_vectors.h shows to ThreadSanitizer.
cd "$1" || exit 1
bad=0
while read -r name; do
    grep -q "^#define $name seen$name\$" tests/sanitizers/tsan_vectors.h ||
        { echo "$name is used in kernels/ and is not in tests/sanitizers/tsan_vectors.h"; bad=1; }
done < <(grep -rhoE '_mm(256|512|_mask)_[a-z0-9_]*(load|store|stream|gather|scatter)[a-z0-9_]*|_mm_maskstore_[a-z0-9]+|_mm_maskload_[a-z0-9]+' \
    --include='*.[ch]' kernels | sort -u)
exit $bad
