#!/usr/bin/env bash
# format FOLDER: every C and C++ file is as clang-format would have it.
cd "$1" || exit 1
if ! command -v clang-format >/dev/null; then
    echo "SKIPPED clang-format is not installed"
    exit 0
fi
if [ "$(clang-format --version | grep -oE '[0-9]+' | head -1)" -lt 14 ]; then
    echo "SKIPPED clang-format is older than 14, which the style is written for"
    exit 0
fi
find kernels reference golden bench tests -name '*.[ch]' -print0 -o -name '*.cc' -print0 |
    xargs -0 clang-format --dry-run -Werror
