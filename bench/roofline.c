#include "bench/roofline.h"

#include <math.h>

static double peak(const struct machine *m, int threads) {
    double best = 0;
    for (int isa = 0; isa < ISA_LEVELS; isa++)
        best = fmax(best, machine_flops(m, (enum isa)isa, threads));
    return best;
}

/* Seconds per byte of a mix of which the fraction `written` is stores. */
static double mix(const struct machine *m, double written, size_t footprint, int threads) {
    const double read = 1 / machine_stream(m, STREAM_READ, footprint, threads);
    const double triad = 1 / machine_stream(m, STREAM_TRIAD, footprint, threads);
    const double copy = 1 / machine_stream(m, STREAM_COPY, footprint, threads);
    if (written <= 1. / 3) return read + (triad - read) * written * 3;
    if (written <= 0.5) return triad + (copy - triad) * (written * 6 - 2);
    return copy;
}

/* What the primitive says must cross memory may be less than its operands, or more (a primitive may
 * need several passes): the shares of the operands are scaled to it. */
static double move_seconds(const struct machine *m, const struct problem *problem, size_t footprint,
                           int threads) {
    const struct primitive *primitive = problem->primitive;
    double in = 0, out = 0, both = 0;
    for (int i = 0; i < primitive->operand_count; i++) {
        const struct operand *operand = &primitive->operands[i];
        const struct shape shape = problem_shape(problem, i);
        const double bytes = (double)shape_elements(&shape) * (double)dtype_bytes(operand->dtype);
        const bool read = problem_reads(problem, i);
        if (read && operand_is_output(operand))
            both += 2 * bytes;
        else if (operand_is_output(operand))
            out += bytes;
        else if (read)
            in += bytes;
    }
    if (!(in + out + both > 0)) return 0;
    double seconds = both / machine_stream(m, STREAM_UPDATE, footprint, threads);
    if (in + out > 0) seconds += (in + out) * mix(m, out / (in + out), footprint, threads);
    return seconds * problem_bytes(problem) / (in + out + both);
}

double roofline_seconds(const struct machine *m, const struct problem *problem, size_t footprint,
                        int threads, double saving) {
    return fmax(problem_flops(problem) / saving / peak(m, threads),
                move_seconds(m, problem, footprint ? footprint : 1, threads));
}

static bool below(double seconds, const struct floor_time *floor) {
    const double clock = 0.05;
    return floor->seconds > seconds * (1 + clock + floor->spread);
}

bool roofline_beaten(double seconds, struct floor_time *floor,
                     void (*again)(struct floor_time *floor, void *user), void *user) {
    if (!below(seconds, floor)) return false;
    if (again) again(floor, user);
    return below(seconds, floor);
}
