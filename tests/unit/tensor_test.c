#include "kernels/core/tensor.h"

#include "tests/unit/check.h"

static void shapes(void) {
    char text[64];
    const struct shape cube = SHAPE(2, 3, 4), empty = SHAPE(5, 0, 7), none = SHAPE_NONE;
    const struct shape scalar = {0, {0}};
    CHECK(shape_elements(&cube) == 24);
    CHECK(shape_elements(&empty) == 0);
    CHECK(shape_elements(&none) == 0);
    CHECK(shape_elements(&scalar) == 1);
    CHECK(shape_present(&cube) && shape_present(&empty) && shape_present(&scalar));
    CHECK(!shape_present(&none));
    CHECK_TEXT(shape_print(&cube, text, sizeof text), "[2,3,4]");
    CHECK_TEXT(shape_print(&empty, text, sizeof text), "[5,0,7]");
    CHECK_TEXT(shape_print(&none, text, sizeof text), "absent");
    CHECK_TEXT(shape_print(&scalar, text, sizeof text), "[]");
    CHECK_TEXT(shape_print(&cube, text, 4), "[2,");
    CHECK(shape_equal(&cube, &SHAPE(2, 3, 4)));
    CHECK(!shape_equal(&cube, &SHAPE(2, 3)));
    CHECK(!shape_equal(&cube, &SHAPE(2, 3, 5)));
    CHECK(!shape_equal(&scalar, &none));
}

static void indices(void) {
    char text[64];
    const struct shape cube = SHAPE(2, 3, 4), scalar = {0, {0}};
    CHECK_TEXT(shape_print_index(&cube, 0, text, sizeof text), "[0,0,0]");
    CHECK_TEXT(shape_print_index(&cube, 5, text, sizeof text), "[0,1,1]");
    CHECK_TEXT(shape_print_index(&cube, 23, text, sizeof text), "[1,2,3]");
    CHECK_TEXT(shape_print_index(&scalar, 0, text, sizeof text), "[]");
    CHECK_TEXT(shape_print_index(&SHAPE(0, 3), 0, text, sizeof text), "[0,0]");
}

static void elements(void) {
    float f[] = {1.5f, -0.0f};
    double d[] = {1e300};
    int64_t i[] = {-7};
    uint8_t u[] = {255};
    CHECK(tensor_get(&(struct tensor){DTYPE_F32, SHAPE(2), f}, 0) == 1.5);
    CHECK(tensor_get(&(struct tensor){DTYPE_F64, SHAPE(1), d}, 0) == 1e300);
    CHECK(tensor_get(&(struct tensor){DTYPE_I64, SHAPE(1), i}, 0) == -7);
    CHECK(tensor_get(&(struct tensor){DTYPE_U8, SHAPE(1), u}, 0) == 255);
    CHECK(tensor_bytes(&(struct tensor){DTYPE_F32, SHAPE(2), f}) == sizeof f);
    CHECK(tensor_bytes(&(struct tensor){DTYPE_I64, SHAPE(3, 0), NULL}) == 0);
    CHECK_TEXT(dtype_name(DTYPE_U8), "uint8");
    CHECK(dtype_bytes(DTYPE_F64) == 8 && dtype_bytes(DTYPE_U8) == 1);
}

int main(void) {
    shapes();
    indices();
    elements();
    return check_done();
}
