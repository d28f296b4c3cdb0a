#!/usr/bin/env python3
"""The report's numbers, against a result whose answers are known, and its manners with bad input."""
import io
import json
import re
import sys
import tempfile
import unittest
from contextlib import redirect_stderr, redirect_stdout
from html.parser import HTMLParser
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import fixture  # noqa: E402
import report  # noqa: E402
from reporting import numbers  # noqa: E402
from reporting.markdown import markdown  # noqa: E402
from reporting.page import page  # noqa: E402
from reporting.results import BadResults, parse, short_names  # noqa: E402


class Rows(HTMLParser):
    """Text of every table row, by table id."""

    def __init__(self, text):
        super().__init__()
        self.tables, self.table, self.cell = {}, None, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.table = self.tables.setdefault(dict(attrs)["id"], [])
        elif tag == "tr":
            self.table.append([])
        elif tag in ("td", "th"):
            self.table[-1].append("")
            self.cell = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.cell = None

    def handle_data(self, data):
        if self.cell:
            self.table[-1][-1] += data


def results():
    return parse(fixture.document())


def contest(primitive, threads):
    return next(c for c in results().contests() if c.primitive == primitive and c.threads == threads)


class Numbers(unittest.TestCase):
    def test_median_and_quartiles(self):
        naive = results().measurements[0]
        self.assertEqual(naive.median, 1000e3)
        self.assertEqual(naive.quartiles, (1000e3, 1010e3))
        self.assertAlmostEqual(naive.spread, 0.01)

    def test_ratios_at_one_thread(self):
        one = contest("gemm", 1)
        self.assertEqual(one.best.variant, "avx2", "neither IMPOSSIBLE nor a rival may be the best")
        self.assertAlmostEqual(one.speedup, 10.0)
        self.assertEqual(one.rival.variant, "openblas")
        self.assertAlmostEqual(one.against_rival, 0.8)
        self.assertEqual(one.verdict, "FAIL")

    def test_ratios_at_two_threads(self):
        two = contest("gemm", 2)
        self.assertEqual(two.best.variant, "omp")
        self.assertAlmostEqual(two.speedup, 20.0)
        self.assertAlmostEqual(two.against_rival, 1.2)
        self.assertEqual(two.verdict, "PASS")

    def test_rates(self):
        avx2 = next(m for m in results().measurements if m.name == "gemm/avx2")
        self.assertAlmostEqual(avx2.rate("flops"), fixture.FLOPS / 100e-6)
        self.assertAlmostEqual(avx2.intensity, fixture.FLOPS / fixture.BYTES)

    def test_aggregates_alone(self):
        softmax = next(m for m in results().measurements if m.primitive == "softmax")
        self.assertEqual(softmax.times, [2000.0])
        self.assertEqual(softmax.error, 0.5)

    def test_ceilings(self):
        self.assertEqual(results().peak(1), 1.6e12)
        self.assertEqual(dict(results().bandwidth(2))["DRAM"], 2e10)

    def test_short_names(self):
        square = short_names(["m=64,n=64,k=64,beta=0", "m=8,n=512,k=512,beta=0"])
        self.assertEqual(list(square.values()), ["m=n=k=64", "m=8 n=k=512"])
        self.assertEqual(short_names(["kh=1,stride=1", "kh=3,stride=2"])["kh=1,stride=1"], "kh=1 stride=1")

    def test_formats(self):
        self.assertEqual([numbers.significant(v) for v in (0, 1234.5, 12.345, 0.01234)], ["0", "1230", "12.3", "0.0123"])
        self.assertEqual(numbers.flops(1.53e11), "153 GFLOP/s")
        self.assertEqual([numbers.duration(t) for t in (12.5, 1234, 5e6, 2e9)], ["12.5 ns", "1.23 µs", "5.00 ms", "2.00 s"])
        self.assertEqual(numbers.memory(1 << 20), "1 MiB")
        self.assertEqual([numbers.error(e) for e in (None, 0, 0.001, 0.29, 0.999, 1.5)], ["–", "0", "< 0.01", "0.29", "0.99", "1.50"])
        self.assertEqual(numbers.linear_ticks(153)[-1], 160)


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.html = page(results())
        cls.tables = Rows(cls.html).tables

    def row(self, table, *starts):
        return next(r for r in self.tables[table] if all(s in r[i] for i, s in enumerate(starts)))

    def test_summary(self):
        row = self.row("summary-table", "gemm", "m=n=k=256", "1")
        self.assertEqual(row[3:11], ["avx2", "100 µs", "336 GFLOP/s", "10.0×", "0.800× openblas", "21 %", "✗ FAIL", "0.20"])
        self.assertEqual(self.row("summary-table", "gemm", "m=n=k=256", "2")[6:8], ["20.0×", "1.20× openblas"])

    def test_glance(self):
        row = self.row("glance-table", "gemm")
        self.assertEqual(row[3:5] + row[6:], ["10.0×", "0.800×", "0.40", "✗ FAIL"])
        self.assertEqual(self.row("glance-table", "relu")[3], "4.00× 4.0 … 4.0")

    def test_trouble_is_shown(self):
        shown = {(r[0], r[3].split()[-1]): r[4] for r in self.tables["trouble-table"][1:]}
        self.assertEqual(shown["gemm/libxsmm", "SKIP"], "<b>no</b> transposes", "and text is escaped")
        self.assertEqual(shown["gemm/onednn", "FAIL"], "c[3]: got 1, expected 2")
        self.assertIn(("gemm/avx512", "IMPOSSIBLE"), shown)
        self.assertIn("Not all is right", self.html)

    def test_every_measurement_is_listed(self):
        listed = sum(len(rows) - 1 for name, rows in self.tables.items() if name.startswith("t-"))
        self.assertEqual(listed, len(results().measurements))

    def test_points(self):
        plotted = re.findall(r'<g class="point [^>]*aria-label="gemm/avx2\n', self.html)
        self.assertEqual(len(plotted), 2, "one in the throughput plot, one in the roofline")

    def test_self_contained(self):
        self.assertNotRegex(self.html, r'(src|href)="(?!#|data:)')
        self.assertNotRegex(self.html, r"https?://|@import|url\(")

    def test_markdown(self):
        text = markdown(results())
        self.assertIn("| gemm | `m=n=k=256` | 1 | avx2 | 100 µs | 10.0× | 0.800× (openblas) | 21 % | FAIL | 0.20 |", text)
        self.assertIn("- **FAIL** `gemm/onednn/m=256,n=256,k=256`: c[3]: got 1, expected 2", text)
        self.assertIn("1 skipped", text)


