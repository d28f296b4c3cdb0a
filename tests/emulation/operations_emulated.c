#define OPERATIONS operations_emulated
#include "tests/emulation/operations_vector.h"
