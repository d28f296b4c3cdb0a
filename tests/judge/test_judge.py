#!/usr/bin/env python3
"""What a user of assay new and assay judge sees.   test_judge.py VERIFY_PROGRAM BENCH_PROGRAM [TEST ...]"""
import glob
import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "scripts"))

from judging import answer, hints, ladder, machine_code, matrices, signature  # noqa: E402
from reporting import results  # noqa: E402

PROGRAMS = []

SAMPLE = os.environ.get("ASSAY_SAMPLE", "all")
# Where the question is whether a kernel is found and called, one kind of check answers it.
BRIEFLY = [] if SAMPLE == "all" else ["--kind", "oracle"]
BEFORE_TIMING = [] if SAMPLE == "all" else ["--stages", "small,special"]

RELU = "void relu(int64_t n, const float *x, float *y)"
RIGHT = "for (int64_t i = 0; i < n; i++) y[i] = x[i] < 0 ? 0 : x[i];"
INCLUDES = "#include <math.h>\n#include <stdint.h>\n#include <stdlib.h>\n"


class Judged(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.temporary = os.path.join(self.folder, "tmp")
        os.mkdir(self.temporary)

    def command(self, *words):
        return [sys.executable, str(TOP / "scripts/judge.py"), *PROGRAMS, *words]

    def environment(self, **more):
        return {**os.environ, "TMPDIR": self.temporary, **more}

    def run_assay(self, *words, **more):
        if words[0] == "judge" and not {"--stride", "--ulp"} & set(words):
            words += ("--stride", "5003")  # all floats take half a minute
        if words[0] == "judge" and "--later" not in words:
            words += ("--later", "0")
        done = subprocess.run(self.command(*words), capture_output=True, text=True, cwd=self.folder,
                              env=self.environment(**more), check=False)
        self.assertEqual(os.listdir(self.temporary), [], "files were left behind")
        return done

    def write(self, name, text):
        pathlib.Path(self.folder, name).write_text(text)
        return name

    def relu(self, body, name="mine.c", head=RELU):
        return self.write(name, f"{INCLUDES}{head} {{ {body} }}\n")

    def judge(self, *words, status, **more):
        done = self.run_assay("judge", *words, *([] if "--speed" in words else ["--no-speed"]), **more)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def judge_json(self, *words, status):
        done = self.judge(*words, "--json", status=status)
        answer = json.loads(done.stdout)
        self.assertEqual((answer["schema"], answer["version"], answer["exit_code"]), ("assay-judge", 1, status))
        return answer

    def refused(self, *words, says):
        done = self.judge(*words, status=2)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr.splitlines()[-1], says)
        return done


class New(Judged):
    def test_lists_the_primitives(self):
        done = self.run_assay("new")
        self.assertEqual(done.returncode, 0)
        self.assertIn("softmax  ", done.stdout)

    def test_skeletons_compile_and_write_nothing(self):
        names = [line.split()[0] for line in self.run_assay("new").stdout.splitlines() if line.startswith("  ")]
        self.assertGreaterEqual(len(names), 8)
        languages = [([], ".c"), (["--cpp"], ".cpp")]
        skeletons = [(name, language) for language in languages for name in names]
        for name, (option, suffix) in skeletons if SAMPLE == "all" else skeletons[int(SAMPLE) % 5::5]:
            with self.subTest(name=name, suffix=suffix):
                text = self.run_assay("new", name, *option).stdout
                self.assertIn("Think of:", text)
                answer = self.judge_json(self.write(f"my{name}{suffix}", text), status=1)
                self.assertEqual(answer["primitive"], name)
                self.assertEqual(answer["verdict"], "WRONG")
                if name not in ("adam_step", "gemm"):  # in-out operands: nothing written is the old value
                    self.assertIn("was not written", answer["failure"]["message"])

    def test_operands_are_described_by_the_descriptor(self):
        for name, line in {"adam_step": " *   max_exp_avg_sq read and written  [n]; not negative; NULL with amsgrad=0\n",
                           "conv2d": " *   bias           read              [oc]; or NULL\n",
                           "gemm": " *   a              read              [batch, m, k], or [batch, k, m] with trans_a\n",
                           "layer_norm": "  - weight, bias: NULL where the problem has none\n"}.items():
            with self.subTest(name=name):
                self.assertIn(line, self.run_assay("new", name).stdout)

    def test_values_are_told(self):
        operand = {"domain": "real", "below": None, "along": None}
        for said, text in (({}, ""), ({"domain": "nonnegative"}, "not negative"), ({"domain": "mask"}, "0 or 1"),
                           ({"domain": "probability"}, "in [0, 1]"), ({"domain": "bytes"}, ""),
                           ({"domain": "probability", "along": "cols"}, "in [0, 1], sums to 1 along cols"),
                           ({"domain": "index", "below": "classes"}, "0 to classes - 1"),
                           ({"domain": "index", "below": "10"}, "0 to 9")):
            self.assertEqual(signature.values_of({**operand, **said}), text)

    def test_unknown_primitive(self):
        done = self.run_assay("new", "softmin")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("there is no primitive 'softmin'", done.stderr)


