#!/usr/bin/env python3
"""The report in a real browser: opens it in headless Chromium and lets page_test.js use it."""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "scripts"))

import fixture  # noqa: E402
from reporting.page import page  # noqa: E402
from reporting.results import parse  # noqa: E402


def browse(chromium, file, folder):
    """The page's DOM after its scripts ran, and what the browser's console said. No name resolves: no network."""
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1300,900",
               "--blink-settings=preferredColorScheme=1", "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder}/profile",
               "--enable-logging=stderr", "--virtual-time-budget=4000", "--dump-dom", file.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return done.stdout, re.findall(r".*CONSOLE.*", done.stderr)


def browser():
    """A Chromium that runs: Ubuntu's package without snap is a script that only says so."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path and subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0:
            return path
    return None


def main():
    chromium = browser()
    if not chromium:
        print("SKIPPED: no chromium here (scripts/setup --only browser)")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.html"
        test = (HERE / "page_test.js").read_text()
        file.write_text(page(parse(fixture.document())).replace("</body>", f"<script>{test}</script></body>"))
        dom, console = browse(chromium, file, folder)
    outcome = re.search(r'<html[^>]* data-selftest="([^"]*)"', dom)
    print(f"page: {outcome.group(1) if outcome else 'no outcome: the page did not load'}")
    print("\n".join(["console:", *console]) if console else "console: silent")
    return 0 if outcome and outcome.group(1) == "right" and not console else 1


if __name__ == "__main__":
    sys.exit(main())
