#!/usr/bin/env python3
"""Does what README.md says about adding a kernel, in a copy of the tree, word for word.

README marks each block of commands with the exit status it ends in: <!-- run: exit 1 --> before ```sh. The first
block adds a kernel with a bug and must be told so; the next repairs it. Together they may touch one new file and
add one line. The commands that README shows with their output must at least succeed.
"""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
EXAMPLE = re.compile(r"^\$ (\./scripts/assay (?!bench).*)$", re.M)  # before its output; timings are not for tests
BLOCK = re.compile(r"<!-- run: exit (\d) -->\n+```sh\n(.*?)```", re.S)


def git(folder, *arguments):
    identity = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "core.fsmonitor=false"]
    return subprocess.run(["git", *identity, "-C", str(folder), *arguments], check=True, capture_output=True,
                          text=True).stdout


def copy_tree(target):
    """The tracked files as they are now, under a history of their own; an earlier build stays."""
    kept = target / "build"
    for entry in target.iterdir() if target.exists() else ():
        if entry != kept:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    for name in git(TOP, "ls-files", "-z").split("\0"):
        if name and (TOP / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(TOP / name, target / name)
    git(target, "init", "-q")
    git(target, "add", "-A")
    git(target, "commit", "-q", "-m", "copy")


def run_readme(folder):
    text = (TOP / "README.md").read_text()
    blocks, examples = BLOCK.findall(text), EXAMPLE.findall(text)
    if len(blocks) < 2 or not examples:
        return ["README.md: no blocks marked <!-- run: exit N -->, or no examples"]
    environment = {"CCACHE_DIR": str(TOP / "build/ccache"), **os.environ}  # what the tree's own builds have compiled
    wrong = []
    for expected, commands in blocks + [("0", line) for line in examples]:
        print("$ " + commands.strip().replace("\n", "\n  "), flush=True)
        status = subprocess.run(["bash", "-c", commands], cwd=folder, timeout=900, env=environment).returncode
        if status != int(expected):
            wrong.append(f"exit {status}, README says {expected}:\n{commands}")
    return wrong


def through_a_link(folder):
    """scripts/assay by a symbolic link, from another folder, finds its parts."""
    link = folder / "build" / "linked"
    link.unlink(missing_ok=True)
    link.symlink_to(folder / "scripts/assay")
    done = subprocess.run([str(link), "list", "relu"], cwd="/", capture_output=True, text=True, check=False)
    if done.returncode or "relu/mine" not in done.stdout:
        return [f"through a link: exit {done.returncode}: {done.stdout[:500]}{done.stderr[:500]}"]
    return []


def touched(folder):
    """What the blocks changed: exactly one new file, and one line of the registry."""
    status = sorted(git(folder, "status", "--porcelain", "--untracked-files=all").splitlines())
    lines = git(folder, "diff", "--numstat").split()
    print(*status, sep="\n")
    new = [entry for entry in status if entry.startswith("?? ")]
    if len(status) != 2 or len(new) != 1 or lines != ["1", "1", "kernels/registry.def"]:
        return [f"more than one new file and one word: {status} {lines}"]
    return []


def main():
    if not (TOP / ".git").exists():
        print("SKIPPED: not a git checkout, so there is no list of its files")
        return 0
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    copy_tree(folder)
    wrong = run_readme(folder) + through_a_link(folder) + touched(folder)
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
