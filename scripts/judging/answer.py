"""What the judge says: stage by stage, then verdict, evidence and cause, in words for people or as JSON."""
import json
import os
import re
import shlex
import shutil
import sys

from judging import causes, ladder, matrices, stages

VERSION = 1
WHEN_TIMED = ("it is right when each call is checked, and wrong in long use: after many calls, on other data in the same "
              "memory, or in another program. A kernel is the same in all of them.")
SKIPPED_WORK = ("less was done than the problem needs: work is skipped in some calls, or done before or after the clock. "
                "Such a time says nothing of its speed.")
SAYS = {"CRASH": "it crashes: ", "TIMEOUT": "it hangs: ", "MISTRUSTED": "not to be trusted: "}


class Voice:
    """Where text goes, and whether it is coloured: on terminals only, and never against NO_COLOR."""

    def __init__(self, quiet=False):
        self.quiet = quiet
        self.terminal = sys.stdout.isatty()
        self.colour = self.terminal and not os.environ.get("NO_COLOR")
        self.progress = sys.stderr.isatty() and not quiet
        self.width = max(60, min(shutil.get_terminal_size((100, 24)).columns, 120))

    def paint(self, text, code):
        return f"\033[{code}m{text}\033[0m" if self.colour else text

    def red(self, text):
        return self.paint(text, 31)

    def say(self, *lines):
        if not self.quiet:
            print(*lines, sep="\n", flush=True)

    def passing(self, text):
        """A line that the next one replaces."""
        if self.progress:
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def introduce(voice, found):
    how = f", compiled with {found.compiled}" if found.compiled else ""
    voice.say(f"{found.path}: {found.name}{how}", *(f"  ({note})" for note in found.notes), "")


def stage_line(voice, stage):
    mark = {stages.PASSED: voice.paint("passed", 32), stages.FAILED: voice.red("FAILED"),
            stages.REFUSED: "none  "}.get(stage.state, stage.state)
    worst = f", worst error {stage.worst:.2g} of its bound" if stage.state == stages.PASSED and stage.worst else ""
    left = stage.asked - stage.skipped
    cases = f"{stage.asked} case{'s' * (stage.asked != 1)}" if left == stage.asked else \
        f"{left} of {stage.asked} cases"
    others = stage.skipped - stage.refused
    refused = f", it refused {stage.refused}" * bool(stage.refused) + f", {others} not for this check" * bool(others)
    return f"  {mark}  {stage.name:<9} {stage.asks} ({cases}{refused}{worst})"


def show_stage(voice, found):
    """Each stage as it is done; before the first, what is judged."""
    introduced, held_back = [], []  # until something was asked: an object that cannot be loaded refuses all

    def show(stage, done):
        voice.passing("" if done else f"looking at: {stage.name}, {stage.asks}")
        if not done or stage.state == stages.EMPTY:
            return
        held_back.append(stage_line(voice, stage))
        if stage.state == stages.REFUSED and not introduced:
            return
        if not introduced:
            introduced.append(introduce(voice, found))
        voice.say(*held_back)
        held_back.clear()
    return show


def not_looked_at(voice, every):
    ahead = [stage.name for stage in every if stage.state == stages.AHEAD]
    if ahead:
        voice.say(f"  not looked at yet: {', '.join(ahead)}")


# ---- wrong


def place_named(message, operand):
    """Where in an operand of that many axes the element is that the message names, as "y[3,17]"; None."""
    named = re.search(r"\w\[(\d+(?:,\d+)*)\]", message)
    index = [int(part) for part in named[1].split(",")] if named else []
    if len(index) != len(operand.shape) or any(i >= extent for i, extent in zip(index, operand.shape)):
        return None
    flat = 0
    for i, extent in zip(index, operand.shape):
        flat = flat * extent + i
    return flat


OF_VALUES = re.compile("expected |was not written|differs between two runs|has other bits")


def evidence(voice, failure):
    """The smallest failing problem, its inputs and its wrong outputs."""
    smallest = failure.get("smallest") or failure
    lines = ["", f"The smallest problem found that shows it: {smallest['problem']}"
             if failure.get("smallest") else f"The problem: {smallest['problem']}", ""]
    unwritten = "was not written" in smallest["message"]
    operands = [matrices.Operand(entry, unwritten) for entry in smallest.get("operands", [])]
    wrong = [operand for operand in operands if True in operand.wrong]
    if not wrong and not failure.get("law") and OF_VALUES.search(smallest["message"]):
        lines += ["Run once more it was right, so there is no table: it depends on what ran before, or on chance.", ""]
        return [("  " + line).rstrip() for line in lines]
    around = wrong[0].first_wrong if wrong else 0
    for operand in operands:
        if operand.judged and wrong and operand not in wrong:
            lines.append(f"{operand.title}: right")
        elif operand.judged or operand.values is not None:
            at = around if wrong and operand.shape == wrong[0].shape else operand.first_wrong
            if not wrong:  # a law: no value by itself is wrong
                at = place_named(smallest["message"], operand) or 0
            lines += matrices.show(operand, at, voice.width - 2, voice.red)
    return [("  " + line).rstrip() for line in lines]


def repro(path, failure):
    """The verifier's own line, said to the judge."""
    words = shlex.split((failure.get("smallest") or failure)["repro"])[3:]  # assay verify PRIMITIVE/yours
    if "--ulp" in words:
        return " ".join([f"assay judge {path}", *words[words.index("--ulp"):]])
    kept = []
    for option, value in zip(words[::2], words[1::2]):
        if option != "--plugin":
            kept.append(f"{option} {shlex.quote(value) if option != '--problem' else repr(value)}")
    return " ".join([f"assay judge {path}", *kept])


