#include "kernels/core/descriptor.h"

#include <math.h>
#include <string.h>

#include "kernels/core/law.h"

enum { NAME_ROOM = 48, LINE_MOST = 400 };

bool name_is_good(const char *name) {
    if (!name || *name < 'a' || *name > 'z') return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name) &&
           strlen(name) < NAME_ROOM;
}

/* Text for people: one line without control characters; UTF-8 may stand in it. */
static bool good_line(const char *text) {
    if (!text || strlen(text) > LINE_MOST) return false;
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f) return false;
    return true;
}

/* "a|b|c": each as short as a name, none empty, none twice, nothing that a problem's text needs. */
static bool good_choices(const char *choices) {
    int64_t count = 0;
    for (const char *at = choices;; count++) {
        const size_t length = strcspn(at, "|");
        if (!length || length >= NAME_ROOM || strcspn(at, ",= \t\n\r'") < length) return false;
        for (const char *other = choices; other < at; other += strcspn(other, "|") + 1)
            if (strcspn(other, "|") == length && memcmp(other, at, length) == 0) return false;
        if (!at[length]) return true;
        at += length + 1;
    }
}

static bool good_range(const struct field *field) {
    switch (field->kind) {
    case FIELD_REAL: /* false for a NaN */
        return field->lowest.r <= field->initial.r && field->initial.r <= field->highest.r &&
               isfinite(field->lowest.r) && isfinite(field->highest.r);
    case FIELD_CHOICE: {
        int64_t count = 1;
        for (const char *c = field->choices; *c; c++) count += *c == '|';
        return field->initial.i >= 0 && field->initial.i < count;
    }
    case FIELD_FLAG:
        if (field->lowest.i != 0 || field->highest.i != 1) return false;
        return field->initial.i == 0 || field->initial.i == 1;
    default: return field->lowest.i <= field->initial.i && field->initial.i <= field->highest.i;
    }
}

static const char *field_wrong(const struct field *field) {
    if ((int)field->kind < FIELD_INT || field->kind > FIELD_CHOICE) return "a field's kind";
    if (!name_is_good(field->name) || !good_line(field->help)) return "a field's name or help";
    if ((field->kind == FIELD_CHOICE) != (field->choices != NULL)) return "a field's choices";
    if (field->choices && !good_choices(field->choices)) return "a field's choices";
    if (!good_range(field)) return "a field's range or its initial value";
    union field_value before;
    if (field->before && !field_parse(field, field->before, &before)) return "a field's before";
    return NULL;
}

static const char *fields_wrong(const struct primitive *p) {
    if (p->field_count < 0 || p->field_count > PROBLEM_MAX_FIELDS) return "field_count";
    if (p->field_count && !p->fields) return "fields is NULL";
    size_t text = 1; /* of the longest problem: name=value, */
    for (int i = 0; i < p->field_count; i++) {
        const struct field *field = &p->fields[i];
        const char *wrong = field_wrong(field);
        if (wrong) return wrong;
        if (field->offset != (size_t)i * sizeof(union field_value)) return "a field's offset";
        for (int k = 0; k < i; k++)
            if (strcmp(p->fields[k].name, field->name) == 0) return "two fields of one name";
        text += strlen(field->name) + 2 + (field->choices ? NAME_ROOM : 26);
    }
    return text <= PROBLEM_MAX_TEXT ? NULL : "its fields make too long a text";
}

static bool is_integer_field(const struct primitive *p, const char *name) {
    for (int i = 0; i < p->field_count; i++)
        if (strcmp(p->fields[i].name, name) == 0) return p->fields[i].kind == FIELD_INT;
    return false;
}

/* "classes", or a number from 1 on. */
static bool good_below(const struct primitive *p, const char *below) {
    const size_t digits = strspn(below, "0123456789");
    if (digits && !below[digits]) return digits < 16 && *below != '0';
    return is_integer_field(p, below);
}

/* "bias=0", "reduction=none|mean": of a field. */
static bool good_absent(const struct primitive *p, const char *absent) {
    const size_t length = strcspn(absent, "=");
    if (!good_line(absent) || !absent[length] || !absent[length + 1]) return false;
    for (int i = 0; i < p->field_count; i++)
        if (strlen(p->fields[i].name) == length && !strncmp(p->fields[i].name, absent, length))
            return true;
    return false;
}

static bool domain_fits(const struct operand *operand) {
    switch (operand->domain) {
    case DOMAIN_INDEX: return operand->dtype == DTYPE_I64;
    case DOMAIN_MASK:
    case DOMAIN_BYTES: return operand->dtype == DTYPE_U8;
    case DOMAIN_REAL: /* whole numbers that are no indices come out, and do not go in */
        if (operand->dtype == DTYPE_I64) return operand->role == ROLE_OUT;
        return operand->dtype != DTYPE_U8;
    default: return operand->dtype == DTYPE_F32 || operand->dtype == DTYPE_F64;
    }
}

static const char *domain_wrong(const struct primitive *p, const struct operand *operand) {
    if ((int)operand->domain < DOMAIN_REAL || operand->domain > DOMAIN_BYTES)
        return "an operand's domain";
    if (!domain_fits(operand)) return "an operand's domain does not go with its dtype";
    if (operand->below && (operand->domain != DOMAIN_INDEX || !good_below(p, operand->below)))
        return "an operand's below is no integer field and no number";
    if (operand->domain == DOMAIN_INDEX && operand_is_input(operand) && !operand->below)
        return "an operand of indices has no below";
    if (operand->shape && !good_line(operand->shape)) return "an operand's shape";
    if (operand->absent && !good_absent(p, operand->absent)) return "an operand's absent";
    if (operand->along && (operand->domain != DOMAIN_PROBABILITY || operand_axis(operand) < 0))
        return "an operand's along is no axis of its shape";
    return NULL;
}