class Manners(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name)

    def run_on(self, text, *options):
        (self.path / "r.json").write_text(text)
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            status = report.main([str(self.path / "r.json"), *options])
        return status, out.getvalue(), err.getvalue()

    def refuses(self, text, words, status=2):
        got, out, err = self.run_on(text)
        self.assertEqual((got, out, err.count("\n")), (status, "", 1), err)
        self.assertIn(words, err)
        self.assertEqual([p.name for p in self.path.iterdir()], ["r.json"], "nothing half-written")

    def test_bad_input(self):
        whole = json.dumps(fixture.document())
        self.refuses(whole[:len(whole) // 2], "interrupted")
        self.refuses("[]", "no list `benchmarks`")
        self.refuses('{"benchmarks": 3}', "no list `benchmarks`")
        self.refuses('{"benchmarks": []}', "no object `context`")
        self.refuses('{"context": {}, "benchmarks": []}', "no measurement", 3)
        self.refuses('{"context": {}, "benchmarks": [{"name": "BM_sort/8", "real_time": 1}]}', "BM_sort/8")
        self.refuses('{"context": {}, "benchmarks": [7]}', "not a result")
        self.refuses('{"context": {}, "benchmarks": [{"name": "a/b/n=1", "real_time": "x"}]}', "a/b/n=1")
        self.refuses('{"context": {}, "benchmarks": [{"name": "a/b/n=1", "real_time": NaN}]}', "real_time")
        self.refuses('{"context": {"machine": "[1]"}, "benchmarks": []}', "context.machine")
        self.refuses('{"context": {"machine": "{\\"flops\\": [{}]}"}, "benchmarks": []}', "context.machine")

    def test_missing_file(self):
        with redirect_stderr(io.StringIO()) as err:
            self.assertEqual(report.main([str(self.path / "none.json")]), 2)
        self.assertIn("No such file", err.getvalue())

    def test_writes_both(self):
        status, out, _ = self.run_on(json.dumps(fixture.document()), "--markdown", str(self.path / "r.md"))
        self.assertEqual(status, 0)
        self.assertEqual(out, f"report: {self.path / 'r.html'}\n")
        self.assertEqual(sorted(p.name for p in self.path.iterdir()), ["r.html", "r.json", "r.md"])

    def test_without_ceilings(self):
        data = fixture.document()
        del data["context"]["machine"]
        self.assertIn("Roofline", page(parse(data)))

    def test_only_trouble(self):
        data = fixture.document()
        data["benchmarks"] = fixture.refused("gemm/onednn/m=1", "SKIP: not here")
        self.assertIn("not here", page(parse(data)))

    def test_duplicate_errors_win(self):
        data = fixture.document()
        data["benchmarks"] += fixture.refused(f"gemm/avx2/{fixture.GEMM}", "FAIL: broke later")
        self.assertFalse(next(m for m in parse(data).measurements if m.name == "gemm/avx2").timed)

    def test_bad_results_is_one_line(self):
        with self.assertRaises(BadResults):
            parse({"context": {}, "benchmarks": [{"name": None}]})


if __name__ == "__main__":
    unittest.main()
