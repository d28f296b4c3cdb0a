#!/usr/bin/env bash
# expect STATUS PATTERN COMMAND...: run a command and look at what a user sees.
#
# Fails unless the exit status is STATUS and PATTERN (grep -E) occurs in what it prints. A PATTERN that
# begins with '!' must not occur. Status 2 is bad input: then standard output must be empty and standard
# error one line.
status=$1 pattern=$2
shift 2
out=$(mktemp) err=$(mktemp)
trap 'rm -f "$out" "$err"' EXIT
"$@" >"$out" 2>"$err"
got=$?
bad() {
    echo "$1"
    echo "command: $*"
    sed 's/^/stdout: /' "$out"
    sed 's/^/stderr: /' "$err"
    exit 1
}
[ "$got" = "$status" ] || bad "exit status $got, expected $status"
if [ "${pattern#!}" != "$pattern" ]; then
    ! grep -Eq -- "${pattern#!}" "$out" "$err" || bad "found what must not be there: ${pattern#!}"
else
    grep -Eq -- "$pattern" "$out" "$err" || bad "did not find: $pattern"
fi
if [ "$status" = 2 ]; then
    [ ! -s "$out" ] || bad "an error that prints to standard output"
    [ "$(wc -l <"$err")" = 1 ] || bad "an error that takes more than one line"
fi
echo "as expected: $(grep -Ehm1 -- "${pattern#!}" "$out" "$err")"