def wrong(voice, found, stage, cause, every):
    failure = stage.failure
    smallest = failure.get("smallest") or failure
    not_looked_at(voice, every)
    voice.say("", voice.paint("WRONG", "1;31") + f": {SAYS.get(smallest['verdict'], '')}{smallest['message']}")
    if "fill" in failure:
        voice.say(*evidence(voice, failure))
    if failure.get("passes_alone"):
        voice.say("", "Run alone, this problem passes: something survives from the calls before it.")
    words = causes.in_words({"thrown": failure.get("thrown"), **smallest}, found)
    if words:
        voice.say("", f"What that means: {words}")
    if cause:
        voice.say("", f"Likely cause: {cause['defect']}",
                  f"  (its results agree with those of a kernel with that defect on all of {cause['trials']} "
                  f"problems, {cause['wrong']} of them wrong)")
    if failure.get("passes_alone") and stage.name in stages.NAMES:
        voice.say("", "Again, with what runs before it:", f"  assay judge {found.path} --stages {stage.name}")
    else:
        voice.say("", "Again, just this one:", f"  {repro(found.path, failure)}")


# ---- right


def verdict_of_right(every):
    """RIGHT; RIGHT_IN_PART of a kernel that refuses more than half of what it is asked."""
    asked = sum(stage.asked for stage in every)
    return "RIGHT_IN_PART" if 2 * sum(stage.refused for stage in every) > asked else "RIGHT"


def right(voice, every):
    asked, passed, refused = (sum(getattr(stage, count) for stage in every) for count in ("asked", "passed", "refused"))
    done = [stage for stage in every if stage.state == stages.PASSED]
    kinds = f"{len(done)} kind{'s' * (len(done) != 1)} of check"
    if not refused:
        voice.say("", voice.paint("RIGHT", "1;32") + f": {kinds}, {passed} cases")
        return
    why = "; ".join(f"{reason}: {cases}" for reason, cases in stages.reasons(every).items())
    if verdict_of_right(every) == "RIGHT":
        voice.say("", voice.paint("RIGHT", "1;32") + f" on what it takes: it refused {refused} of {asked} problems ({why})")
    else:
        voice.say("", voice.paint("RIGHT IN PART", "1;33") + f": it refused {refused} of {asked} problems, more than half "
                  f"({why})")
    voice.say(f"  {kinds}, {passed} cases passed" + "".join(
        f"; nothing of '{stage.name}' was asked" for stage in every if stage.state == stages.REFUSED))


def wrong_when_timed(voice, found, failure):
    voice.say("", voice.paint("WRONG", "1;31") + f": {SAYS.get(failure['verdict'], '')}{failure['message']}",
              f"  when it was timed, on {failure['problem']}; the checks before found nothing wrong")
    words = causes.in_words(failure, found)
    voice.say("", f"What that means: {words or WHEN_TIMED}")


def impossible(voice, rungs):
    voice.say("", voice.paint("IMPOSSIBLE", "1;31") + ": faster than this machine can be, on "
              + " and on ".join(rungs), "", f"What that means: {SKIPPED_WORK}")


def forbidden(voice, did):
    voice.say("", voice.paint("FORBIDDEN", "1;31") + f": when it was timed, it {did}")
    voice.say("", f"What that means: {causes.of_message(did)}")


def speed(voice, ladders, hint):
    voice.say("", "Speed (time of one call; bars are speeds):")
    for at in ladders:
        voice.say("", *("  " + line for line in ladder.draw(at, voice)))
        place = ladder.standing(at)
        if place:
            voice.say(f"    {place}")
    if hint:
        voice.say("", f"Hint: {hint}")


# ---- for programs


def as_json(found, every, verdict, exit_code, cause=None, ladders=None, hint=None, forbidden=None,
            not_timed=None, wrong_when_timed=None, impossible=None):
    failed = next((stage for stage in every if stage.failure), None)
    failure = failed.failure if failed else wrong_when_timed
    smallest = failure.get("smallest") if failure else None
    keep = ("verdict", "message", "problem", "fill", "seed", "threads", "operand", "index", "expected", "got", "bound")
    return json.dumps({
        "schema": "assay-judge", "version": VERSION, "file": found.path, "primitive": found.name,
        "function": found.function, "verdict": verdict, "exit_code": exit_code,
        "notes": found.notes, "stages": [stage.as_json() for stage in every],
        "failure": failure and {"stage": failed.name if failed else "timing",
                                **{key: failure[key] for key in keep if key in failure},
                                "repro": repro(found.path, failure) if failed else None},
        **{count: sum(getattr(stage, count) for stage in every) for count in ("asked", "passed", "skipped", "refused")},
        "refusals": stages.reasons(every),
        "smallest": smallest,
        "meaning": causes.in_words({"thrown": failure.get("thrown"), **(smallest or failure)}, found) if failure else causes.of_message(forbidden or ""),
        "cause": cause, "ladder": ladders and [at.as_json() for at in ladders], "hint": hint,
        "forbidden": forbidden, "not_timed": not_timed, "impossible": impossible,
    }, indent=2)


def refused_json(path, line, shown):
    return json.dumps({"schema": "assay-judge", "version": VERSION, "file": path, "verdict": "REFUSED",
                       "exit_code": 2, "error": line, "compiler": shown or None}, indent=2)
