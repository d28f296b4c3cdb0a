"""The report: one self-contained HTML page."""
from html import escape
from math import exp, log
from pathlib import Path

from . import draw, numbers
from .results import short_names

FOLDER = Path(__file__).parent

GLOSSARY = (
    ("best", "the fastest verified implementation of this project; rival libraries are not eligible, nor is "
             "anything flagged IMPOSSIBLE"),
    ("× naive", "median time of the naive implementation (always one thread) over the median time of the best"),
    ("× rival", "median time of the fastest rival library, at the same number of threads in the same run, over "
                "that of the best: above 1, the rival is beaten"),
    ("roofline", "measured speed over the bound that this machine's measured FMA peak and bandwidth put on this "
                 "problem (Williams, Waterman, Patterson 2009); Winograd convolution, which needs fewer operations than "
                 "are counted, may pass 100 %"),
    ("error", "the largest error of any judged output element, in units of the bound derived for that element: "
              "1 is the limit"),
    ("spread", "interquartile range of the repetitions over their median (from four repetitions on; else the "
               "whole range)"),
    ("IMPOSSIBLE", "faster than the roofline allows by more than 5 % and the spread of its ceilings, which were "
                   "measured again: a time not to be believed until explained"),
)


def tag(name, content, **attributes):
    """An element; content is HTML already. `klass` and `for_` stand for class and for; _ becomes -."""
    names = {"klass": "class", "for_": "for"}
    text = "".join(f' {names.get(k, k.replace("_", "-"))}="{escape(str(v))}"' for k, v in attributes.items()
                   if v is not None)
    return f"<{name}{text}>{content}</{name}>"


def chip(verdict):
    sign = {"PASS": "✓", "SKIP": "–"}.get(verdict, "✗" if verdict == "FAIL" else "!")
    return tag("span", f'<span aria-hidden="true">{sign}</span> {verdict}', klass=f"chip {verdict.lower()}")


def styles_of(measurements):
    """Style index per variant of one primitive. The plain avx2 and avx512 look alike on the whole page; rivals, drawn
    hollow, start elsewhere in the palette than the project's own."""
    ours = sorted({m.variant for m in measurements if not m.peer and m.variant != "naive"},
                  key=lambda v: (v not in ("avx2", "avx512"), v))
    rivals = sorted({m.variant for m in measurements if m.peer})
    return {"naive": 0, **{v: i for i, v in enumerate(ours)}, **{v: i + 4 for i, v in enumerate(rivals)}}


# ---- tables ------------------------------------------------------------------------------------------


def cell(text, value=None, bar="", **attributes):
    """A table cell with its sort key."""
    key = text if value is None else value
    numeric = isinstance(value, float)
    return tag("td", bar + text, data_v=key, klass="n" if numeric else None, **attributes)


def number(value, text, bar=""):
    return cell(text, -1.0 if value is None else float(value), bar)


def fraction_bar(value):
    """A bar from 0 to 1 behind a number."""
    if value is None:
        return ""
    width = max(0.0, min(1.0, value)) * 100
    return f'<span class="bar" aria-hidden="true"><i style="width:{width:.0f}%"></i></span>'


def ratio_bar(value):
    """A bar to the right of the middle for ratios above 1, to the left below; full at 2 and 1/2."""
    if value is None:
        return ""
    from math import log
    reach = max(-1.0, min(1.0, log(value) / log(2))) * 50
    side = f"left:50%;width:{reach:.0f}%" if reach >= 0 else f"left:{50 + reach:.0f}%;width:{-reach:.0f}%"
    return (f'<span class="bar mid {"up" if reach >= 0 else "down"}" aria-hidden="true">'
            f'<i style="{side}"></i></span>')


def table(identity, caption, heads, rows, sortable=True):
    """`heads`: (title, numeric, explanation)."""
    cells = []
    for title, numeric, help_text in heads:
        label = escape(title)
        inside = tag("button", label, type="button", title=help_text) if sortable else label
        cells.append(tag("th", inside, scope="col", klass="n" if numeric else None))
    body = "".join(rows)
    return (f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(caption)}">'
            f'<table id="{identity}"><caption>{escape(caption)}</caption>'
            f"<thead><tr>{''.join(cells)}</tr></thead><tbody>{body}</tbody></table></div>")