class Verdicts(Judged):
    def test_right(self):
        answer = self.judge_json(self.relu(RIGHT), status=0)
        self.assertEqual(answer["verdict"], "RIGHT")
        self.assertTrue(all(stage["state"] in ("passed", "nothing_to_ask") for stage in answer["stages"]))
        self.assertNotIn("--stages", self.judge("mine.c", *BRIEFLY, status=0).stdout)

    def test_some_stages(self):
        answer = self.judge_json(self.relu(RIGHT), "--stages", "laws,special", status=0)
        self.assertEqual([stage["name"] for stage in answer["stages"]], ["special", "laws"])
        said = self.judge("mine.c", "--stages", "small", status=0).stdout
        self.assertRegex(said, r"RIGHT: 1 kind of check, \d+ cases\n  as far as --stages lets it be asked")
        self.refused("mine.c", "--stages", "small,spezial", says="no stage 'spezial'; there are small, sizes, ")

    def test_wrong(self):
        name = self.relu("for (int64_t i = 0; i < n; i++) y[i] = fmaxf(x[i], 0);")
        answer = self.judge_json(name, status=1)
        self.assertEqual(answer["failure"]["verdict"], "FAIL")
        self.assertIn("expected nan, got 0", answer["failure"]["message"])
        self.assertIn("NaN", answer["meaning"])
        text = self.judge(name, status=1).stdout
        self.assertIn("WRONG: y[", text)
        self.judge(*shlex.split(text.split("assay judge", 1)[1].splitlines()[0]), status=1)

    def test_fast_math_is_named(self):
        name = self.relu("for (int64_t i = 0; i < n; i++) y[i] = isnan(x[i]) || x[i] > 0 ? x[i] : 0;")
        self.judge(name, *BRIEFLY, status=0)
        self.assertIn("-ffinite-math-only", self.judge_json(name, "--cflags", "-ffinite-math-only", status=1)["meaning"])

    def test_what_loading_does_to_denormals_is_named(self):
        """crtfastmath.o, which -ffast-math links, is undone: the kernel is judged, our own beside it are right."""
        flags = ("--cflags", "-ffast-math -fno-finite-math-only")
        answer = self.judge_json(self.relu(RIGHT), *flags, *BRIEFLY, status=0)
        self.assertRegex(" ".join(answer["notes"]), "loading it switches denormals off for the whole process")
        self.assertIn("linking with -ffast-math", self.judge("mine.c", *flags, *BRIEFLY, status=0).stdout)
        self.assertEqual(self.judge_json(self.relu(RIGHT), *BRIEFLY, status=0)["notes"], [])

    def test_cpp_with_and_without_c_linkage(self):
        for at, head in enumerate((RELU, 'extern "C" ' + RELU)):
            answer = self.judge_json(self.relu(RIGHT, f"m{at}.cpp", head), *BRIEFLY, status=0)
            self.assertEqual(answer["primitive"], "relu")

    def test_other_integers_and_names(self):
        head = "void my_relu(int n, const float *restrict in, float *restrict out)"
        name = self.relu("for (int i = 0; i < n; i++) out[i] = in[i] < 0 ? 0 : in[i];", head=head)
        self.judge(name, *BRIEFLY, status=0)

    def test_parameters_in_another_order_are_told_by_name(self):
        self.judge(self.relu(RIGHT, head="void relu(float *y, const float *x, int64_t n)"), *BRIEFLY, status=0)

    def test_shared_object(self):
        self.relu(RIGHT)
        subprocess.run(["cc", "-shared", "-fPIC", "mine.c", "-o", "libmine.so"], cwd=self.folder, check=True)
        self.assertIn("taken on trust", self.judge("libmine.so", *BRIEFLY, status=0).stdout)

    def test_against_the_headers(self):
        text = ('#include "kernels/activation/relu.h"\n'
                "static void relu_mine(const struct relu_problem *p, const float *x, float *y) {\n"
                "    for (int64_t i = 0; i < p->n; i++) y[i] = x[i] < 0 ? 0 : x[i];\n}\n"
                'IMPL(relu, mine, .technique = "a comparison");\n')
        answer = self.judge_json(self.write("mine.c", text), *BRIEFLY, status=0)
        self.assertEqual(answer["function"], "impl_relu_mine")
        wrong = self.judge_json(self.write("mine.c", text.replace("< 0 ? 0", "< 0 ? 1")), status=1)
        self.assertEqual(wrong["failure"]["verdict"], "FAIL")

    def refusing(self, limit):
        return self.write("mine.c", '#include "kernels/activation/relu.h"\n'
                          "static const char *few(const void *problem) {\n"
                          "    const struct relu_problem *p = problem;\n"
                          f'    return p->n > {limit} ? "n above {limit}" : NULL;\n}}\n'
                          "static void relu_mine(const struct relu_problem *p, const float *x, float *y) {\n"
                          "    for (int64_t i = 0; i < p->n; i++) y[i] = x[i] < 0 ? 0 : x[i];\n}\n"
                          'IMPL(relu, mine, .technique = "a comparison", .supports = few);\n')

    def test_what_it_refuses_is_counted(self):
        some = [] if SAMPLE == "all" else ["--stages", "sizes,special,random"]
        for limit, verdict, text in ((10000, "RIGHT", "RIGHT on what it takes: it refused"),
                                     (2, "RIGHT_IN_PART", "RIGHT IN PART: it refused")):
            answer = self.judge_json(self.refusing(limit), *some, status=0)
            self.assertEqual(answer["verdict"], verdict)
            self.assertEqual(answer["asked"], answer["passed"] + answer["skipped"])
            self.assertEqual(answer["refusals"], {f"n above {limit}": answer["refused"]})
            self.assertGreater(answer["refused"], 0)
            said = self.judge("mine.c", *some, status=0).stdout
            self.assertIn(f"{text} {answer['refused']} of {answer['asked']} problems", said)
            self.assertRegex(said, r"passed  sizes .*\(\d+ of \d+ cases, it refused \d+")

    def test_who_refuses_all_is_refused(self):
        self.refused(self.refusing(-1), says="n above -1")

    def test_leniency_of_its_own_is_told(self):
        grants = ".accumulation = {.amplification = 4, .inexact = true}, .saving = 2"
        name = self.refusing(10000)
        text = pathlib.Path(self.folder, name).read_text()
        self.write(name, text.replace(".supports = few", grants))
        self.assertIn("amplification 4, halo 0, inexact 1, flushes 0, saving 2",
                      " ".join(self.judge_json(name, *BRIEFLY, status=0)["notes"]))
        self.write(name, text.replace(".supports = few", grants.replace("= 4", "= 1e6")))
        self.refused(name, says="amplification is not in")

    def test_every_float(self):
        name = self.relu("for (int64_t i = 0; i < n; i++) y[i] = x[i] < 0 ? 0 : x[i] == 0x1.91p85F ? 0 : x[i];")
        answer = self.judge_json(name, "--ulp", "--stride", "256", status=1)  # the floats that end in a byte of zeros
        self.assertRegex(answer["failure"]["message"], r"1 are wrong, the smallest x = 0x1.91p\+85")
        self.assertIn("--ulp --stride 256", self.judge(name, "--ulp", "--stride", "256", status=1).stdout)
        self.judge(self.relu(RIGHT), "--ulp", "--stride", "4999", status=0)

    def test_a_parameter_that_float_does_not_hold(self):
        text = (TOP / "tests/judge/adam_step.kernels").read_text().split("/* expect:")[:2]
        text = text[0] + text[1].partition("*/")[2]
        self.write("mine.c", text.replace("double beta2", "float beta2"))
        self.assertIn("beta2 is taken as float", self.judge_json("mine.c", status=1)["meaning"])

    def test_exceptions_and_namespaces(self):
        self.write("mine.cpp", f'#include <cstdint>\n#include <stdexcept>\nextern "C" {RELU} {{\n'
                               f'    if (n > 5) throw std::runtime_error("no");\n    {RIGHT}\n}}\n')
        self.assertIn("std::runtime_error': an exception left the kernel", self.judge_json("mine.cpp", status=1)["meaning"])
        self.write("mine.cpp", f"#include <cstdint>\nnamespace mine {{ {RELU} {{ {RIGHT} }} }}\n")
        self.refused("mine.cpp", says='a C\\+\\+ name.*extern "C"')

    def test_hangs_are_told_apart(self):
        for body, meaning in (("raise(SIGSTOP);", "SIGSTOP"), ("sleep(100);", "waits for something"),
                              ("pthread_mutex_lock(&lock); pthread_mutex_lock(&lock);", "a deadlock"),
                              ("for (volatile int i = 1; i;) i = 1;", "a loop whose end is never reached")):
            self.write("mine.c", "#include <pthread.h>\n#include <signal.h>\n#include <unistd.h>\n"
                       f"static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;\n{INCLUDES}{RELU} {{ {RIGHT} {body} }}\n")
            answer = self.judge_json("mine.c", "--timeout", "0.3", "--kind", "exact", status=1)
            self.assertIn(meaning, answer["meaning"])

    def test_slow_is_no_hang(self):
        self.write("mine.c", f"#include <time.h>\n{INCLUDES}{RELU} {{\n"
                             "    nanosleep(&(struct timespec){n == 20, n > 16 && n < 20 ? 520000000 : 0}, NULL);\n"
                             f"    {RIGHT}\n}}\n")
        answer = self.judge_json("mine.c", "--kind", "oracle", "--problem", "n=20", "--timeout", "0.7", status=1)
        self.assertIn("within 0.7 s", (answer["smallest"] or answer["failure"])["message"])
        self.assertIn("n=20", answer["failure"]["repro"])

    def test_plugin(self):
        text = ('#include "kernels/core/plugin.h"\n#include "kernels/activation/relu.h"\n'
                "static void relu_mine(const struct relu_problem *p, const float *x, float *y) {\n"
                "    for (int64_t i = 0; i < p->n; i++) y[i] = x[i] < 0 ? 0 : x[i];\n}\n"
                'static IMPL(relu, mine, .technique = "a comparison");\n'
                "static const struct implementation *const all[] = {&impl_relu_mine, NULL};\n"
                'const struct assay_plugin assay_plugin_v2 = {ASSAY_PLUGIN("mine"), .implementations = all};\n')
        self.write("mine.c", text)
        subprocess.run(["cc", "-shared", "-fPIC", f"-I{TOP}", "mine.c", "-o", "mine.so"], cwd=self.folder, check=True)
        self.judge("mine.so", *BRIEFLY, status=0)

    def test_crash(self):
        answer = self.judge_json(self.relu("for (int64_t i = 0; i <= n; i++) y[i] = x[i] < 0 ? 0 : x[i];"), status=1)
        self.assertEqual(answer["failure"]["verdict"], "CRASH")
        self.assertIn("guard page", answer["meaning"])
        self.assertIsNone(answer["cause"])

    def test_what_ran_before(self):
        """No table of a run that was right, and a line that repeats what was seen."""
        name = self.relu(f"static int calls; {RIGHT} if (++calls % 5 == 4 && n) y[n / 2] = 77;")
        said = self.judge(name, status=1).stdout
        self.assertIn("WRONG: ", said)
        self.assertIn("Run once more it was right, so there is no table", said)
        self.assertNotIn("difference", said)
        name = self.relu(f"static int seen; {RIGHT} seen |= n == 33; if (n == 64 && seen) y[3] = 77;")
        done = self.judge(name, "--stages", "sizes", status=1)
        self.assertIn("Run alone, this problem passes", done.stdout)
        again = shlex.split(done.stdout.rstrip().splitlines()[-1])
        self.assertEqual(again[:2] + again[3:4], ["assay", "judge", "--stages"])
        self.judge(name, *again[3:], status=1)

    def test_later(self):
        """Right at first, and wrong by the clock; the line that is printed shows it again."""
        name = self.write("mine.c", f"#include <time.h>\n{INCLUDES}{RELU} {{\n"
                          "    static time_t first; if (!first) first = time(NULL);\n"
                          f"    {RIGHT} if (n && time(NULL) > first + 1) y[n / 2] = 77;\n}}\n")
        answer = self.judge_json(name, "--stages", "later", "--later", "2.5", status=1)
        self.assertIn("2.5 s later", answer["failure"]["message"])
        self.assertIn("by the clock", answer["meaning"])
        again = shlex.split(answer["failure"]["repro"])
        self.assertEqual(again[again.index("--later") + 1], "2.5")
        self.judge(name, *again[3:], status=1)
        answer = self.judge_json(self.relu(RIGHT), "--stages", "use", status=0)
        self.assertEqual([stage["name"] for stage in answer["stages"]], ["use"])
        answer = self.judge_json(self.relu(RIGHT), "--stages", "use,later", "--later", "0.1", status=0)
        self.assertEqual([stage["name"] for stage in answer["stages"]], ["use", "later"])
        self.refused(name, "--later", "-1", says="--later takes seconds")

    def test_hang(self):
        started = time.monotonic()
        answer = self.judge_json(self.relu("for (volatile int64_t i = 0; n;) i = n;"), "--timeout", "0.5", status=1)
        self.assertEqual(answer["failure"]["verdict"], "TIMEOUT")
        self.assertLess(time.monotonic() - started, 60)

    def test_constructors_run_in_the_worker_alone(self):
        self.write("mine.c", f"{INCLUDES}__attribute__((constructor)) static void at_once(void) {{ abort(); }}\n"
                             f"{RELU} {{ {RIGHT} }}\n")
        answer = self.judge_json("mine.c", status=1)
        self.assertEqual(answer["failure"]["verdict"], "CRASH")

    def test_forbidden_call(self):
        self.write("mine.c", f"#include <sys/socket.h>\n{INCLUDES}{RELU} {{\n"
                             f"    socket(AF_INET, SOCK_STREAM, 0);\n    {RIGHT}\n}}\n")
        answer = self.judge_json("mine.c", status=1)
        self.assertEqual(answer["failure"]["verdict"], "CRASH")
        self.assertIn("network socket", answer["failure"]["message"])
        self.assertIn("computes", answer["meaning"])

    def test_one_problem(self):
        name = self.relu("for (int64_t i = 0; i < n; i++) y[i] = i == 9 ? 7 : x[i] < 0 ? 0 : x[i];")
        self.judge(name, "--problem", "n=9", status=0)
        self.judge(name, "--problem", "n=10", status=1)


