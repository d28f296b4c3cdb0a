#!/usr/bin/env bash
# tampered PYTHON ASSAY-VERIFY SOURCE: one golden value slightly off is noticed by who must notice it.
python=$1 verify=$2 source=$3
if ! "$python" --has numpy h5py; then
    echo "SKIPPED no Python with numpy and h5py"
    exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
bad=0
# try FACTOR STATUS ARGUMENTS...: with the last output value multiplied, the program exits with STATUS
try() {
    cp "$source/golden/data/softmax.h5" "$folder/copy.h5"
    cat >"$folder/tamper.py" <<'PY'
import sys, h5py
with h5py.File(sys.argv[1], "r+") as file:
    values = file[sorted(file)[-1]]["out/y"]
    values[tuple(extent - 1 for extent in values.shape)] *= float(sys.argv[2])
PY
    "$python" "$folder/tamper.py" "$folder/copy.h5" "$1" || exit 1
    "$verify" "${@:3}" --golden "$folder/copy.h5" >"$folder/out" 2>&1
    local got=$?
    if [ $got != "$2" ]; then
        echo "factor $1, ${*:3}: exit status $got, expected $2"
        cat "$folder/out"
        bad=1
    fi
}
try 1 0 agree softmax
try 1.0000000001 1 agree softmax
try 1 0 softmax/naive
try 1.0001 1 softmax/naive
exit $bad
