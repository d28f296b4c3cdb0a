#!/usr/bin/env bash
# absent ASSAY-VERIFY PRIMITIVE VARIANT...: which of these cannot run here, and why. Exit status: 0 when all can, 77
# (skipped) when some cannot, 1 when one is not listed at all.
program=$1 primitive=$2
shift 2
listed=$("$program" list "$primitive") || exit 1
absent=0
for variant; do
    line=$(grep -E "^ +$primitive/$variant( |$)" <<<"$listed") || { echo "$primitive/$variant is not listed"; exit 1; }
    case $line in *"not here: "*) echo "SKIPPED $primitive/$variant: ${line##*not here: }"; absent=$((absent + 1)) ;; esac
done
echo "$(($# - absent)) of $# implementations of $primitive run here"
[ "$absent" = 0 ] || exit 77