class Speed(Judged):
    def test_ladder(self):
        done = self.run_assay("judge", self.relu(RIGHT), "--budget", "2", *BEFORE_TIMING, "--json")
        answer = json.loads(done.stdout)
        self.assertEqual((done.returncode, answer["verdict"]), (0, "RIGHT"), done.stderr)
        self.assertGreaterEqual(len(answer["ladder"]), 2)
        for ladder in answer["ladder"]:
            seconds = {rung["variant"]: rung["seconds"] for rung in ladder["rungs"] if rung["seconds"]}
            self.assertGreater(seconds["yours"], 0)
            self.assertGreater(seconds["naive"], 0)
            self.assertGreater(ladder["roofline_seconds"]["1"], 0)

    def test_not_after_a_failure(self):
        answer = self.judge_json(self.relu("for (int64_t i = 0; i < n; i++) y[i] = 1;"), status=1)
        self.assertIsNone(answer["ladder"])

    WHEN_TIMED = """
extern char *program_invocation_short_name; /* files say it too, but none is to be opened */
static int timed(void) {
    return strstr(program_invocation_short_name, "assay-bench") != NULL;
}
"""

    def forbidden_when_timed(self, does):
        self.write("mine.c", f"#include <stdio.h>\n#include <string.h>\n#include <sys/socket.h>\n{INCLUDES}"
                             f"{self.WHEN_TIMED}{RELU} {{ if (timed()) {{ {does} }} {RIGHT} }}\n")
        return self.run_assay("judge", "mine.c", "--budget", "1", *BEFORE_TIMING, "--json")

    def wrong_when_timed(self, does):
        self.write("mine.c", f"#include <stdio.h>\n#include <string.h>\n{INCLUDES}{self.WHEN_TIMED}{RELU} {{\n"
                             "static int bench = -1, calls; if (bench < 0) bench = timed();\n"
                             f"{RIGHT} if (bench) {{ calls++; {does} }} }}\n")
        done = self.run_assay("judge", "mine.c", "--budget", "1", *BEFORE_TIMING, "--json")
        answer = json.loads(done.stdout)
        self.assertEqual((done.returncode, answer["exit_code"], answer["verdict"]), (1, 1, "WRONG"), done.stderr)
        self.assertEqual(answer["failure"]["stage"], "timing")
        return answer["failure"]["verdict"], answer["failure"]["message"]

    def test_wrong_only_when_timed(self):
        verdict, message = self.wrong_when_timed("if (n) y[n - 1] = 3;")
        self.assertEqual(verdict, "FAIL")
        self.assertIn("got 3", message)

    def test_crashes_only_when_timed(self):
        verdict, message = self.wrong_when_timed("*(volatile int *)0 = 1;")
        self.assertEqual(verdict, "CRASH")
        self.assertIn("SIGSEGV", message)
        verdict, message = self.wrong_when_timed("if (calls > 100) abort();")  # outside the worker
        self.assertEqual(verdict, "CRASH")
        self.assertIn("SIGABRT", message)

    def rungs(self, **yours):
        measured = {"variant": "yours", "threads": 1, "problem": "n=7", "verdict": "PASS", "times": [10.0],
                    "counters": {"roofline": 0.77, "flops": 1.0, "bytes": 1.0}, **yours}
        naive = {"variant": "naive", "threads": 1, "problem": "n=7", "times": [30.0], "counters": {"roofline": 0.2}}
        return ladder.Ladder("n=7", [ladder.Rung(results.Measurement("relu", **one)) for one in (measured, naive)], "")

    def test_impossible_is_no_praise(self):
        at = self.rungs(verdict="IMPOSSIBLE")
        self.assertEqual(ladder.impossible([at]), ["n=7"])
        self.assertIsNone(ladder.standing(at))
        self.assertIsNone(hints.hint([at], results.Results({}, {}, []), None))
        self.assertIn("77 % of the roofline", ladder.standing(self.rungs()))
        self.assertEqual(ladder.impossible([self.rungs()]), [])

    def test_too_slow_is_not_yet_wrong(self):
        at = self.rungs(verdict="SKIP", times=[], reason="one call takes longer than 2 s")
        self.assertEqual((ladder.failed([at]), ladder.too_slow([at])), (None, ["n=7"]))

    def test_forbidden_only_when_timed(self):
        for does, did in (("socket(AF_INET, SOCK_STREAM, 0);", "tried to open a network socket (socket)"),
                          ("if (system(\"true\")) return;", "tried to start another process (clone)")):
            done = self.forbidden_when_timed(does)
            answer = json.loads(done.stdout)
            self.assertEqual((done.returncode, answer["verdict"], answer["forbidden"]), (1, "FORBIDDEN", did),
                             done.stderr)
            self.assertIsNone(answer["ladder"])
            self.assertIn("computes", answer["meaning"])
        text = self.run_assay("judge", "mine.c", "--budget", "1", *BEFORE_TIMING)
        self.assertIn("FORBIDDEN: when it was timed, it tried to start another process (clone)\n", text.stdout)

    def compiled(self, text):
        self.write("loop.c", text)
        subprocess.run(["cc", "-O3", "-march=native", "-shared", "-fPIC", "loop.c", "-o", "loop.so"], cwd=self.folder,
                       check=True)
        return machine_code.read(os.path.join(self.folder, "loop.so"))

    def test_code_that_is_no_vectors(self):
        code = self.compiled("#include <math.h>\nfloat f(const float *x, long n) { float s = 0; "
                             "for (long i = 0; i < n; i++) s += expf(x[i]); return s; }")
        self.assertTrue(code.scalar_only)
        self.assertEqual(code.calls, ["expf"])
        self.assertIn("expf", hints.not_vectorised(code))

    def test_code_that_is_vectors(self):
        code = self.compiled("void f(float *restrict y, const float *restrict x, long n) "
                             "{ for (long i = 0; i < n; i++) y[i] += 2 * x[i]; }")
        self.assertTrue(code.vectorised)
        self.assertIsNone(hints.not_vectorised(code))


