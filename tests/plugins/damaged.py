#!/usr/bin/env python3
"""Damaged shared objects: assay-verify refuses each with exit status 2 and one line, or it is none the worse.

    damaged.py PROGRAM PLUGIN.so [FILES]

Cut short at 60 places, and FILES (200) times a few flipped bytes in headers, tables and code. A file whose
damage does not show may load; nothing may crash the program, or make it say more than one line.
"""

import pathlib
import random
import subprocess
import sys
import tempfile


def complaint(program, path):
    """None, or what is wrong with the answer."""
    answer = subprocess.run(
        [program, "list", "scaled_add", "--plugin", str(path)], capture_output=True, text=True, errors="replace", timeout=60
    )
    lines = answer.stderr.splitlines()
    if answer.returncode == 0 and not lines:
        return None
    if answer.returncode == 3 and len(lines) == 1:  # it loaded, under another name
        return None
    if answer.returncode != 2 or len(lines) != 1 or path.name not in lines[0]:
        return f"exit status {answer.returncode}, stderr: {lines}"
    return None


def damaged(data, count):
    for cut in sorted({0, 1, 4, 16, 63, 64, len(data) - 1, *range(100, len(data), len(data) // 53)}):
        yield f"cut_at_{cut}", data[:cut]
    draw = random.Random(20240601)
    for number in range(count):
        changed = bytearray(data)
        reach = (64, 1024, 4096, len(data))[number % 4]
        for _ in range(draw.choice((1, 1, 2, 8))):
            place = draw.randrange(min(reach, len(data)))
            changed[place] = draw.choice((0, 1, 127, 255, changed[place] ^ 1 << draw.randrange(8)))
        yield f"flipped_{number}", bytes(changed)


def main():
    program, plugin = sys.argv[1:3]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    data = pathlib.Path(plugin).read_bytes()
    tried, wrong = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for name, content in damaged(data, count):
            path = pathlib.Path(folder) / f"{name}.so"
            path.write_bytes(content)
            what = complaint(program, path)
            path.unlink()
            tried += 1
            if what:
                wrong += 1
                print(f"FAIL {name}: {what}")
    print(f"{tried} damaged objects, {wrong} answered wrongly")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
