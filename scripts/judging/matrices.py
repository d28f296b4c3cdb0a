"""Operands as small aligned matrices, wrong elements marked."""
import itertools
import math

ROWS, COLUMNS, SLICES = 8, 6, 2
MARK, MISSING = "*", "-"


def value_of(entry):
    """A number of the verifier's JSON, where NaN and infinities are strings."""
    return float(entry)


def text_of(value):
    return "nan" if math.isnan(value) else f"{value:.6g}"


def is_wrong(expected, got, bound):
    """`bound` -1: the primitive leaves the element open."""
    if bound < 0:
        return False
    if math.isnan(expected) or math.isnan(got):
        return math.isnan(expected) != math.isnan(got)
    return expected != got and not abs(expected - got) <= bound


class Operand:
    """One operand of the verifier's "smallest" object."""

    def __init__(self, entry, unwritten=False):
        self.name, self.role, self.shape = entry["name"], entry["role"], entry.get("shape") or []
        self.values, self.expected, self.got, bound = (
            [value_of(value) for value in entry[key]] if entry.get(key) is not None else None
            for key in ("values", "expected", "got", "bound"))
        self.judged = self.expected is not None and self.got is not None
        self.wrong = []
        if self.judged:
            self.wrong = [is_wrong(*three) for three in zip(self.expected, self.got, bound or itertools.repeat(0.0))]
        self.open = [limit < 0 for limit in bound or []]
        self.unwritten = unwritten  # a NaN where none belongs is what was there before

    @property
    def size(self):
        return math.prod(self.shape)

    @property
    def first_wrong(self):
        return self.wrong.index(True) if True in self.wrong else 0

    @property
    def title(self):
        return f"{self.name} [{','.join(map(str, self.shape))}]"

    def expected_text(self, i):
        return "any" if self.open and self.open[i] else text_of(self.expected[i])

    def got_text(self, i):
        return MISSING if self.missing(i) else text_of(self.got[i])

    def difference_text(self, i):
        if self.open and self.open[i]:
            return MISSING
        return MISSING if self.missing(i) else text_of(self.got[i] - self.expected[i])

    def missing(self, i):
        return self.unwritten and self.wrong[i] and math.isnan(self.got[i])


# ---- which part of it


def split(shape):
    """(leading extents, rows, columns): extents of 1 take no part; a vector is one row."""
    real = [extent for extent in shape if extent != 1]
    if len(real) < 2:
        return [], 1, (real or [1])[0]
    return real[:-2], real[-2], real[-1]


def window(extent, around, most):
    """First and end of at most `most` indices that show `around`."""
    if extent <= most:
        return 0, extent
    first = min(max(around - most // 2, 0), extent - most)
    return first, first + most


class View:
    """A window of one matrix of an operand: flat offset, rows and columns shown."""

    def __init__(self, operand, leading, offset, around):
        self.operand, self.leading, self.offset = operand, leading, offset
        _, self.rows, self.columns = split(operand.shape)
        at = around % (self.rows * self.columns)
        self.down, self.across = window(self.rows, at // self.columns, ROWS), window(self.columns, at % self.columns,
                                                                                    COLUMNS)

    def title(self):
        """"y [3,17]", and the indices shown when those are not all."""
        shown, leading = [], list(self.leading)
        ranges = [(self.down, self.rows)] * (self.rows > 1) + [(self.across, self.columns)] * (self.columns > 1)
        for extent in self.operand.shape:
            if extent == 1:
                shown.append("0")
            elif leading:
                shown.append(str(leading.pop(0)))
            else:
                (first, end), whole = ranges.pop(0)
                shown.append(":" if (first, end) == (0, whole) else f"{first}..{end - 1}")
        everything = not self.leading and self.down == (0, self.rows) and self.across == (0, self.columns)
        return self.operand.title + ("" if everything else f", at [{','.join(shown)}]")

    def grid(self, title, text, marks):
        rows, marked = [], set()
        for r in range(*self.down):
            flat = [self.offset + r * self.columns + c for c in range(*self.across)]
            before = ["..."] if self.across[0] else []
            marked.update((len(rows), len(before) + k) for k, i in enumerate(flat) if marks and marks[i])
            rows.append(before + [text(i) for i in flat] + (["..."] if self.across[1] < self.columns else []))
        return Grid(title, rows, marked)


def views(operand, around):
    """At most SLICES matrices, the one that holds flat element `around` among them."""
    leading, rows, columns = split(operand.shape)
    count, each = math.prod(leading), rows * columns
    for at in range(*window(count, around // each, SLICES)):
        index, rest = [], at
        for extent in reversed(leading):
            index.insert(0, rest % extent)
            rest //= extent
        yield View(operand, index, at * each, around)


# ---- on paper


class Grid:
    """Texts in columns under a title; `marked`: (row, column)."""

    def __init__(self, title, rows, marked):
        self.title, self.rows, self.marked = title, rows, marked
        self.columns = [max(len(row[c]) for row in rows) for c in range(len(rows[0]))]
        self.width = max(len(title), sum(self.columns) + 2 * len(self.columns) - 1)

    def lines(self, paint):
        out = [self.title.ljust(self.width)] if self.title else []
        for r, row in enumerate(self.rows):
            cells, length = [], -1
            for c, cell in enumerate(row):
                wrong = (r, c) in self.marked
                text = cell.rjust(self.columns[c]) + (MARK if wrong else " ")
                length += len(text) + 1
                cells.append(paint(text) if wrong else text)
            out.append(" ".join(cells) + " " * (self.width - length))
        return out


def beside(grids, paint, width):
    """Grids next to each other, or one below the other when the line is too short."""
    blocks = [grid.lines(paint) for grid in grids]
    if sum(grid.width for grid in grids) + 4 * (len(grids) - 1) > width:
        return [line.rstrip() for block in blocks for line in block]
    return ["    ".join(parts).rstrip() for parts in zip(*blocks)]


def together(grids, paint):
    """Vectors: a line for each, in common columns."""
    names = max(len(grid.title) for grid in grids)
    rows = [[grid.title.ljust(names)] * bool(names) + grid.rows[0] for grid in grids]
    marked = {(at, c + bool(names)) for at, grid in enumerate(grids) for _, c in grid.marked}
    return [line.rstrip() for line in Grid("", rows, marked).lines(paint)]


def show(operand, around, width, paint):
    """Lines for one operand: an input as it is; an output as expected, got and difference."""
    if not operand.size:
        return [f"{operand.title}: empty"]
    lines = []
    for view in views(operand, around):
        grids = []
        if operand.values is not None:
            grids.append(view.grid("before" if operand.judged else "", lambda i: text_of(operand.values[i]), None))
        if operand.judged:
            grids += [view.grid("expected", operand.expected_text, None),
                      view.grid("got", operand.got_text, operand.wrong),
                      view.grid("difference", operand.difference_text, operand.wrong)]
        block = together(grids, paint) if view.rows == 1 else beside(grids, paint, width - 2)
        lines += [view.title()] + ["  " + line for line in block]
    return lines