static const char *operands_wrong(const struct primitive *p) {
    if (p->operand_count < 1 || p->operand_count > OPERANDS_MAX) return "operand_count";
    if (!p->operands) return "operands is NULL";
    bool output = false;
    for (int i = 0; i < p->operand_count; i++) {
        const struct operand *operand = &p->operands[i];
        if (!name_is_good(operand->name)) return "an operand's name";
        if ((int)operand->role < ROLE_IN || operand->role > ROLE_INOUT) return "an operand's role";
        if ((int)operand->dtype < DTYPE_F32 || operand->dtype > DTYPE_U8)
            return "an operand's dtype";
        const char *wrong = domain_wrong(p, operand);
        if (wrong) return wrong;
        for (int k = 0; k < i; k++)
            if (strcmp(p->operands[k].name, operand->name) == 0) return "two operands of one name";
        output = output || operand_is_output(operand);
    }
    return output ? NULL : "no operand is an output";
}

/* Data of a law: a list that ends with LAW_NOTHING, of operands that there are. */
static bool good_parts(const struct primitive *p, const struct law_part *part, bool outputs) {
    for (; part && part->how; part++) {
        if (part->of < LAW_EVERY || part->of >= p->operand_count) return false;
        if (part->how < LAW_NOTHING || part->how > (outputs ? LAW_ADJOINT : LAW_COPY)) return false;
        if ((part->how >= LAW_SAME) != outputs) return false;
        if (part->with < 0 || part->with >= p->operand_count) return false;
        if ((part->how == LAW_MAP || part->how == LAW_MAPPED) && !part->map) return false;
    }
    return true;
}
/* As many runs as its data speak of. */
static bool enough_runs(const struct property *law, const struct law_part *part) {
    for (; part && part->how; part++)
        if (law->runs < (part->how == LAW_SPLIT || part->how == LAW_SUM ? 3 : 2)) return false;
    return true;
}

static const char *properties_wrong(const struct primitive *p) {
    if (p->property_count < 0 || (p->property_count && !p->properties)) return "property_count";
    for (int i = 0; i < p->property_count; i++) {
        const struct property *law = &p->properties[i];
        if (!name_is_good(law->name) || !good_line(law->statement))
            return "a law's name or statement";
        if (law->runs < 1 || law->runs > LAW_RUNS) return "a law's runs";
        if (!law->compare && !law->out) return "a law's compare is NULL";
        if (!enough_runs(law, law->in) || !enough_runs(law, law->out)) return "a law's runs";
        if (!good_parts(p, law->in, false)) return "what a law does to its inputs";
        if (!good_parts(p, law->out, true)) return "what a law asks of its outputs";
    }
    return p->gradient_of && !name_is_good(p->gradient_of) ? "gradient_of" : NULL;
}

const char *primitive_wrong(const struct primitive *p) {
    if (!name_is_good(p->name)) return "name";
    if (p->family && !name_is_good(p->family)) return "family";
    if (!p->summary) return "summary is NULL";
    if (!p->formula) return "formula is NULL";
    if (!good_line(p->summary) || !good_line(p->formula))
        return "summary and formula are one line each";
    if (!p->shape) return "shape is NULL";
    if (!p->flops) return "flops is NULL";
    if (!p->terms) return "terms is NULL";
    if (!p->call) return "call is NULL";
    const char *wrong = fields_wrong(p);
    if (!wrong) wrong = operands_wrong(p);
    return wrong ? wrong : properties_wrong(p);
}

/* What any algorithm in use needs, and room: Winograd F(6x6, 3x3) saves a factor of 5, and loses one
 * of 30. Beyond, no check would be left. */
static const double saving_most = 64, amplification_most = 64;
enum { HALO_MOST = 64 };

static const char *accumulation_wrong(const struct accumulation *a) {
    if ((int)a->summation < SUM_SEQUENTIAL || a->summation > SUM_BLOCKED) return "summation";
    if (a->lanes < 0) return "lanes";
    if (!(a->amplification >= 0 && a->amplification <= amplification_most))
        return "amplification is not in [0, 64]";
    return a->halo >= 0 && a->halo <= HALO_MOST ? NULL : "halo is not in [0, 64]";
}

const char *implementation_wrong(const struct implementation *i) {
    if (!name_is_good(i->primitive)) return "primitive";
    if (!name_is_good(i->variant)) return "variant";
    if (!i->technique) return "technique is NULL";
    if (!good_line(i->technique)) return "technique is more than one line";
    if (!i->kernel && !i->run) return "kernel is NULL";
    if ((int)i->isa < 0 || i->isa >= ISA_LEVELS) return "isa";
    if (!i->prepared_bytes != !i->prepare) return "prepare and prepared_bytes come together";
    if (!(i->saving >= 0 && i->saving <= saving_most)) return "saving is not in [0, 64]";
    if (i->no_special && !good_line(i->no_special)) return "no_special is more than one line";
    if (i->no_extremes && !good_line(i->no_extremes)) return "no_extremes is more than one line";
    if (i->defect && !good_line(i->defect)) return "defect is more than one line";
    if (i->defect && !i->caught) return "defect and caught come together";
    if (i->caught && !good_line(i->caught)) return "caught is more than one line";
    return accumulation_wrong(&i->accumulation);
}
