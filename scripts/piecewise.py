#!/usr/bin/env python3
"""piecewise: the tables of kernels/activation/activation_piecewise.h and activation_slopes.h.

    scripts/python scripts/piecewise.py            fit them and write the files (two minutes)
    scripts/python scripts/piecewise.py --check    hold the tables that stand there against the functions
    scripts/python scripts/piecewise.py --try      print the errors that other degrees would have

Each segment's polynomial is a minimax fit (Lawson's reweighted least squares) of the function's relative error, or of
that against a gauge where the function crosses zero. Its centre is moved until the function's value there is a float
to a hundredth of an ulp (Gal and Bachelis, "An accurate elementary mathematical library for the IEEE floating point
standard", ACM TOMS 17, 1991); the coefficients are rounded one after another, lowest first, the rest being fitted
again. Exit status: 0 all well; 1 a table is not what its comment promises; 2 bad usage.
"""
import argparse
import math
import os
import pathlib
import re
import sys

import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "kernels/activation"
FILES = {"values": FOLDER / "activation_piecewise.h", "slopes": FOLDER / "activation_slopes.h"}
LANES = {32: 16, 8: 8}  # VTABLE, the entries that one instruction looks up, of AVX-512 and of AVX2
CENTERS = 12  # tried for each segment
MARGIN = 0.05  # of a segment, that rounding may go beyond the last one's end
erfc = np.vectorize(math.erfc)


def sigmoid(a):
    return 1 / (1 + np.exp(a))


def gelu(a):
    return -a * erfc(a / math.sqrt(2)) / 2


def gelu_tanh(a):
    return -a * sigmoid(tangent(a))


def silu_slope(a):
    s = sigmoid(a)
    return s * (1 - a * (1 - s))


def silu_slope_gauge(a):
    s = sigmoid(a)
    return s * (1 + a * (1 - s))


def tangent(a):
    """of gelu's tanh form: gelu(-a) = -a sigmoid(-tangent)"""
    return math.sqrt(8 / math.pi) * (a + 0.044715 * a**3)


def gelu_parts(a):
    """gelu'(-a), as two terms"""
    return erfc(a / math.sqrt(2)) / 2, -a * np.exp(-a * a / 2) / math.sqrt(2 * math.pi)


def gelu_tanh_parts(a):
    s = sigmoid(tangent(a))
    return s, -a * math.sqrt(8 / math.pi) * (1 + 3 * 0.044715 * a * a) * s * (1 - s)


def mish_ratio(x):
    n = np.exp(x) * (np.exp(x) + 2)
    return n / (n + 2)


def mish_rest(x):
    """1 - ratio^2 without cancellation"""
    e = np.exp(x)
    h = 2 * (e + 1) / (e * (e + 2) + 2)
    return h * h


def mish_slope(x):
    return mish_ratio(x) + x * mish_rest(x) * sigmoid(-x)


def mish_slope_gauge(x):
    return mish_ratio(x) + np.abs(x * mish_rest(x) * sigmoid(-x))


class Table:
    """One function, for one width. The segment of a is round(a (beta + alpha a)); alpha = bend * top / last^2."""

    def __init__(self, name, text, function, wide, degree, first, last, ends, bend=0.0, gauge=None):
        width = 32 if wide else 8
        self.name, self.text, self.function, self.width, self.degree = name, text, function, width, degree
        self.ends, self.first, self.last, self.gauge = ends, float(np.float32(first)), float(np.float32(last)), gauge or function
        if first < 0:  # the segments of negative a are counted from the end
            self.alpha = 0.0
            above = width // 2 if last > 0 else 1  # segments from 0 on
            steps = (above - 0.5 - MARGIN) / last if last > 0 else (width - above + 0.5 - MARGIN) / -first
            self.beta = float(np.float32(steps))
            self.first = max(self.first, float(np.float32((above - width - 0.5 + MARGIN) / self.beta)))
            self.above = above
        else:
            top = width - 0.5 - MARGIN
            self.alpha = float(np.float32(bend * top / last**2))
            self.beta = float(np.float32((top - self.alpha * last**2) / last))

    def begins(self, key):
        """the a where a (beta + alpha a) = key"""
        if self.alpha == 0:
            return key / self.beta
        return (math.sqrt(max(self.beta**2 + 4 * self.alpha * key, 0)) - self.beta) / (2 * self.alpha)

    def bounds(self):
        for j in range(self.width):
            n = j - self.width if self.first < 0 and j >= self.above else j
            low, high = self.begins(n - 0.5), self.begins(n + 0.5)
            yield max(low, min(self.first, 0.0)), min(high, self.last) if n + 1 < self.width else self.last

    def anchored(self, low, high):
        """whether this segment has 0, where the function is a float: that is its centre"""
        return low <= 0 <= high and self.function(np.float64(0)) == np.float32(self.function(np.float64(0)))


