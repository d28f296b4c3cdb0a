"""The summary for a pull request."""
from . import numbers
from .results import short_names


def escape(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def row(cells):
    return "| " + " | ".join(escape(c) for c in cells) + " |"


def contest_row(contest, labels):
    best, rival = contest.best, contest.rival
    against = numbers.times(contest.against_rival) + (f" ({rival.variant})" if rival else "")
    return row([contest.primitive, f"`{labels[contest.problem]}`", contest.threads, best.variant if best else "–",
                numbers.duration(best.median) if best else "–", numbers.times(contest.speedup), against,
                numbers.percent(best and best.roofline), contest.verdict, numbers.error(best and best.error)])


def markdown(results):
    context, out = results.context, []
    failed, skipped = results.with_verdict("FAIL", "IMPOSSIBLE"), results.with_verdict("SKIP")
    timed = results.with_verdict("PASS")
    state = "Not all is right" if failed else "All verified"
    out.append(f"### Assay: {state}: {len(timed)} verified and timed, {len(failed)} failed or flagged, {len(skipped)} skipped")
    facts = [context.get("cpu"), context.get("isa"), context.get("compiler"),
             f"commit {context['commit']}" if context.get("commit") else ""]
    out += ["", escape(" · ".join(str(f) for f in facts if f)), ""]
    for m in failed:
        out.append(f"- **{m.verdict}** `{m.name}/{m.problem}`: {escape(m.reason)}")
    if failed:
        out.append("")
    heads = ("primitive", "problem", "threads", "best", "median", "× naive", "× rival", "roofline", "verdict", "error / bound")
    out += [row(heads), "|" + "---|" * 2 + "--:|---|" + "--:|" * 4 + "---|--:|"]
    for primitive in results.primitives:
        contests = [c for c in results.contests() if c.primitive == primitive]
        labels = short_names(dict.fromkeys(m.problem for m in results.measurements if m.primitive == primitive))
        out += [contest_row(c, labels) for c in contests]
    if skipped:
        out += ["", f"<details><summary>{len(skipped)} skipped</summary>", ""]
        out += [f"- `{m.name}/{m.problem}`: {escape(m.reason)}" for m in skipped]
        out += ["", "</details>"]
    return "\n".join(out) + "\n"
