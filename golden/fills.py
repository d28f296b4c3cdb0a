"""Input data of golden cases: the fills of kernels/core/fill.h from numpy's Philox.

Only the raw 64-bit stream of the generator is used, which numpy keeps stable between versions; what is made
of it stands here. Real values differ from the C fills on purpose: nothing but the files is shared. What the
domains of kernels/core/domain.h make (whole numbers, probabilities, distributions) is the same to the bit for
the same seed and stream, or the same reals: the test golden/fills compares them.
"""

import zlib

import numpy as np

SPECIAL = np.array([np.inf, -np.inf, 0.0, -0.0, 2.0**-149, -(2.0**-130), 3.4028234663852886e38,
                    -3.4028234663852886e38, 2.0**-126, 2.0**24, np.nan, np.nan])


class Stream:
    """Reproducible numbers, different for every (seed, text)."""

    def __init__(self, seed, text):
        self.seed = seed
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


def odd(stream, count):
    half = 2.0 ** (stream.integer(count, 13, 24) - 2)
    wide = 2 * (half + np.floor(stream.uniform(count) * half)) + 1
    return np.where(stream.integer(count, 0, 9) == 0, wide * (2 * stream.integer(count, 0, 1) - 1), 0.0)


def binades(stream, count):
    fraction = 1 + np.floor(stream.uniform(count) * 2.0**23) * 2.0**-23
    return fraction * 2.0 ** stream.integer(count, -149, 127) * (2 * stream.integer(count, 0, 1) - 1)


