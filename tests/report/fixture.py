"""A small benchmark result whose ratios are known by construction (see test_numbers.py)."""
import json

GEMM = "m=256,n=256,k=256"  # 2 * 256^3 operations, 4 * 3 * 256^2 bytes
FLOPS, BYTES = 33554432, 786432


def machine():
    flops = [{"isa": isa, "threads": t, "flops_per_second": t * peak, "spread": 0.01}
             for t in (1, 2) for isa, peak in (("avx2", 8e11), ("avx512", 1.6e12))]
    bandwidth = [{"level": level, "bytes": size, "threads": t, "read": t * rate, "copy": t * rate * 0.9,
                  "triad": t * rate * 0.8}
                 for t in (1, 2) for level, size, rate in (("L1", 32768, 3e11), ("L2", 1 << 20, 1e11), ("L3", 1 << 25, 5e10),
                                                           ("DRAM", 1 << 30, 1e10))]
    return {"schema": "assay-machine", "version": 1, "cpu": "Test CPU", "flops": flops, "bandwidth": bandwidth}


def row(name, time, **more):
    return {"name": name, "run_name": name, "run_type": "iteration", "iterations": 10, "real_time": time,
            "cpu_time": time, "time_unit": "us", **more}


def runs(name, times, flops, moved, roofline, error, threads=1, label="PASS"):
    full = name + (f"/threads:{threads}" if threads > 1 else "")
    return [row(full, t, repetitions=len(times), repetition_index=i, label=label, flops=flops, bytes=moved,
                flops_per_second=flops / t * 1e6, bytes_per_second=moved / t * 1e6, roofline=roofline,
                error_ratio=error, judged=1.0, prepare_ns=0, threads=threads) for i, t in enumerate(times)]


def refused(name, message):
    return [row(name, 0, error_occurred=True, error_message=message)]


def benchmarks():
    rows = runs(f"gemm/naive/{GEMM}", [1000, 1010, 990, 1000, 1020], FLOPS, BYTES, 0.02, 0.10)
    rows += runs(f"gemm/avx2/{GEMM}", [100, 104, 96, 100, 102], FLOPS, BYTES, 0.21, 0.20)
    rows += runs(f"gemm/avx512/{GEMM}", [1, 1, 1], FLOPS, BYTES, 21.0, 0.30, label="IMPOSSIBLE")
    rows += runs(f"gemm/openblas/{GEMM}", [80, 80, 90], FLOPS, BYTES, 0.26, 0.40)
    rows += refused(f"gemm/libxsmm/{GEMM}", "SKIP: <b>no</b> transposes")
    rows += refused(f"gemm/onednn/{GEMM}", "FAIL: c[3]: got 1, expected 2")
    rows += runs(f"gemm/omp/{GEMM}", [50, 50, 50], FLOPS, BYTES, 0.21, 0.25, threads=2)
    rows += runs(f"gemm/openblas/{GEMM}", [60, 60, 60], FLOPS, BYTES, 0.17, 0.40, threads=2)
    for exponent in (10, 14, 18, 22):
        n = 1 << exponent
        for variant, cost in (("naive", 4.0), ("avx2", 1.0)):
            rows += runs(f"relu/{variant}/n={n}", [n * cost / 1e3 * f for f in (1.0, 1.02, 0.98)], n, 8 * n,
                         0.5 / cost, 0.0)
    softmax = "softmax/avx2/outer=8,axis_len=64,inner=1"
    rows += [dict(row(softmax + "_" + kind, time, run_type="aggregate", aggregate_name=kind, flops=2560,
                      bytes=4096, error_ratio=0.5, judged=1, roofline=0.4, threads=1), run_name=softmax)
             for kind, time in (("mean", 3.0), ("median", 2.0), ("stddev", 0.1))]
    return rows


def document():
    context = {"date": "2026-01-02T03:04:05+00:00", "host_name": "host", "assay_version": "0.1.0", "commit": "abc1234",
               "cpu": "Test CPU", "caches": "L1 32 KiB", "compiler": "GCC 12", "flags": "-O3", "isa": "avx512", "threads": "2",
               "machine": json.dumps(machine())}
    return {"context": context, "benchmarks": benchmarks()}

