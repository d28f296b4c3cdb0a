#!/usr/bin/env python3
"""How programs end when they are stopped: no broken file, no temporary file, no orphan, one line on stderr.

    endings.py ASSAY-VERIFY ASSAY-BENCH SOURCE-FOLDER

A signal in the middle of a run, a limit on file sizes, and devices that are full.
"""

import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time

verify, bench, source = sys.argv[1:4]
RUN = [verify, "--kind", "oracle"]
SHORT = [verify, "relu/naive", "--kind", "oracle", "--problem", "n=5"]
MACHINE = [bench, "relu/naive", "--problem", "n=100000", "--benchmark_min_time=0.01"]
failures = []


def check(name, truth, detail=""):
    if not truth:
        failures.append(name)
        print(f"FAIL {name}: {detail}")


def workers(of):
    """Processes whose parent is, or was, `of`."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            text = entry.read_text()
            command = (entry.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if text.rpartition(")")[2].split()[1] == str(of) and b"--assay-worker" in command:
            found.append(int(entry.parent.name))
    return found


def alive(process):
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(true, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


def stopped(name, command, number, folder, words):
    """Stopped by a signal while it writes folder/old.json, which must stay as it was."""
    old = folder / "old.json"
    old.write_text("as it was\n")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    wait_until(lambda: len(list(folder.iterdir())) > 1)
    check(name, len(list(folder.iterdir())) == 2, f"it writes beside, not here: {list(folder.iterdir())}")
    born = []
    if command[0] == verify:
        wait_until(lambda: born.extend(workers(process.pid)) or born)
        check(name, born, "no worker was seen")
    process.send_signal(number)
    stderr = process.communicate(timeout=60)[1]
    said = [line for line in stderr.replace("\r", "\n").splitlines() if words in line]
    check(name, process.returncode == -number, f"exit status {process.returncode}")
    check(name, len(said) == 1, f"stderr: {stderr!r}")
    check(name, old.read_text() == "as it was\n", "the old file was changed")
    check(name, [path.name for path in folder.iterdir()] == ["old.json"], f"left: {list(folder.iterdir())}")
    check(name, wait_until(lambda: not any(alive(worker) for worker in born)), "a worker lives on")


def generator_stopped(number, words):
    """golden/generate.py, in the middle of writing a file."""
    name = f"generate, {number.name}"
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        for path in pathlib.Path(source, "golden/data").glob("conv2d.h5"):
            (folder / path.name).write_bytes(path.read_bytes())
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        command = [f"{source}/scripts/python", "--with", "torch", f"{source}/golden/generate.py", "--force", "conv2d"]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "ASSAY_GOLDEN": scratch}
        )
        wait_until(lambda: (folder / "conv2d.fresh").exists() or process.poll() is not None, 60)
        if process.poll() is not None:
            print(f"{name}: not looked at: {process.communicate()[1].strip()}")
            return
        process.send_signal(number)
        stderr = process.communicate(timeout=60)[1]
        check(name, process.returncode == 128 + number, f"exit status {process.returncode}")
        check(name, len(stderr.splitlines()) == 1 and words in stderr, f"stderr: {stderr!r}")
        after = {path.name: path.read_bytes() for path in folder.iterdir()}
        check(name, before == after, f"before {sorted(before)}, after {sorted(after)}, or one was changed")


def refused(name, command, folder, words, limit=None, stdout=subprocess.PIPE):
    """It cannot write: exit status 2, or 1 for what also failed otherwise, one line that says why."""
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def limits():
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    answer = subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, preexec_fn=limits, timeout=120)
    said = [line for line in answer.stderr.replace("\r", "\n").splitlines() if words in line]
    check(name, answer.returncode in (1, 2), f"exit status {answer.returncode}")
    check(name, len(said) == 1, f"stderr: {answer.stderr!r}")
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    check(name, before == after, f"before {sorted(before)}, after {sorted(after)}, or one was changed")


def main():
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        json = ["--json", str(folder / "old.json")]
        out = [f"--benchmark_out={folder / 'old.json'}"]
        for number, words in ((signal.SIGINT, "interrupted"), (signal.SIGTERM, "told to end")):
            stopped(f"verify, {number.name}", RUN + json, number, folder, words)
            if number != signal.SIGINT:  # which ends the sweep and writes the report: bench/interrupted
                stopped(f"bench, {number.name}", [bench, *out], number, folder, words)
        refused("verify, file limit", RUN[:1] + ["relu", "--kind", "special", *json], folder, "File too large", 512)
        # longer than what is shared with a worker
        long = [bench, "relu/naive", "--problem", "n=9", "--benchmark_min_time=0.001", "--benchmark_repetitions=50", *out]
        refused("bench, file limit", long, folder, "could not be written", 12288)
        refused("bench, less", MACHINE + out, folder, "shared memory: File too large", 512)
        if os.path.exists("/dev/full"):
            refused("verify --json /dev/full", SHORT + ["--json", "/dev/full"], folder, "No space left")
            refused("bench to /dev/full", MACHINE + ["--benchmark_out=/dev/full"], folder, "could not be written")
            with open("/dev/full", "w") as full:
                refused("verify > /dev/full", SHORT, folder, "standard output: No space left", stdout=full)
                refused("list > /dev/full", [verify, "list"], folder, "standard output: No space left", stdout=full)
        refused("a folder that is not there", SHORT + ["--json", str(folder / "none" / "x.json")], folder, "No such file")
        report = [sys.executable, f"{source}/scripts/report.py", str(folder / "old.json"), "-o", str(folder / "page.html")]
        subprocess.run(MACHINE + out, check=True, capture_output=True)
        refused("report, file limit", report, folder, "File too large", 4096)
        for number, words in ((signal.SIGINT, "interrupted"), (signal.SIGTERM, "told to end")):
            generator_stopped(number, words)
    print("endings:", "as they should be" if not failures else f"{len(failures)} wrong")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
