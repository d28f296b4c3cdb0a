#!/usr/bin/env bash
# layering_red CHECK: the layering check is able to fail. A small tree passes; each slip makes it red.
check=$1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{kernels/core,kernels/activation,reference,golden,bench,tests/cases,scripts}
fresh() {
    find "$tree" -type f -delete
    echo 'PRIMITIVE(relu, naive)' >"$tree/kernels/registry.def"
    echo '#include "kernels/activation/relu.h"' >"$tree/kernels/activation/relu_naive.c"
    printf '#include "kernels/activation/relu.h"\n#include <gsl/gsl_math.h>\n' >"$tree/reference/oracle_relu.c"
    echo '#include "reference/oracle.h"' >"$tree/golden/golden_io.c"
    echo '#include "golden/golden_io.h"' >"$tree/tests/verify.c"
    echo '#include "bench/gbench_shim.h"' >"$tree/bench/gbench_shim.cc"
    echo '[golden oracle special memory repeat bench bench-full]' >"$tree/tests/cases/relu.cases"
}
bad=0
fresh
"$check" "$tree" || { echo "a tree in order is red"; bad=1; }
red() { # WHAT FILE LINE
    fresh
    mkdir -p "$(dirname "$tree/$2")"
    echo "$3" >>"$tree/$2"
    if "$check" "$tree" >/dev/null; then
        echo "not noticed: $1"
        bad=1
    fi
}
red "kernels on reference" kernels/activation/relu_naive.c '#include "reference/oracle.h"'
red "kernels on tests, spaced" kernels/activation/relu_naive.c '#  include  "tests/verify.h"'
red "reference on golden" reference/oracle_relu.c '#include "golden/golden_io.h"'
red "golden on tests" golden/golden_io.c '#include "tests/verify.h"'
red "bench on tests" bench/gbench_shim.cc '#include "tests/verify.h"'
red "tests on bench" tests/verify.c '#include "bench/gbench_shim.h"'
red "reference on an implementation's header" reference/oracle_relu.c '#include "kernels/activation/relu_common.h"'
red "an included source" tests/verify.c '#include "kernels/activation/relu_naive.c"'
red "GSL in kernels" kernels/activation/relu_naive.c '#include <gsl/gsl_blas.h>'
red "HDF5 in tests" tests/verify.c '#include <hdf5.h>'
red "jansson in golden" golden/golden_io.c '#include <jansson.h>'
red "more C++" tests/extra.cc 'int x;'
red "a name twice" kernels/core/golden_io.c 'int x;'
red "no oracle" kernels/registry.def 'PRIMITIVE(gelu, naive)'
fresh
sed -i 's/ special//' "$tree/tests/cases/relu.cases"
if "$check" "$tree" >/dev/null; then echo "not noticed: no special cases"; bad=1; fi

fresh # two modules, each by way of a third
echo '#include "golden/pipe.h"' >"$tree/golden/io.c"
echo '#include "golden/source.h"' >"$tree/golden/pipe.c"
"$check" "$tree" || { echo "three modules in a row are red"; bad=1; }
echo '#include "golden/io.h"' >"$tree/golden/source.h"
if "$check" "$tree" >/dev/null; then echo "not noticed: modules in a circle"; bad=1; fi

# A family's cases and its oracle are its members': relu has none of its own here.
family() {
    fresh
    touch "$tree/kernels/activation/relu.c"
    mv "$tree/tests/cases/relu.cases" "$tree/tests/cases/activation.cases"
    mv "$tree/reference/oracle_relu.c" "$tree/reference/oracle_activation.c"
    echo '/* relu */' >>"$tree/reference/oracle_activation.c"
}
family
"$check" "$tree" || { echo "a family in order is red"; bad=1; }
family
sed -i 's/ special//' "$tree/tests/cases/activation.cases"
if "$check" "$tree" >/dev/null; then echo "not noticed: no special cases of the family"; bad=1; fi
echo '[special]' >"$tree/tests/cases/relu.cases"
"$check" "$tree" || { echo "a member's file does not add to its family's"; bad=1; }
family
sed -i 's/relu/gelu/' "$tree/reference/oracle_activation.c"
if "$check" "$tree" >/dev/null; then echo "not noticed: the family's oracle does not know relu"; bad=1; fi
exit $bad