def summary_row(contest, labels):
    best, rival = contest.best, contest.rival
    rate = ""
    if best:
        what = "flops" if draw.compute_bound([best]) else "bytes"
        rate = (numbers.flops if what == "flops" else numbers.bandwidth)(best.rate(what))
    verdicts = chip(contest.verdict)
    first = tag("th", tag("a", escape(contest.primitive), href=f"#p-{contest.primitive}"), scope="row",
                data_v=contest.primitive)
    against = numbers.times(contest.against_rival)
    if rival:
        against += f' <small class="under">{escape(rival.variant)}</small>'
    row = [first, cell(tag("code", escape(labels[contest.problem]), title=contest.problem), contest.problem),
           number(contest.threads, str(contest.threads)),
           cell(f"<b>{escape(best.variant)}</b>" if best else "–", best.variant if best else ""),
           number(best and best.median, numbers.duration(best.median) if best else "–"),
           number(best and best.rate("flops"), rate or "–"),
           number(contest.speedup, numbers.times(contest.speedup)),
           number(contest.against_rival, against, ratio_bar(contest.against_rival)),
           number(best and best.roofline, numbers.percent(best and best.roofline), fraction_bar(best and best.roofline)),
           cell(verdicts, contest.verdict),
           number(best and best.error, numbers.error(best and best.error))]
    return tag("tr", "".join(row), data_primitive=contest.primitive, data_threads=contest.threads,
               data_verdict=contest.verdict)


SUMMARY = (("Primitive", False, "the operation"), ("Problem", False, "the fields in which the problems differ"),
           ("Threads", True, "threads the best and the rival may use"), ("Best", False, GLOSSARY[0][1]),
           ("Median", True, "median time of one call"), ("Speed", True, "operations or bytes per second; sorts by operations"),
           ("× naive", True, GLOSSARY[1][1]), ("× rival", True, GLOSSARY[2][1]), ("Roofline", True, GLOSSARY[3][1]),
           ("Verdict", False, "the worst verdict of all implementations that ran on this problem"),
           ("Error", True, GLOSSARY[4][1]))


def mean_ratio(ratios):
    """Geometric mean with its range, as text, and the mean; ("–", None) of nothing."""
    found = [r for r in ratios if r]
    if not found:
        return "–", None
    mean = exp(sum(map(log, found)) / len(found))
    reach = f" <small>{numbers.significant(min(found), 2)} … {numbers.significant(max(found), 2)}</small>"
    return numbers.times(mean) + (reach if len(found) > 1 else ""), mean


GLANCE = (("Primitive", False, "the operation"), ("Problems", True, "problems timed at one thread"),
          ("Implementations", True, "of this project, and rival libraries"),
          ("× naive", True, "geometric mean over the problems, least and most: " + GLOSSARY[1][1]),
          ("× best rival", True, "geometric mean over the problems, least and most: " + GLOSSARY[2][1]),
          ("Best roofline", True, "highest over the problems: " + GLOSSARY[3][1]),
          ("Worst error", True, "over all implementations and problems: " + GLOSSARY[4][1]),
          ("Verdict", False, "the worst of all"))


def glance_row(results, primitive):
    mine = [m for m in results.measurements if m.primitive == primitive]
    contests = [c for c in results.contests() if c.primitive == primitive and c.threads == 1]
    variants = {m.variant: m.peer for m in mine if m.timed}
    rivals = sum(variants.values())
    naive, naive_mean = mean_ratio(c.speedup for c in contests)
    rival, rival_mean = mean_ratio(c.against_rival for c in contests)
    roofline = max((c.best.roofline for c in contests if c.best and c.best.roofline is not None), default=None)
    error = max((m.error for m in mine if m.error is not None), default=None)
    verdict = next((v for v in ("FAIL", "IMPOSSIBLE", "PASS", "SKIP") if any(m.verdict == v for m in mine)), "SKIP")
    ours = str(len(variants) - rivals) + (f" <small>+ {numbers.plural(rivals, 'rival')}</small>" if rivals else "")
    return tag("tr", tag("th", tag("a", escape(primitive), href=f"#p-{primitive}"), scope="row", data_v=primitive) +
               number(len(contests), str(len(contests))) + number(len(variants), ours) + number(naive_mean, naive) +
               number(rival_mean, rival, ratio_bar(rival_mean)) +
               number(roofline, numbers.percent(roofline), fraction_bar(roofline)) +
               number(error, numbers.error(error)) + cell(chip(verdict), verdict))


