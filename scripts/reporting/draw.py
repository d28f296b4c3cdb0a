"""Plots as SVG text. Colours come from the page's style sheet, so one drawing serves light and dark."""
import math
from html import escape

from . import numbers

WIDTH, HEIGHT, TALL = 760, 360, 470
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 22, 52
COLOURS = 8

MARKS = (  # unit-radius outlines, told apart without colour
    "M-1,0A1,1 0 1 1 1,0A1,1 0 1 1 -1,0Z",
    "M-.9,-.9H.9V.9H-.9Z",
    "M0,-1.15L1.05,.8H-1.05Z",
    "M0,-1.25L1.25,0L0,1.25L-1.25,0Z",
    "M0,1.15L1.05,-.8H-1.05Z",
    "M-.4,-1.1H.4V-.4H1.1V.4H.4V1.1H-.4V.4H-1.1V-.4H-.4Z",
    "M-.5,-1.1H.5L1.15,0L.5,1.1H-.5L-1.15,0Z",
    "M0,-1.3L.35,-.4L1.3,-.4L.55,.2L.8,1.1L0,.55L-.8,1.1L-.55,.2L-1.3,-.4L-.35,-.4Z",
)


def mark(style):
    """Where colours start again, shapes do not."""
    return MARKS[(style + style // COLOURS) % len(MARKS)]


class Frame:
    """Plot area with scales; x and y map data to picture coordinates."""

    def __init__(self, x_range, y_range, log_x=False, log_y=False, height=HEIGHT):
        self.x_range, self.y_range, self.log_x, self.log_y = x_range, y_range, log_x, log_y
        self.right, self.base = WIDTH - RIGHT, height - BOTTOM

    @staticmethod
    def place(value, bounds, log):
        low, high = bounds
        if log:
            value, low, high = math.log(max(value, low / 1e3)), math.log(low), math.log(high)
        return (value - low) / (high - low)

    def x(self, value):
        return LEFT + self.place(value, self.x_range, self.log_x) * (self.right - LEFT)

    def y(self, value):
        return self.base - self.place(value, self.y_range, self.log_y) * (self.base - TOP)

    def y_axis(self, ticks, text, title):
        out = []
        for tick in ticks:
            y = self.y(tick)
            out.append(f'<path class="grid" d="M{LEFT},{y:.1f}H{self.right}"/>'
                       f'<text class="tick" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{text(tick)}</text>')
        middle = (TOP + self.base) / 2
        out.append(f'<text class="axis" transform="translate(15,{middle:.0f}) rotate(-90)" text-anchor="middle">'
                   f"{escape(title)}</text>")
        return "".join(out)

    def x_axis(self, ticks, text, title):
        out = [f'<path class="frame" d="M{LEFT},{self.base}H{self.right}"/>']
        for tick in ticks:
            x = self.x(tick)
            out.append(f'<path class="frame" d="M{x:.1f},{self.base}v5"/>'
                       f'<text class="tick" x="{x:.1f}" y="{self.base + 19}" text-anchor="middle">{text(tick)}</text>')
        out.append(f'<text class="axis" x="{(LEFT + self.right) / 2:.0f}" y="{self.base + 42}" text-anchor="middle">'
                   f"{escape(title)}</text>")
        return "".join(out)


def lines_of(label, width):
    """Words packed into lines of at most `width` characters."""
    lines = [""]
    for word in label.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def point(x, y, style, label, whisker=None, radius=4.5, kind=""):
    """A marker that can be focused and says its numbers; `whisker` is (y low, y high)."""
    bar = ""
    if whisker and abs(whisker[0] - whisker[1]) > 1:
        low, high = whisker
        bar = f'<path class="whisker" d="M{x:.1f},{low:.1f}V{high:.1f}M{x - 4:.1f},{low:.1f}h8M{x - 4:.1f},{high:.1f}h8"/>'
    return (f'<g class="point {kind}" tabindex="-1" role="img" aria-label="{escape(label)}">{bar}'
            f'<path class="mark" transform="translate({x:.1f},{y:.1f}) scale({radius})" d="{mark(style)}"/></g>')


def series(name, classes, body, line=None):
    path = f'<path class="line" d="M{"L".join(f"{x:.1f},{y:.1f}" for x, y in line)}"/>' if line else ""
    return f'<g class="series {classes}" data-series="{escape(name)}">{path}{body}</g>'


def picture(title, content, height=HEIGHT):
    return (f'<svg class="plot" viewBox="0 0 {WIDTH} {height}" role="group" '
            f'aria-label="{escape(title)}; arrow keys move between points">{content}</svg>')


def describe(m):
    """What a point says: one fact a line."""
    low, high = m.quartiles
    facts = [m.name + (f", {m.threads} threads" if m.threads > 1 else ""), m.problem,
             f"{numbers.duration(m.median)} median, {numbers.duration(low)} to {numbers.duration(high)}"
             f" ({numbers.plural(len(m.times), 'repetition')})"]
    speeds = [numbers.flops(m.rate("flops"))] if m.counters.get("flops") else []
    speeds += [numbers.bandwidth(m.rate("bytes"))] if m.counters.get("bytes") else []
    facts.append(", ".join(speeds))
    if m.roofline is not None:
        facts.append(f"{numbers.percent(m.roofline)} of the roofline")
    facts.append(f"{m.verdict}, worst error {numbers.error(m.error)} of its bound")
    return "\n".join(f for f in facts if f)


# ---- throughput against size ------------------------------------------------------------------------


def compute_bound(measurements):
    """Are these better shown as FLOP/s than as B/s?"""
    intensities = sorted(m.intensity for m in measurements if m.timed)
    return bool(intensities) and intensities[len(intensities) // 2] > 4


def throughput(results, measurements, threads, styles, labels, title):
    """One line per implementation. `measurements`: those of one primitive at `threads`."""
    timed = [m for m in measurements if m.timed]
    what = "flops" if compute_bound(timed) else "bytes"
    unit = "GFLOP/s" if what == "flops" else "GB/s"
    ceiling = results.peak(threads) if what == "flops" else dict(results.bandwidth(threads)).get("DRAM")
    sizes = {m.problem: m.counters.get(what, 0.0) for m in timed}
    order = sorted(sizes, key=lambda p: (round(5 * math.log(max(sizes[p], 1.0))), by_numbers(p)))
    y_range, log_y, ticks = speed_axis([(m.problem, m.rate(what) / 1e9) for m in timed], (ceiling or 0.0) / 1e9)
    frame, axis, where, depth = size_axis(order, sizes, labels, what, (y_range, log_y), results, threads)
    content = frame.y_axis(ticks, lambda v: f"{v:g}", unit) + axis + ceiling_line(frame, ceiling, what, unit)
    for variant in dict.fromkeys(m.variant for m in timed):
        mine = sorted((m for m in timed if m.variant == variant), key=lambda m: order.index(m.problem))
        spots = [(where(m.problem), frame.y(m.rate(what) / 1e9)) for m in mine]
        body = "".join(point(*spot, styles[variant], describe(m),
                             [frame.y(m.rate(what, t) / 1e9) for t in m.quartiles])
                       for spot, m in zip(spots, mine))
        classes = "cn" if variant == "naive" else f"c{styles[variant] % COLOURS}"
        classes += (" peer" if mine[0].peer else "") + ("" if frame.log_x else " apart")
        content += series(variant, classes, body, spots)
    return picture(title, content, HEIGHT + depth)


def speed_axis(speeds, ceiling):
    """(range, logarithmic?, ticks). Logarithmic when the best speeds of the problems lie far apart (caches)."""
    best = {}
    for problem, speed in speeds:
        best[problem] = max(speed, best.get(problem, 0.0))
    top = max([*best.values(), ceiling])
    if max(best.values()) > 5 * min(best.values()):
        bounds = min(speed for _, speed in speeds) / 1.4, top * 1.4
        return bounds, True, decades_thin(bounds)
    top *= 1.05
    return (0.0, top), False, [t for t in numbers.linear_ticks(top) if t <= top]


def ceiling_line(frame, ceiling, what, unit):
    if not ceiling:
        return ""
    y, name = frame.y(ceiling / 1e9), "FMA peak" if what == "flops" else "DRAM"
    place = f'x="{frame.right - 4}" text-anchor="end"' if what == "flops" else f'x="{LEFT + 6}"'
    return (f'<path class="roof" d="M{LEFT},{y:.1f}H{frame.right}"/><text class="roof-name" {place} y="{y - 5:.1f}">'
            f"{name} {numbers.significant(ceiling / 1e9)} {unit}</text>")


def by_numbers(problem):
    """Orders problem texts by their numbers."""
    return [float(v) if v.replace(".", "", 1).replace("-", "").isdigit() else 0.0
            for v in (part.split("=")[-1] for part in problem.split(","))]


def size_axis(order, sizes, labels, what, speed, results, threads):
    """(frame, axis, place of a problem, extra depth): a logarithmic axis when the sizes differ enough, else one
    place per problem."""
    y_range, log_y = speed
    steps = [sizes[b] / sizes[a] if sizes[a] else 0 for a, b in zip(order, order[1:])]
    if len(order) > 2 and all(step > 1.25 for step in steps):
        bounds = sizes[order[0]] / 1.6, sizes[order[-1]] * 1.6
        frame = Frame(bounds, y_range, log_x=True, log_y=log_y)
        unit, title = ("FLOP", "operations per call") if what == "flops" else ("B", "bytes that must move per call")
        axis = frame.x_axis(decades_thin(bounds), lambda v: numbers.round_scaled(v, unit), title)
        return frame, cache_marks(frame, what, results, threads) + axis, lambda p: frame.x(sizes[p]), 0
    frame = Frame((-0.5, len(order) - 0.5), y_range, log_y=log_y)
    width = max(6, int((frame.right - LEFT) / len(order) / 6.7))
    axis, deepest = [f'<path class="frame" d="M{LEFT},{frame.base}H{frame.right}"/>'], 0
    for i, problem in enumerate(order):
        lines = lines_of(labels[problem], width) if len(order) <= 12 else [str(i + 1)]
        spans = "".join(f'<tspan x="{frame.x(i):.1f}" dy="{13 if n else 0}">{escape(line)}</tspan>'
                        for n, line in enumerate(lines))
        axis.append(f'<text class="tick small" y="{frame.base + 16}" text-anchor="middle">{spans}'
                    f"<title>{escape(problem)}</title></text>")
        deepest = max(deepest, len(lines))
    return frame, "".join(axis), lambda p: frame.x(order.index(p)), 13 * deepest - BOTTOM + 12


def decades_thin(bounds):
    """Powers of ten, and 2 and 5 times those when they alone are few."""
    low, high = bounds
    ticks = numbers.decades(low, high)
    if len(ticks) < 3:
        first = math.floor(math.log10(low))
        ticks = [m * 10.0 ** e for e in range(first, first + 4) for m in (1, 2, 5) if low <= m * 10.0 ** e <= high]
    return ticks


def cache_marks(frame, what, results, threads):
    """Where the data outgrow a cache level."""
    if what != "bytes":
        return ""
    out = ""
    for level in results.machine.get("bandwidth", []):
        size = level.get("bytes", 0)
        if level["threads"] == threads and level["level"] != "DRAM" and frame.x_range[0] < size < frame.x_range[1]:
            x, name = frame.x(size), f'{level["level"]} {numbers.memory(size)}'
            place = f'x="{x - 4:.1f}" text-anchor="end"' if x - LEFT > 80 else f'x="{x + 4:.1f}"'
            out += (f'<path class="cache" d="M{x:.1f},{TOP}V{frame.base}"/>'
                    f'<text class="cache-name" {place} y="{TOP - 4}">{escape(name)}</text>')
    return out


# ---- roofline --------------------------------------------------------------------------------------


def roofline(results, threads, styles, best):
    """Every timed implementation under the machine's roofs. `best`: ids of those to draw large."""
    points = [m for m in results.measurements if m.timed and m.threads == threads and m.intensity > 0]
    if not points:
        return ""
    levels = results.bandwidth(threads)
    speeds, intensities = [m.rate("flops") for m in points], [m.intensity for m in points]
    peak = results.peak(threads) or max(speeds)
    slowest = min((rate for _, rate in levels), default=peak)
    x_range = min(intensities) / 2.2, max(*intensities, peak / slowest) * 2.2
    y_range = min(speeds) / 2, max(*speeds, peak) * 1.9
    frame = Frame(x_range, y_range, log_x=True, log_y=True, height=TALL)
    content = frame.y_axis(numbers.decades(*y_range), lambda v: numbers.round_scaled(v, ""), "FLOP/s")
    content += frame.x_axis(numbers.decades(*x_range), lambda v: f"{v:g}", "operations per byte that must move")
    content += slopes(frame, levels, peak) + flats(frame, results, threads, levels)
    for primitive in results.primitives:
        mine = sorted((m for m in points if m.primitive == primitive), key=lambda m: (m.intensity, m.median))
        body = "".join(point(frame.x(m.intensity), frame.y(m.rate("flops")), styles[primitive], describe(m),
                             radius=5 if id(m) in best else 3.2, kind="peer" if m.peer else "")
                       for m in mine)
        if mine:
            content += series(primitive, f"c{styles[primitive] % COLOURS}", body)
    return picture(f"Roofline, {numbers.plural(threads, 'thread')}", content, TALL)


def slopes(frame, levels, peak):
    """Bandwidth of each memory level, its name along the line."""
    out = ""
    for level, rate in levels:
        start, meet = max(frame.x_range[0], frame.y_range[0] / rate), min(peak / rate, frame.x_range[1])
        if start >= meet:
            continue
        x0, y0, x1, y1 = frame.x(start), frame.y(start * rate), frame.x(meet), frame.y(meet * rate)
        angle = math.degrees(math.atan2(y1 - y0, x1 - x0))
        out += (f'<path class="roof" d="M{x0:.1f},{y0:.1f}L{x1:.1f},{y1:.1f}"/><text class="roof-name" '
                f'transform="translate({x0:.1f},{y0:.1f}) rotate({angle:.1f})" x="8" y="-4">'
                f"{escape(level)} {numbers.bandwidth(rate)}</text>")
    return out


def flats(frame, results, threads, levels):
    """FMA peak of each instruction set, from where the fastest level reaches it; the highest is named above its
    line, the others below theirs."""
    fastest, out = max((rate for _, rate in levels), default=None), ""
    peaks = sorted((f["flops_per_second"], f["isa"]) for f in results.machine.get("flops", []) if f["threads"] == threads)
    for rate, isa in peaks:
        y, start = frame.y(rate), max(frame.x_range[0], rate / fastest if fastest else 0.0)
        if rate < frame.y_range[0]:
            continue
        shift = -6 if (rate, isa) == peaks[-1] else 15
        out += (f'<path class="roof" d="M{frame.x(start):.1f},{y:.1f}H{frame.right}"/><text class="roof-name" '
                f'x="{frame.right - 4}" y="{y + shift:.1f}" text-anchor="end">{escape(isa)} {numbers.flops(rate)}</text>')
    return out