class Matrices(unittest.TestCase):
    def shown(self, **entry):
        operand = matrices.Operand({"name": "y", "role": "out", **entry})
        return "\n".join(matrices.show(operand, operand.first_wrong, 100, lambda text: text))

    def test_wrong_elements_are_marked(self):
        text = self.shown(shape=[2, 2], expected=[1, 2, 3, "nan"], got=[1, 2.5, 3, 4], bound=[0, 0, 0, 0])
        self.assertEqual(text.splitlines(), ["y [2,2]", "  expected    got        difference",
                                             "  1    2      1  2.5*    0  0.5*",
                                             "  3  nan      3    4*    0  nan*"])

    def test_a_law_s_element_is_shown(self):
        operand = matrices.Operand({"name": "x", "role": "in", "shape": [3, 200], "values": [0] * 600})
        self.assertEqual(answer.place_named("breaks positivity: y[2,150] of run 1 of 2: by", operand), 550)
        self.assertIsNone(answer.place_named("breaks positivity: y[2] of run 1 of 2: by", operand))

    def test_what_is_left_open_is_not_wrong(self):
        text = self.shown(shape=[1, 3], expected=["nan", 2, 3], got=[7, 2, 4], bound=[-1, 0, 0])
        self.assertEqual(text.count("*"), 2)
        self.assertIn("any", text)

    def test_large_ones_are_cut_around_the_first_wrong_one(self):
        got = [0.0] * 10000
        got[5050] = 1
        text = self.shown(shape=[100, 100], expected=[0.0] * 10000, got=got, bound=[0] * 10000)
        self.assertIn("y [100,100], at [46..53,47..52]", text)
        self.assertIn("1*", text)
        self.assertLess(len(text.splitlines()), 40)

    def test_a_vector_is_one_line_each(self):
        text = self.shown(shape=[1, 3, 1], expected=[1, "inf", 3], got=[1, "inf", "-inf"], bound=[0, "inf", 0])
        self.assertEqual([line.split()[0] for line in text.splitlines()], ["y", "expected", "got", "difference"])
        self.assertEqual(text.count("*"), 2)

    def test_unwritten(self):
        operand = matrices.Operand({"name": "y", "role": "out", "shape": [2], "expected": [1, 2],
                                    "got": [1, "nan"], "bound": [0, 0]}, unwritten=True)
        self.assertEqual(operand.got_text(1), "-")