def points(low, high, count):
    x = (low + high) / 2 + (high - low) / 2 * 1.0002 * np.cos(np.pi * (np.arange(count) + 0.5) / count)
    return x[x != 0]


def minimax(matrix, wanted, scale):
    """coefficients, and the largest of |matrix coefficients - wanted| scale"""
    weight, best = np.ones(len(wanted)), None
    for _ in range(30):
        root = np.sqrt(weight) * scale
        x = np.linalg.lstsq(matrix * root[:, None], wanted * root, rcond=None)[0]
        error = np.abs((matrix @ x - wanted) * scale)
        if best is None or error.max() < best[1]:
            best = x, error.max()
        if error.max() == 0:
            break
        weight *= error / error.max() + 1e-3
        weight /= weight.sum()
    return best


def centers(table, low, high):
    """places near the middle where the function's value is nearest to a float"""
    if table.anchored(low, high):
        return [0.0]
    middle = (low + high) / 2
    x = np.unique(np.float32(middle + (high - low) / 16 * np.linspace(-1, 1, 1601))).astype(np.float64)
    y = table.function(x)
    return x[np.argsort(np.abs(y.astype(np.float32) - y) / np.abs(y))[:CENTERS]].tolist()


def powers(r, first, last):
    return np.stack([r**k for k in range(first, last + 1)], 1)


def fitted_about(table, low, high, c):
    """coefficients"""
    x = points(low, high, 120)
    half, rest, scale = (high - low) / 2, table.function(x), 1 / np.abs(table.gauge(x))
    known = [float(np.float32(table.function(np.float64(c))))]
    rest = rest - known[0]
    r = (x - c) / half
    for k in range(1, table.degree + 1):
        best = minimax(powers(r, k, table.degree), rest, scale)[0]
        known.append(float(np.float32(best[0] / half**k)))
        rest = rest - known[k] * (x - c) ** k
    return known


def segment(table, low, high):
    """centre and coefficients: of the good centres the one whose other coefficients suffer least from rounding"""
    tried = [(c, fitted_about(table, low, high, c)) for c in centers(table, low, high)]
    return min(tried, key=lambda found: error_of(table, low, high, *found))


def error_of(table, low, high, c, coefficients):
    x = points(low, high, 1000)
    y = sum(k * (x - c) ** i for i, k in enumerate(coefficients))
    return float(np.max(np.abs(y - table.function(x)) / np.abs(table.gauge(x))))


def values(wide):
    """for AVX-512 to where f ends in its limit; for AVX2, where segments are few, no farther than most arguments"""
    near, d = (17.375, 5) if wide else (8, 7)
    yield Table("tanh", "tanh(a)", np.tanh, wide, d, 0, 9.02, True, -0.95)
    yield Table("sigmoid", "sigmoid(-a)", sigmoid, wide, d, 0, near, wide)
    yield Table("silu", "silu(-a)", lambda a: -a * sigmoid(a), wide, 6 if wide else 7, 0, near, wide, -0.25)
    yield Table("softplus", "softplus(-a)", lambda a: np.log1p(np.exp(-a)), wide, d, 0, near, wide)
    yield Table("elu", "exp(a) - 1", np.expm1, wide, 5 if wide else 8, -17.375, 0, False)
    yield Table("mish_ratio", "mish(a) / a", mish_ratio, wide, 6 if wide else 8, *((-9.2, 9) if wide else (-5, 3.9)), wide)
    yield Table("gelu", "gelu(-a)", gelu, wide, 6 if wide else 7, 0, 5.6 if wide else 4, wide, 0.4)
    yield Table("gelu_tanh", "gelu(-a), approximate=tanh", gelu_tanh, wide, 6 if wide else 7, 0, 5.1 if wide else 3.8, wide, 0.5)


