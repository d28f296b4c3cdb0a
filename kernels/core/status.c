#include "kernels/core/status.h"

#include <stdarg.h>
#include <stdio.h>

enum status fail(struct error *error, enum status status, const char *format, ...) {
    if (error) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
        /* user input is quoted in it: still one line, and nothing a terminal would obey */
        for (char *c = error->text; *c; c++)
            if ((unsigned char)*c < ' ' || *c == 0x7f) *c = '?';
    }
    return status;
}