def glance(results):
    rows = [glance_row(results, p) for p in results.primitives]
    return section("glance", "At a glance, one thread",
                   table("glance-table", "Every primitive on one thread", GLANCE, rows))


def options(label, key, values):
    items = tag("option", "all", value="") + "".join(tag("option", escape(str(v)), value=v) for v in values)
    return tag("label", f"{label} {tag('select', items, data_key=key)}")


def summary(results, labels):
    contests = results.contests()
    rows = [summary_row(c, labels[c.primitive]) for c in contests]
    threads = sorted({c.threads for c in contests})
    controls = options("Primitive", "primitive", results.primitives)
    if len(threads) > 1:
        controls += options("Threads", "threads", threads)
    controls += options("Verdict", "verdict", sorted({c.verdict for c in contests}))
    controls += tag("label", 'Find <input type="search" placeholder="onednn, 1024, …" data-find>')
    controls += '<output aria-live="polite" data-count></output>'
    form = f'<form class="controls" data-filters="summary-table" onsubmit="return false">{controls}</form>'
    return section("summary", "Every problem", form + table("summary-table", "The best implementation of every problem",
                                                      SUMMARY, rows))


DETAIL = (("Implementation", False, ""), ("Problem", False, ""), ("Threads", True, ""), ("Median", True, ""),
          ("Spread", True, GLOSSARY[5][1]), ("FLOP/s", True, ""), ("B/s", True, ""), ("Roofline", True, GLOSSARY[3][1]),
          ("Prepare", True, "work done once per weights, not part of the median"), ("Error", True, GLOSSARY[4][1]),
          ("Judged", True, "fraction of output elements compared with the reference"), ("Verdict", False, ""))


def detail_row(m, labels):
    head = tag("th", escape(m.variant) + (" <small>rival</small>" if m.peer else ""), scope="row", data_v=m.variant)
    problem = cell(tag("code", escape(labels[m.problem]), title=m.problem), m.problem)
    threads = number(m.threads, str(m.threads))
    verdict = cell(chip(m.verdict) + (f" <small>{escape(m.reason)}</small>" if m.reason else ""), m.verdict)
    if not m.timed:
        return tag("tr", head + problem + threads + cell("–", -1.0) * 8 + verdict)
    prepare = m.counters.get("prepare_ns", 0.0)
    columns = [number(m.median, numbers.duration(m.median)), number(m.spread, f"± {numbers.percent(m.spread / 2)}"),
               number(m.rate("flops"), numbers.flops(m.rate("flops"))),
               number(m.rate("bytes"), numbers.bandwidth(m.rate("bytes"))),
               number(m.roofline, numbers.percent(m.roofline), fraction_bar(m.roofline)),
               number(prepare, numbers.duration(prepare) if prepare else "–"),
               number(m.error, numbers.error(m.error)),
               number(m.counters.get("judged"), numbers.percent(m.counters.get("judged")))]
    return tag("tr", head + problem + threads + "".join(columns) + verdict)


# ---- sections ---------------------------------------------------------------------------------------


def section(identity, title, content):
    return tag("section", tag("h2", escape(title)) + content, id=identity)


def legend(entries):
    """Buttons that show and hide a series. `entries`: (series, style, classes, note)."""
    buttons = []
    for name, style, classes, note in entries:
        mark = (f'<svg viewBox="-9 -9 18 18" aria-hidden="true"><g class="point"><path class="mark" '
                f'transform="scale(5)" d="{draw.mark(style)}"/></g></svg>')
        label = escape(name) + (f" <small>{escape(note)}</small>" if note else "")
        buttons.append(tag("button", mark + label, type="button", klass=f"key series {classes}", aria_pressed="true",
                           data_series=name))
    return tag("div", "".join(buttons), klass="legend", role="group", aria_label="Show or hide")