def slopes(wide):
    """where a slope crosses zero, its error is measured against the sum of its terms"""
    near, d = (17.375, 5) if wide else (8, 7)
    yield Table("tanh_slope", "tanh'(a)", lambda a: np.cosh(a) ** -2, wide, 6 if wide else 8, 0, 9.02 if wide else 4.5, False)
    yield Table("sigmoid_slope", "sigmoid'(a)", lambda a: sigmoid(a) * sigmoid(-a), wide, d + 1, 0, near, False)
    yield Table("silu_slope", "silu'(-a)", silu_slope, wide, 6 if wide else 7, 0, 20.5 if wide else 8, wide, -0.19, silu_slope_gauge)
    yield Table("elu_slope", "exp(a)", np.exp, wide, d, -near, 0, False)
    yield Table("mish_slope", "mish'(a)", mish_slope, wide, 7 if wide else 9, *((-10.5, 10.3) if wide else (-5, 3.9)), wide, 0, mish_slope_gauge)
    yield Table("gelu_slope", "gelu'(-a)", lambda a: sum(gelu_parts(a)), wide, 6 if wide else 8, 0, 6.1 if wide else 4.5, wide, 0.4, lambda a: sum(map(np.abs, gelu_parts(a))))
    yield Table("gelu_tanh_slope", "gelu'(-a), approximate=tanh", lambda a: sum(gelu_tanh_parts(a)), wide, 6 if wide else 8, 0, 5.5 if wide else 4.2, wide, 0.5, lambda a: sum(map(np.abs, gelu_tanh_parts(a))))


BY_EXPONENTIAL = {"sigmoid", "silu", "elu", "sigmoid_slope", "silu_slope", "elu_slope"}  # what AVX2 has no table of


def tables(kind):
    every = [t for wide in (True, False) for t in {"values": values, "slopes": slopes}[kind](wide)]
    return [t for t in every if t.width == 32 or t.name not in BY_EXPONENTIAL]


HEAD = """\
/* Activations' %s as polynomials by segments (kernels/blocks/piecewise.h). Written by
 * scripts/piecewise.py, whose --check holds them against the functions: the comment of a table says
 * how large its error is. By 32 segments for AVX-512, by 8 for AVX2. */
#ifndef %s
#define %s

#include "kernels/blocks/piecewise.h"

/* clang-format off */
"""


def row(values):
    texts = ["%.9g" % v for v in values]
    texts = [t + ("f" if re.search("[.e]", t) else ".0f") for t in texts]
    lines = [", ".join(texts[i : i + 8]) for i in range(0, len(texts), 8)]
    return "{" + ",\n   ".join(lines) + "}"


def scalar(v):
    return row([v])[1:-1]


def text_of(table):
    fitted = [segment(table, *b) for b in table.bounds()]
    worst = max(error_of(table, *b, *s) for b, s in zip(table.bounds(), fitted))
    print(f"  {table.name} by {table.width}: degree {table.degree}, 2^{math.log2(worst):.2f}", file=sys.stderr, flush=True)
    columns = [[s[1][k] for s in fitted] for k in range(table.degree + 1)]
    return "\n".join(
        [
            f"/* {table.text}, {scalar(table.first)[:-1]} <= a <= {scalar(table.last)[:-1]}, to 2^{math.log2(worst) + 0.01:.2f} */",
            f"static const struct piecewise piecewise_{table.name} = {{",
            f"  {scalar(table.alpha)}, {scalar(table.beta)}, {scalar(table.first)}, {scalar(table.last)}, {str(table.ends).lower()}, {table.degree},",
            "  " + row([s[0] for s in fitted]) + ",",
            "  {" + ",\n  ".join(row(c) for c in columns) + "}};",
        ]
    )


