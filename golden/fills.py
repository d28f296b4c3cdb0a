"""Input data of golden cases: the fills of kernels/core/fill.h from numpy's Philox.

Only the raw 64-bit stream of the generator is used, which numpy keeps stable between versions; what is made
of it stands here. The values differ from the C fills on purpose: nothing but the files is shared.
"""

import zlib

import numpy as np

SPECIAL = np.array([np.inf, -np.inf, 0.0, -0.0, 2.0**-149, -(2.0**-130), 3.4028234663852886e38,
                    -3.4028234663852886e38, 2.0**-126, 2.0**24, np.nan, np.nan])


class Stream:
    """Reproducible numbers, different for every (seed, text)."""

    def __init__(self, seed, text):
        self.bits = np.random.Philox(key=np.array([seed, zlib.crc32(text.encode())], dtype=np.uint64))

    def uniform(self, count):
        return (self.bits.random_raw(count) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def normal(self, count):  # Box and Muller 1958
        radius = np.sqrt(-2.0 * np.log1p(-self.uniform(count)))
        return radius * np.cos(2.0 * np.pi * self.uniform(count))

    def integer(self, count, low, high):
        return low + np.floor(self.uniform(count) * (high - low + 1))


def special(stream, count, choices):
    rare = SPECIAL[stream.integer(count, 0, choices - 1).astype(int)]
    return np.where(stream.integer(count, 0, 4) == 0, rare, stream.normal(count))


def cancel(stream, count):
    pairs = np.repeat(1e3 * (1 + stream.uniform((count + 1) // 2)), 2)[:count]
    return np.where(np.arange(count) % 2, -pairs, pairs) + stream.normal(count)


def patches(stream, count):
    first, edges = 0, []
    while first < count:
        edges.append(first)
        first += int(stream.integer(1, 1, 40)[0])
    lengths = np.diff(edges + [count])
    scale = np.repeat(10.0 ** (12 * stream.uniform(len(edges)) - 6), lengths)
    offset = np.repeat(10.0 ** (6 * stream.uniform(len(edges)) - 3), lengths)
    return scale * (offset + stream.normal(count))


def alternate(stream, count):
    return np.where(np.arange(count) % 2, 1e-12, 1e12) * stream.normal(count)


def sparse(stream, count):
    small = stream.integer(count, 1, 3) * (2 * stream.integer(count, 0, 1) - 1)
    return np.where(stream.integer(count, 0, 5) == 0, small, 0.0)


def counting(stream, count):
    return (np.arange(count) + stream.integer(1, 0, 8)) % 9 + 1


def spots(stream, count):
    which = stream.integer(count, 0, 7).astype(int)
    return np.where(which < 4, np.array([np.nan, np.inf, -np.inf, -0.0])[which % 4], counting(stream, count))


FILLS = {
    "normal": lambda stream, count: stream.normal(count),
    "uniform": lambda stream, count: stream.uniform(count),
    "integer": lambda stream, count: stream.integer(count, -4, 4),
    "special": lambda stream, count: special(stream, count, len(SPECIAL)),
    "inf": lambda stream, count: special(stream, count, len(SPECIAL) - 2),
    "offset": lambda stream, count: 1e4 + 1e-2 * stream.normal(count),
    "cancel": cancel,
    "mixed": lambda stream, count: stream.normal(count) * 10.0 ** (12 * stream.uniform(count) - 6),
    "large": lambda stream, count: 176 * stream.uniform(count) - 88,
    "huge": lambda stream, count: 1e18 * stream.normal(count),
    "tiny": lambda stream, count: 2.0**-135 * stream.normal(count),
    "equal": lambda stream, count: np.full(count, 0.1 + float(stream.integer(1, 0, 6)[0])),
    "runs": lambda stream, count: np.repeat(stream.integer((count + 4) // 5, -3, 3), 5)[:count],
    "sorted": lambda stream, count: np.arange(count, 0, -1) + float(stream.integer(1, 0, 6)[0]),
    "zero": lambda stream, count: np.zeros(count),
    "nan": lambda stream, count: np.full(count, np.nan),
    "patches": patches,
    "alternate": alternate,
    "count": counting,
    "ones": lambda stream, count: np.ones(count),
    "sparse": sparse,
    "spots": spots,
    "hundreds": lambda stream, count: 100 * stream.integer(count, -9, 9),
}


def fill(style, seed, text, shape, nonnegative):
    """float32 values of that shape."""
    values = FILLS[style](Stream(seed, text), int(np.prod(shape, dtype=np.int64)))
    with np.errstate(over="ignore"):
        values = values.astype(np.float32).reshape(shape)
    return np.abs(values) if nonnegative else values