def masked(stream, count):
    length = [4, 7, 16, 50, 300][int(stream.integer(1, 0, 4)[0])]
    stretches = np.repeat(stream.integer(count // length + 1, 0, 1), length)[:count]
    return np.where(stretches == 0, -np.inf, stream.normal(count))


RARE = np.array([np.nan, np.inf, -np.inf, 100.0, -100.0, 1e30, -1e30, 2.0**-140])


def rare(stream, count):
    which = RARE[stream.integer(count, 0, len(RARE) - 1).astype(int)]
    return np.where(stream.integer(count, 0, 499) == 0, which, stream.normal(count))


def blank(stream, count):
    length = [4, 8, 16, 33, 100][int(stream.integer(1, 0, 4)[0])]
    stretches = np.repeat(stream.integer(count // length + 1, 0, 1), length)[:count]
    which = np.array([np.nan, np.inf, -np.inf])[stream.integer(count, 0, 2).astype(int)]
    return np.where(stretches == 0, 0.0, np.where(stream.integer(count, 0, 29) == 0, which, stream.normal(count)))


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
    "deep": lambda stream, count: 220 * stream.uniform(count) - 110,
    "odd": odd,
    "binades": binades,
    "masked": masked,
    "rare": rare,
    "blank": blank,
    "small": lambda stream, count: stream.normal(count) * 10.0 ** (-4 - float(stream.seed % 9)),
    "hundreds": lambda stream, count: 100 * stream.integer(count, -9, 9),
}


# ---- domains (kernels/core/domain.h) ----------------------------------------------------------------------------


def philox4x32(counter, key):
    """kernels/core/random.c: Salmon, Moraes, Dror, Shaw, SC 2011. Four words of counter, two of key, uint64 arrays."""
    low = np.uint64(0xFFFFFFFF)
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        product0, product1 = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
        c0, c1, c2, c3 = ((product1 >> np.uint64(32)) ^ c1 ^ k0, product1 & low,
                          (product0 >> np.uint64(32)) ^ c3 ^ k1, product0 & low)
        k0, k1 = (k0 + np.uint64(0x9E3779B9)) & low, (k1 + np.uint64(0xBB67AE85)) & low
    return c0, c1, c2, c3


def counted_integers(seed, stream, index, low, high):
    """Element `index` (an array) of stream (seed, stream): random_integer of kernels/core/random.h."""
    index, word = np.asarray(index, dtype=np.uint64), np.uint64(0xFFFFFFFF)
    seed = np.uint64(seed)
    counter = (index & word, index >> np.uint64(32), np.full_like(index, stream), np.zeros_like(index))
    first, second, _, _ = philox4x32(counter, (seed & word, seed >> np.uint64(32)))
    uniform = ((second << np.uint64(32) | first) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return low + (uniform * float(high - low + 1)).astype(np.int64)


def integers(style, seed, stream, count, below):
    """domain_integer, elements 0 .. count - 1: int64 in [0, below)."""
    index = np.arange(count, dtype=np.int64)
    if below < 1:
        return np.zeros(count, dtype=np.int64)
    uniform = counted_integers(seed, stream, index, 0, below - 1)
    if style == "zero":
        return np.zeros(count, dtype=np.int64)
    if style == "ones":
        return np.full(count, int(below > 1), dtype=np.int64)
    if style == "equal":
        return np.full(count, seed % below, dtype=np.int64)
    if style == "count":
        return (index % below + seed % below) % below
    if style == "sorted":
        return ((count - 1 - index) / max(count, 1) * float(below)).astype(np.int64)
    if style == "runs":
        return counted_integers(seed, stream, index // 5, 0, below - 1)
    if style == "sparse":
        return np.where(counted_integers(seed, stream + 100, index, 0, 5) == 0, uniform, 0)
    if style in ("special", "inf", "spots"):
        which = counted_integers(seed, stream + 100, index, 0, 3)
        return np.where(which == 0, 0, np.where(which == 1, below - 1, uniform))
    return uniform


def probabilities(style, real):
    """domain_probability"""
    magnitude = np.abs(real)
    if style == "integer":
        return np.fmod(magnitude, 2)
    with np.errstate(divide="ignore"):
        return np.where(magnitude > 1, 1 / magnitude, magnitude)


def distributions(style, seed, stream, real, along):
    """domain_distribution of every line along that axis."""
    lines = np.moveaxis(np.abs(real), along, -1).copy()
    length = lines.shape[-1]
    if not lines.size:
        return np.moveaxis(lines, -1, along)
    if style == "integer":
        place = counted_integers(seed, stream + 400, np.arange(lines.size // length), 0, length - 1)
        lines = (np.arange(length) == place.reshape(lines.shape[:-1])[..., None]).astype(np.float64)
    lines = np.where(lines > SPECIAL[6], SPECIAL[6], lines)  # an infinity counts as the largest float32
    weight = np.where(np.isnan(lines), 0.0, lines)
    total = np.add.accumulate(weight, axis=-1)[..., -1:]  # in this order, as the loop in C; np.sum adds in pairs
    with np.errstate(invalid="ignore"):
        share = np.where(total > 0, weight / total, 1.0 / length)
    return np.moveaxis(np.where(np.isnan(lines), np.nan, share), -1, along)


BELOW = {"mask": 2, "bytes": 256}


def fill(style, seed, text, shape, domain="real", below=None, along=None, scale=1):
    """Values of that shape: int64 for indices, uint8 for masks and bytes, else float32, times `scale`."""
    count, stream = int(np.prod(shape, dtype=np.int64)), zlib.crc32(text.encode())
    if domain in ("index", "mask", "bytes"):
        drawn = integers(style, seed, stream, count, BELOW.get(domain, below))
        return drawn.astype(np.int64 if domain == "index" else np.uint8).reshape(shape)
    values = FILLS[style](Stream(seed, text), count).reshape(shape)
    if domain == "nonnegative":
        values = np.abs(values)
    elif domain == "probability" and along is None:
        values = probabilities(style, values)
    elif domain == "probability":
        values = distributions(style, seed, stream, values, along)
    elif domain != "real":
        raise ValueError(f"there is no domain '{domain}'")
    with np.errstate(over="ignore"):
        return (scale * values).astype(np.float32)