def figure(content, keys, caption):
    if not content:
        return ""
    return (f'<figure>{legend(keys)}<div class="scroll plot-box">{content}</div>'
            f"<figcaption>{caption}</figcaption></figure>")


def primitive_section(results, primitive, labels):
    mine = [m for m in results.measurements if m.primitive == primitive]
    styles = styles_of(mine)
    content = ""
    for threads in sorted({m.threads for m in mine if m.timed}):
        here = [m for m in mine if m.threads == threads and m.timed]
        keys = []
        for variant in dict.fromkeys(m.variant for m in here):
            peer = next(m for m in here if m.variant == variant).peer
            classes = "cn" if variant == "naive" else f"c{styles[variant] % draw.COLOURS}" + (" peer" if peer else "")
            keys.append((variant, styles[variant], classes, "rival" if peer else ""))
        caption = (f"<b>{escape(primitive)}, {numbers.plural(threads, 'thread')}.</b> Medians; whiskers span the "
                   "middle half of the repetitions. Hollow markers and dashed lines are rival libraries.")
        title = f"{primitive}: throughput against size, {numbers.plural(threads, 'thread')}"
        content += figure(draw.throughput(results, here, threads, styles, labels, title), keys, caption)
    content = f'<div class="figures">{content}</div>'
    ordered = sorted(mine, key=lambda m: (m.problem not in labels, list(labels).index(m.problem), m.threads,
                                          m.median if m.timed else float("inf")))
    rows = [detail_row(m, labels) for m in ordered]
    listing = table(f"t-{primitive}", f"All measurements of {primitive}", DETAIL, rows)
    count = tag("summary", f"All {len(rows)} measurements of {escape(primitive)}, with spread, error and verdict")
    return section(f"p-{primitive}", primitive, content + tag("details", count + listing))


def roofline_section(results):
    styles = {p: i for i, p in enumerate(results.primitives)}
    best = {id(c.best) for c in results.contests() if c.best}
    content = ""
    for threads in sorted({m.threads for m in results.measurements if m.timed}):
        keys = [(p, styles[p], f"c{styles[p] % draw.COLOURS}", "") for p in results.primitives
                if any(m.timed and m.threads == threads and m.intensity > 0 and m.primitive == p for m in results.measurements)]
        caption = (f"<b>{numbers.plural(threads, 'thread')}.</b> Slopes are the measured bandwidth of each memory "
                   "level, flats the measured FMA peak of each instruction set. Large: the best implementation of its "
                   "problem. Hollow: rival libraries. A point above the DRAM slope works from a cache.")
        content += figure(draw.roofline(results, threads, styles, best), keys, caption)
    return section("roofline", "Roofline", f'<div class="figures">{content}</div>') if content else ""


def trouble_section(results, labels):
    """What failed or cannot be believed, and what was skipped, each with its reason."""
    failed, skipped = results.with_verdict("FAIL", "IMPOSSIBLE"), results.with_verdict("SKIP")
    if not failed and not skipped:
        return section("not-timed", "Failed and skipped", "<p>None: everything that was asked ran and passed.</p>")
    rows = [tag("tr", tag("th", escape(m.name), scope="row", data_v=m.name) +
                cell(tag("code", escape(labels[m.primitive][m.problem]), title=m.problem), m.problem) +
                number(m.threads, str(m.threads)) + cell(chip(m.verdict), m.verdict) + cell(escape(m.reason)))
            for m in failed + skipped]
    heads = (("Implementation", False, ""), ("Problem", False, ""), ("Threads", True, ""), ("Verdict", False, ""),
             ("Reason", False, ""))
    text = f"{len(failed)} failed or flagged, {len(skipped)} skipped: neither counts as a measurement above."
    return section("not-timed", "Failed and skipped", f"<p>{text}</p>" + table(
        "trouble-table", "Failed, flagged and skipped", heads, rows))