def write(kind):
    guard = "KERNELS_ACTIVATION_" + FILES[kind].name.upper().replace(".", "_")
    parts = [HEAD % (kind, guard, guard)]
    for width in LANES:
        parts.append(f"#{'if' if width == 32 else 'elif'} ASSAY_LANES == {LANES[width]}\n")
        parts += [text_of(t) + "\n" for t in tables(kind) if t.width == width]
    parts.append("#endif\n/* clang-format on */\n\n#endif\n")
    fresh = FILES[kind].with_suffix(".tmp")
    fresh.write_text("\n".join(parts).replace("\n\n#if ASSAY", "\n#if ASSAY"))
    os.replace(fresh, FILES[kind])


PRINTED = re.compile(r"to 2\^(-[\d.]+) \*/\nstatic const struct piecewise piecewise_(\w+) = \{(.*?)\};", re.S)
NUMBER = re.compile(r"-?\d[\d.]*(?:e[-+]\d+)?")


def printed(path):
    """{(name, width): (promise, numbers)} of a file"""
    sections = re.split(r"#(?:if|elif) ASSAY_LANES == (\d+)", path.read_text())
    widths = {lanes: width for width, lanes in LANES.items()}
    found = {}
    for lanes, body in zip(sections[1::2], sections[2::2]):
        for promise, name, values in PRINTED.findall(body):
            numbers = NUMBER.findall(values.replace("true", "1").replace("false", "0"))
            found[name, widths[int(lanes)]] = float(promise), [float(np.float32(n)) for n in numbers]
    return found


def complaints(t, promise, numbers):
    if len(numbers) != 6 + t.width * (t.degree + 2):
        yield f"{len(numbers)} numbers, not {6 + t.width * (t.degree + 2)}"
        return
    head = [float(np.float32(v)) for v in (t.alpha, t.beta, t.first, t.last, t.ends, t.degree)]
    if numbers[:6] != head:
        yield f"begins {numbers[:6]}, not {head}"
    rows = np.array(numbers[6:]).reshape(t.degree + 2, t.width)
    for j, bounds in enumerate(t.bounds()):
        error = math.log2(error_of(t, *bounds, rows[0, j], rows[1:, j]))
        if error > promise:
            yield f"segment {j} is off by 2^{error:.2f}, not 2^{promise}"


def check(kind):
    """each table of the file, as numbers, against its function; how many are wrong"""
    stands, bad = printed(FILES[kind]), 0
    for t in tables(kind):
        for complaint in complaints(t, *stands.pop((t.name, t.width), (None, []))):
            print(f"{FILES[kind].name}: {t.name} by {t.width}: {complaint}")
            bad += 1
    for name, width in stands:
        print(f"{FILES[kind].name}: {name} by {width}: scripts/piecewise.py does not know it")
        bad += 1
    return bad


def attempt(kind):
    for t in tables(kind):
        errors = []
        for degree in range(4, 11):
            worst = 0
            for low, high in t.bounds():
                x = points(low, high, 60)
                c = 0 if t.anchored(low, high) else (low + high) / 2
                known = t.function(np.float64(0)) if t.anchored(low, high) else 0
                matrix = powers((x - c) / (high - low), int(t.anchored(low, high)), degree)
                worst = max(worst, minimax(matrix, t.function(x) - known, 1 / np.abs(t.gauge(x)))[1])
            errors.append(f"{degree}: {math.log2(worst):.1f}")
        print(f"{t.name} by {t.width} to {t.last:g}:", ", ".join(errors), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--try", dest="attempt", action="store_true")
    options = parser.parse_args()
    if options.check:
        return 1 if sum(map(check, FILES)) else 0
    for kind in FILES:
        (attempt if options.attempt else write)(kind)
    return 0


if __name__ == "__main__":
    sys.exit(main())