class Refusals(Judged):
    def test_compile_error_as_the_compiler_gives_it(self):
        done = self.refused(self.relu("return m + n;"), says="mine.c does not compile")
        self.assertRegex(done.stderr, r"mine.c:4:\d+: error: .*m")

    def test_one_flag(self):
        name = self.relu("\n#ifndef MINE\n#error no flag\n#endif\n" + RIGHT)
        self.judge(name, "--cflags", "-DMINE", "--problem", "n=3", status=0)
        self.refused(name, says="does not compile")

    def test_warnings_are_shown(self):
        done = self.judge(self.relu("int unused; " + RIGHT), *BRIEFLY, status=0)
        self.assertRegex(done.stderr, r"mine.c:4:\d+: warning: unused variable")

    def test_a_file_without_end(self):
        """What the compiler may take is limited."""
        started = time.monotonic()
        self.refused(self.relu(RIGHT, head=f'#include "/dev/zero"\n{RELU}'), says="mine.c does not compile")
        self.assertLess(time.monotonic() - started, 60)

    def test_a_name_that_is_no_text(self):
        name = os.path.join(os.fsencode(self.folder), b"mine\xff.c")
        with open(name, "w", encoding="utf-8") as file:
            file.write(f"{INCLUDES}{RELU} {{ {RIGHT} }}\n")
        done = subprocess.run([*self.command("judge"), name, "--no-speed", *BEFORE_TIMING], capture_output=True, check=False,
                              cwd=self.folder, env=self.environment())
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertIn(b"RIGHT: ", done.stdout)

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full")
    def test_a_disk_that_is_full(self):
        self.relu(RIGHT)
        for words in (["new"], ["new", "relu"], ["judge", "mine.c", "--kind", "special", "--no-speed"],
                      ["judge", "mine.c", "--kind", "special", "--no-speed", "--json"]):
            with self.subTest(words), open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run(self.command(*words), stdout=full, stderr=subprocess.PIPE, text=True, check=False,
                                      cwd=self.folder, env=self.environment())
                self.assertEqual((done.returncode, done.stderr), (2, "assay: No space left on device\n"))

    def test_link_error(self):
        done = self.refused(self.relu("extern void other(void); other();"), says="mine.c does not link")
        self.assertIn("other", done.stderr)

    def test_unknown_symbol(self):
        self.refused(self.relu(RIGHT, head="void rectify(int64_t n, const float *x, float *y)"),
                     says="defines rectify, but none of softmax")

    def test_static_function(self):
        self.refused(self.relu(RIGHT, head="static " + RELU), says="no function that is seen from outside")

    def test_other_signature(self):
        self.refused(self.relu("y[0] = x[0];", head="void relu(const float *x, float *y)"),
                     says="relu has 2 parameters, expected 3: the natural signature is void relu")
        self.refused(self.relu("y[0] = x[n];", head="void relu(int64_t n, const double *x, double *y)"),
                     says="parameter x of relu is double \\*, expected const float \\*x")

    def test_two_primitives(self):
        self.write("mine.c", f"{INCLUDES}{RELU} {{ {RIGHT} }}\n"
                             "void softmax(int64_t outer, int64_t axis_len, int64_t inner, const float *x, float *y)"
                             "{ (void)outer; (void)axis_len; (void)inner; (void)x; (void)y; }\n")
        self.refused("mine.c", says="say which with --primitive")
        self.judge("mine.c", "--primitive", "relu", *BRIEFLY, status=0)

    def test_bad_files(self):
        self.refused("nowhere.c", says="nowhere.c: no such file")
        self.refused(self.write("mine.f90", "end"), says="expected a .c, .cpp, .cc or .so file")
        self.refused(self.write("mine.so", "no object at all"), says="mine.so: not a 64-bit")
        self.refused(self.write("mine.so", "\x7fELF\x02\x01" + 100 * "x"), says="mine.so: ")

    def test_bad_options(self):
        self.refused(self.relu(RIGHT), "--primitive", "softmin", says="there is no primitive 'softmin'")
        self.refused("mine.c", "--problem", "m=3", says="relu has no field 'm'")
        self.refused("mine.c", "--frobnicate", says="--frobnicate")
        self.refused(says="which file\\?")

    def test_json(self):
        answer = self.judge_json(self.relu("return m + n;"), status=2)
        self.assertEqual(answer["verdict"], "REFUSED")
        self.assertIn("error", answer["compiler"])


