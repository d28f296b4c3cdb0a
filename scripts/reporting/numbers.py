"""Numbers as people read them."""
import math


def significant(value, digits=3):
    """1234.5 -> "1230", 0.01234 -> "0.0123": never an exponent for what a table holds."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:.{places}f}" if places else f"{round(value, digits - 1 - math.floor(math.log10(abs(value)))):.0f}"


def scaled(value, unit, steps=("", "k", "M", "G", "T", "P"), base=1000.0):
    if value and math.isfinite(value) and value < 1:
        return f"{significant(value)} {unit}"
    step = 0
    while value >= 999.5 * base / 1000 and step < len(steps) - 1:
        value /= base
        step += 1
    return f"{significant(value)} {steps[step]}{unit}"


def round_scaled(value, unit):
    """As scaled, for round numbers on an axis: "10 G", not "10.0 G"."""
    return shortened(scaled(value, unit))


def shortened(text):
    number, _, rest = text.partition(" ")
    return f"{float(number):g} {rest}".strip()


def duration(nanoseconds):
    for limit, scale, unit in ((1e3, 1, "ns"), (1e6, 1e3, "µs"), (1e9, 1e6, "ms")):
        if nanoseconds < limit * 0.9995:
            return f"{significant(nanoseconds / scale)} {unit}"
    return f"{significant(nanoseconds / 1e9)} s"


def flops(rate):
    return scaled(rate, "FLOP/s")


def bandwidth(rate):
    return scaled(rate, "B/s")


def memory(size):
    return shortened(scaled(size, "B", ("", "Ki", "Mi", "Gi"), 1024.0))


def times(value):
    """A ratio; "–" when there is none."""
    return "–" if value is None else f"{significant(value)}×"


def percent(value):
    return "–" if value is None else f"{significant(value * 100, 2)} %"


def error(value):
    if not value:
        return "–" if value is None else "0"
    if value < 1:  # rounded down: what is within its bound must not read as if it stood on it
        value = math.floor(round(value * 100, 6)) / 100
    return f"{value:.2f}" if value else "< 0.01"


def plural(count, noun):
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def linear_ticks(top, most=8):
    """0, step, 2 step ... up to at least `top`, at 1, 2 or 5 times a power of ten."""
    raw = top / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw * 0.999)
    return [i * step for i in range(math.ceil(top / step - 1e-9) + 1)]


def decades(low, high):
    """Powers of ten within [low, high]."""
    return [10.0 ** e for e in range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)]