def fact(name, value, note=""):
    if not value:
        return ""
    small = f"<small>{escape(note)}</small>" if note else ""
    return f"<div><dt>{escape(name)}</dt><dd>{escape(str(value))}{small}</dd></div>"


def machine_facts(results):
    context = results.context
    out = fact("Processor", context.get("cpu"), f"{context.get('isa', '?')}, {context.get('threads', '?')} threads")
    out += fact("Caches", caches(context.get("caches")))
    out += fact("Compiler", context.get("compiler"), str(context.get("flags") or ""))
    for threads in sorted({f["threads"] for f in results.machine.get("flops", [])}):
        levels = dict(results.bandwidth(threads))
        note = ", ".join(f"{level} {numbers.bandwidth(rate)}" for level, rate in levels.items())
        out += fact(f"Measured peak, {numbers.plural(threads, 'thread')}", numbers.flops(results.peak(threads)), note)
    return f'<dl class="facts">{out}</dl>'


def caches(value):
    """As Google Benchmark lists them, or as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(f"L{c.get('level')} {numbers.memory(c.get('size', 0))}" for c in value
                         if c.get("type") != "Instruction")
    return ""


def verdict_banner(results):
    count = {v: len(results.with_verdict(v)) for v in ("PASS", "FAIL", "IMPOSSIBLE", "SKIP")}
    bad = count["FAIL"] + count["IMPOSSIBLE"]
    contests = [c for c in results.contests() if c.against_rival]
    won = sum(c.against_rival >= 1 for c in contests)
    parts = [f"{count['PASS']} measurements verified and timed", f"{count['FAIL']} failed"]
    parts += [f"{count['IMPOSSIBLE']} impossible"] if count["IMPOSSIBLE"] else []
    parts += [f"{count['SKIP']} skipped"] if count["SKIP"] else []
    text = tag("b", "Not all is right. " if bad else "All verified. ") + escape(", ".join(parts)) + "."
    if contests:
        text += f" The best rival library is met or beaten on {won} of {len(contests)} problems that both ran."
    if bad or count["SKIP"]:
        text += ' <a href="#not-timed">Reasons</a>'
    return tag("p", text, klass="banner " + ("bad" if bad else "good"), role="status")


def page(results, title="Assay report"):
    context = results.context
    labels = {p: short_names(dict.fromkeys(m.problem for m in results.measurements if m.primitive == p))
              for p in results.primitives}
    links = "".join(tag("a", escape(text), href=f"#{target}") for target, text in
                    [("glance", "At a glance"), ("summary", "Every problem"), ("roofline", "Roofline")] +
                    [(f"p-{p}", p) for p in results.primitives] + [("not-timed", "Failed and skipped"), ("words", "Words")])
    sub = " · ".join(escape(str(t)) for t in (f"version {context['assay_version']}" if context.get("assay_version") else "",
                     f"commit {context['commit']}" if context.get("commit") else "", str(context.get("date", ""))[:16].replace("T", " ")) if t)
    words = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in GLOSSARY)
    body = (verdict_banner(results) + machine_facts(results) + glance(results) + summary(results, labels) + roofline_section(results) +
            "".join(primitive_section(results, p, labels[p]) for p in results.primitives) +
            trouble_section(results, labels) + section("words", "Words", f'<dl class="words">{words}</dl>'))
    style, script = (FOLDER / "page.css").read_text(), (FOLDER / "page.js").read_text()
    return (f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<link rel="icon" href="data:,"><meta name="color-scheme" content="light dark">'
            f"<style>\n{style}</style></head><body>"
            f'<a class="skip" href="#glance">To the summary</a>'
            f'<header><div><h1>{escape(title)}</h1><p>{sub}</p></div>'
            '<button type="button" id="theme" aria-pressed="false">Dark</button></header>'
            f'<nav aria-label="Sections">{links}</nav><main>{body}</main>'
            f'<div id="tip" role="tooltip" hidden></div><script>\n{script}</script></body></html>\n')
