#!/usr/bin/env bash
# words FOLDER: the code says the field's words, not private ones for the same things.
cd "$1" || exit 1
declare -A instead=(
    ['past the caches']='streaming (non-temporal) stores'
    ['(copy|triad|store)_past']='..._streaming'
    ['vkeep']='vload_zeroed: zero-masked'
    ['vnot_up_to']='vnle'
)
folders=()
for folder in kernels reference golden bench tests; do [ -d "$folder" ] && folders+=("$folder"); done
[ ${#folders[@]} -gt 0 ] || exit 1
bad=0
for word in "${!instead[@]}"; do
    if grep -rnEi --include='*.c' --include='*.h' --include='*.md' --exclude-dir=words_red "$word" "${folders[@]}"; then
        echo "'$word': say ${instead[$word]}"
        bad=1
    fi
done
exit $bad
