# What the project stands on: required packages, then peers, each of which may be missing.
find_package(Threads REQUIRED)
find_package(OpenMP COMPONENTS C)
find_package(GSL REQUIRED)
find_package(benchmark REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(POPT REQUIRED IMPORTED_TARGET popt)

# HDF5's own CMake module asks the h5cc wrapper; pkg-config is quicker and says the same on Debian and Ubuntu.
pkg_check_modules(HDF5 QUIET IMPORTED_TARGET hdf5-serial)
if(NOT HDF5_FOUND)
  pkg_check_modules(HDF5 REQUIRED IMPORTED_TARGET hdf5)
endif()

set(ASSAY_SIMD_BUILT OFF)
if(ASSAY_SIMD AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set(ASSAY_SIMD_BUILT ON)
endif()
set(ASSAY_FLAGS_avx2 -mavx2 -mfma -mf16c -mbmi -mbmi2 -mmovbe)
set(ASSAY_FLAGS_avx512_real ${ASSAY_FLAGS_avx2} -mavx512f -mavx512cd -mavx512bw -mavx512dq -mavx512vl
    -mprefer-vector-width=512)
set(ASSAY_FLAGS_avx512_emulated ${ASSAY_FLAGS_avx2} -include ${CMAKE_SOURCE_DIR}/tests/emulation/avx512.h)
if(ASSAY_EMULATE_AVX512)
  set(ASSAY_FLAGS_avx512 ${ASSAY_FLAGS_avx512_emulated})
else()
  set(ASSAY_FLAGS_avx512 ${ASSAY_FLAGS_avx512_real})
endif()

# assay_peer(name HEADER h LIBRARY lib PACKAGE deb LOSS text [DLOPEN] [MAJORS n... VERSION header MACRO m]):
# ASSAY_PEER_<name> is ON when found, and of one of the major versions n as `header` defines it in macro m.
function(assay_peer name)
  cmake_parse_arguments(PEER "DLOPEN" "HEADER;LIBRARY;PACKAGE;LOSS;VERSION;MACRO" "MAJORS" ${ARGN})
  set(why "built without ${name}: apt-get install ${PEER_PACKAGE}, then configure again")
  set(ASSAY_PEER_${name}_WHY "${why}" PARENT_SCOPE)
  set(ASSAY_PEER_${name}_LOSS "${PEER_LOSS}" PARENT_SCOPE)
  set(ASSAY_PEER_${name} OFF PARENT_SCOPE)
  if(NOT name IN_LIST ASSAY_PEERS)
    return()
  endif()
  find_path(ASSAY_${name}_INCLUDE ${PEER_HEADER} PATH_SUFFIXES openblas x86_64-linux-gnu
            x86_64-linux-gnu/openblas-pthread openblas-pthread)
  find_library(ASSAY_${name}_LIBRARY ${PEER_LIBRARY})
  if(PEER_MAJORS AND ASSAY_${name}_INCLUDE)
    file(STRINGS ${ASSAY_${name}_INCLUDE}/${PEER_VERSION} line REGEX "define +${PEER_MACRO} ")
    string(REGEX MATCH "[0-9]+" major "${line}")
    if(NOT major IN_LIST PEER_MAJORS)
      set(ASSAY_PEER_${name}_WHY "built without ${name}: found version ${major}, its C interface is used as of versions ${PEER_MAJORS}"
          PARENT_SCOPE)
      return()
    endif()
  endif()
  if(ASSAY_${name}_INCLUDE AND ASSAY_${name}_LIBRARY)
    set(ASSAY_PEER_${name} ON PARENT_SCOPE)
    add_library(assay_peer_${name} INTERFACE)
    target_include_directories(assay_peer_${name} SYSTEM INTERFACE ${ASSAY_${name}_INCLUDE})
    if(PEER_DLOPEN)
      target_compile_definitions(assay_peer_${name} INTERFACE ASSAY_${name}_LIBRARY="${ASSAY_${name}_LIBRARY}")
      target_link_libraries(assay_peer_${name} INTERFACE ${CMAKE_DL_LIBS})
    else()
      target_link_libraries(assay_peer_${name} INTERFACE ${ASSAY_${name}_LIBRARY})
    endif()
  endif()
endfunction()

# OpenBLAS exports cblas_* just as libgslcblas does: it is loaded apart (dlopen, RTLD_LOCAL), so that the
# oracle can never end up computing with the library it judges.
assay_peer(openblas HEADER cblas.h LIBRARY openblas PACKAGE libopenblas-dev DLOPEN
           LOSS "no gemm/openblas to compare with")
assay_peer(onednn HEADER oneapi/dnnl/dnnl.h LIBRARY dnnl PACKAGE libdnnl-dev
           MAJORS 2 3 VERSION oneapi/dnnl/dnnl_version.h MACRO DNNL_VERSION_MAJOR
           LOSS "no oneDNN rows: gemm, softmax, layer_norm, conv2d, relu lose their strongest rival")
assay_peer(libxsmm HEADER libxsmm.h LIBRARY xsmm PACKAGE libxsmm-dev
           LOSS "no gemm/libxsmm: small matrices lose their strongest rival")
if(ASSAY_PEER_libxsmm)
  # it calls a BLAS for what it does not generate; its own refusal stands in, so that none is linked
  find_library(ASSAY_libxsmm_noblas_LIBRARY xsmmnoblas)
  target_link_libraries(assay_peer_libxsmm INTERFACE ${ASSAY_libxsmm_noblas_LIBRARY} ${CMAKE_DL_LIBS} m)
endif()
# The oracles stand on it anyway; as a peer it is one moving maximum. No oracle calls that.
assay_peer(gsl HEADER gsl/gsl_movstat.h LIBRARY gsl PACKAGE libgsl-dev LOSS "no max_pool1d/gsl")
if(ASSAY_PEER_gsl)
  target_link_libraries(assay_peer_gsl INTERFACE GSL::gslcblas m)
endif()
