#!/bin/sh
# sample ASSAY-VERIFY OPTION...: with the seed that ASSAY_SAMPLE names; where that is unset or `all`, the tests beside
# this one have the whole.
seed=${ASSAY_SAMPLE:-all}
[ "$seed" != all ] || seed=0
exec "$@" --seed "$seed"
