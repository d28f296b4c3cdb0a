#!/usr/bin/env bash
# layering FOLDER: the dependency rule and other promises of the tree's layout, read from the files.
#
#   kernels <- reference <- golden <- tests, bench. Never back, and tests and bench not on each other.
#   Implementations are seen by nobody: what others include of kernels/ is core/ and <primitive>.h.
#   In reference/, golden/ and bench/ no module includes another that comes round to it.
#   GSL is included by reference/ alone, and by the implementations that wrap it (*_gsl.c); HDF5 by golden/,
#   jansson and popt by tests/ and bench/.
#   C++ is one file. File names are unique. Every primitive has an oracle and cases of the kinds that all need.
cd "$1" || exit 1
bad=0
complain() {
    echo "$1"
    bad=1
}

# includes FOLDER: "file header" for every #include "..." in it
includes() {
    [ -d "$1" ] || return 0
    grep -rEo --include='*.[ch]' --include='*.cc' '^[ \t]*#[ \t]*include[ \t]*"[^"]*"' "$1" |
        sed -E 's/:[^"]*"/ /; s/"$//'
}
system_includes() {
    [ -d "$1" ] || return 0
    grep -rEo --include='*.[ch]' --include='*.cc' '^[ \t]*#[ \t]*include[ \t]*<[^>]*>' "$1" |
        sed -E 's/:[^<]*</ /; s/>$//'
}

# may FOLDER FOLDERS...: it includes only from those (and what the build generates, which has no slash)
may() {
    local folder=$1 allowed=" $* "
    while read -r file header; do
        [ -n "$file" ] || continue
        case $header in */*) ;; *) continue ;; esac
        case $allowed in *" ${header%%/*} "*) ;; *) complain "$file includes $header: $folder/ may include only$allowed" ;; esac
    done < <(includes "$folder")
}
may kernels kernels
may reference reference kernels
may golden golden reference kernels
may tests tests golden reference kernels
may bench bench golden reference kernels

# No circles: a module is a .c and its .h, and what it includes does not come round to it.
circle=$(for folder in reference golden bench; do includes $folder; done | sed -E 's/\.[ch]( |$)/\1/g' | awk '$1 != $2' |
    tsort 2>&1 >/dev/null | sed -n 's/^tsort: \([a-z].*\/.*\)/\1/p' | tr '\n' ' ')
[ -z "$circle" ] || complain "modules that include each other in a circle: $circle"

# Outside kernels/: only core headers and a primitive's own header, named as PRIMITIVE lines name it.
primitives=" $(sed -nE 's/^PRIMITIVE\(([a-z0-9_]+).*/\1/p' kernels/registry.def | tr '\n' ' ') "
for folder in reference golden bench tests; do
    while read -r file header; do
        case $header in
            kernels/core/* | kernels/blocks/* | kernels/host/*) ;;
            kernels/*)
                name=${header##*/} name=${name%.h}
                case $primitives in *" $name "*) ;; *) complain "$file includes $header, which is no primitive's header" ;; esac
                ;;
        esac
    done < <(includes $folder)
done
while read -r file header; do
    [ -n "$file" ] && complain "$file includes $header: source files are not included"
done < <(for folder in kernels reference golden bench tests; do includes $folder; done | grep -E '\.(c|cc)$')

# Libraries have one home each.
home() { # PATTERN FOLDERS...
    local pattern=$1 allowed=" ${*:2} "
    while read -r file header; do
        [ -n "$file" ] || continue
        case $file in kernels/*_gsl.c) [ "$pattern" = gsl/ ] && continue ;; esac # a rival like any other
        case $allowed in *" ${file%%/*} "*) ;; *) complain "$file includes <$header>, which belongs to$allowed" ;; esac
    done < <(for folder in kernels reference golden bench tests; do system_includes $folder; done | grep -E " ($pattern)")
}
home 'gsl/' reference
home 'hdf5|H5' golden
home 'jansson|popt' tests bench
home 'benchmark/' bench

cxx=$(find kernels reference golden bench tests -name '*.cc' -o -name '*.cpp' -o -name '*.cxx' -o -name '*.hpp')
[ -z "$cxx" ] || [ "$cxx" = bench/gbench_shim.cc ] || complain "C++ beside bench/gbench_shim.cc: $cxx"

twice=$(find kernels reference golden bench tests scripts -name '*.[ch]' -exec basename {} \; | sort | uniq -d)
[ -z "$twice" ] || complain "file names that occur twice: $twice"

# What a family's file says, its members need not say again.
for primitive in $primitives; do
    descriptor=$(ls kernels/*/"$primitive.c" kernels/*/"${primitive%_backward}.c" 2>/dev/null | head -n 1)
    family=${descriptor%/*} family=${family##*/}
    if [ ! -f "reference/oracle_$primitive.c" ] &&
        ! grep -qsw "${primitive%_backward}" "reference/oracle_$family.c"; then
        complain "reference/oracle_$primitive.c is missing"
    fi
    cases=() own=$primitive
    [ -f "tests/cases/$own.cases" ] || own=${own%_backward}
    for name in "$family" "$own"; do
        [ ! -f "tests/cases/$name.cases" ] || cases+=("tests/cases/$name.cases")
    done
    [ ${#cases[@]} -gt 0 ] || { complain "tests/cases/$primitive.cases is missing"; continue; }
    for kind in golden oracle special memory repeat bench bench-full; do
        grep -Eq "^\[(.* )?$kind( .*)?\]" "${cases[@]}" || complain "${cases[*]} has no [$kind] section"
    done
done
exit $bad
