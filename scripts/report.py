#!/usr/bin/env python3
"""assay report: a benchmark run's JSON as one self-contained HTML page, and as Markdown for a pull request.

Exit status: 0 written; 2 bad usage, or the file is not a result of `assay bench`; 3 it holds no measurement.
"""
import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True  # python leaves a cut file behind where the disk is full, and stumbles over it ever after
from reporting.markdown import markdown
from reporting.page import page
from reporting.results import BadResults, read


def options(arguments):
    parser = argparse.ArgumentParser(prog="assay report", description="One HTML page from the results of `assay bench`.",
                                     epilog="example: assay report results.json -o report.html --markdown summary.md")
    parser.add_argument("results", metavar="RESULTS.json", help="what assay bench wrote to --benchmark_out")
    parser.add_argument("-o", "--output", metavar="FILE.html", help="default: beside the results, ending in .html")
    parser.add_argument("--markdown", metavar="FILE", help='a summary for a pull request; "-" is standard output')
    return parser.parse_args(arguments)


def write(path, text):
    """Whole or not at all: a reader never meets half a page."""
    path = Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def main(arguments):
    chosen = options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    output = chosen.output or str(Path(chosen.results).with_suffix(".html"))
    try:
        results = read(chosen.results)
        if not results.measurements:
            print(f"assay report: {chosen.results}: no measurement in it", file=sys.stderr)
            return 3
        write(output, page(results))
        if chosen.markdown == "-":
            sys.stdout.write(markdown(results))
        elif chosen.markdown:
            write(chosen.markdown, markdown(results))
    except BadResults as error:
        print(f"assay report: {chosen.results}: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"assay report: {error.filename or output}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("assay report: interrupted", file=sys.stderr)
        return 130
    print(f"report: {os.path.abspath(output)}", file=sys.stderr if chosen.markdown == "-" else sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