class Manners(Judged):
    def test_no_colour_when_piped(self):
        self.assertNotIn("\033", self.judge(self.relu("for (int64_t i = 0; i < n; i++) y[i] = 1;"), status=1).stdout)

    def test_help(self):
        for command in "new", "judge":
            done = self.run_assay(command, "--help")
            self.assertEqual(done.returncode, 0)
            self.assertIn("mysoftmax.c", done.stdout)
        self.assertIn("Code of somebody who means harm", done.stdout)

    def test_interrupted(self):
        self.relu("for (volatile int64_t i = 0; n;) i = n;")
        for number in signal.SIGINT, signal.SIGTERM:
            child = subprocess.Popen(self.command("judge", "mine.c"), cwd=self.folder, env=self.environment(),
                                     stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
            while not glob.glob(self.temporary + "/assay-judge-*/adapter.so"):
                time.sleep(0.01)
            time.sleep(0.2)
            os.killpg(child.pid, number)
            _, text = child.communicate(timeout=20)
            self.assertEqual(child.returncode, 128 + number)
            self.assertEqual(os.listdir(self.temporary), [])
            self.assertNotIn(b"Traceback", text)


if __name__ == "__main__":
    PROGRAMS = ["--verify-program", sys.argv[1], "--bench-program", sys.argv[2]]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
