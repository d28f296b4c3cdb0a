#define OPERATIONS operations_real
#include "tests/emulation/operations_vector.h"
