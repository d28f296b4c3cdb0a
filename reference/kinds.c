#include "reference/kinds.h"

#include <string.h>

const struct kind_rules kind_rules[KINDS] = {
#define KIND(name_, id_, fill_, traits_, asked_, check_, cost_, text_)                             \
    [KIND_##id_] = {#name_, text_, FILL_##fill_, traits_},
#define SECTION(name_)
#include "reference/kinds.def"
#undef KIND
#undef SECTION
};

const char *const case_sections[] = {
#define KIND(name_, ...) #name_,
#define SECTION(name_) #name_,
#include "reference/kinds.def"
#undef KIND
#undef SECTION
    NULL};

int kind_parse(const char *name) {
    for (int i = 0; i < KINDS; i++)
        if (strcmp(kind_rules[i].name, name) == 0) return i;
    return -1;
}
