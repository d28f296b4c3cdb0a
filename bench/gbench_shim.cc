#include "bench/gbench_shim.h"

#include <benchmark/benchmark.h>
#include <regex.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

struct gb_state {
    benchmark::State &state;
};

namespace {

using benchmark::BenchmarkReporter;
using Runs = std::vector<BenchmarkReporter::Run>;

/* Nothing may cross into C; what throws here is out of memory or a broken invariant. */
template <class Body> auto guarded(Body body) noexcept -> decltype(body()) {
    try {
        return body();
    } catch (const std::exception &error) {
        std::fprintf(stderr, "assay-bench: Google Benchmark: %s\n", error.what());
        std::exit(1);
    }
}

std::vector<std::pair<std::string, std::string>> contexts;

/* Every gb_run calls ReportContext and Finalize; the report has one context and one end. */
class Tee : public BenchmarkReporter {
  public:
    bool open(const gb_output &output) {
        if (output.display) display_.reset(benchmark::CreateDefaultDisplayReporter());
        aggregates_only_ = output.aggregates_only;
        if (!output.path) return true;
        const std::string format = output.format;
        if (format == "json")
            file_.reset(new benchmark::JSONReporter);
        else if (format == "csv")
            file_.reset(csv());
        else
            file_.reset(new benchmark::ConsoleReporter(benchmark::ConsoleReporter::OO_None));
        stream_.open(output.path);
        file_->SetOutputStream(&stream_);
        file_->SetErrorStream(&stream_);
        return stream_.good();
    }

    bool ReportContext(const Context &context) override {
        if (begun_) return true;
        begun_ = true;
        const bool console = dynamic_cast<benchmark::ConsoleReporter *>(display_.get());
        if (!console) publish();
        if (display_) {
            display_->SetOutputStream(&GetOutputStream());
            display_->SetErrorStream(&GetErrorStream());
            display_->ReportContext(context);
        }
        if (console) publish();
        if (file_) file_->ReportContext(context);
        return true;
    }

    void ReportRuns(const Runs &runs) override {
        Runs renamed = runs, aggregates;
        int64_t threads = 1;
        for (const auto &run : runs)
            if (run.counters.count("threads"))
                threads = std::max(threads, (int64_t)run.counters.at("threads").value);
        for (auto &run : renamed) {
            run.threads = threads;
            tidy(run.counters);
            const std::string name = run.run_name.function_name;
            run.run_name = benchmark::BenchmarkName();
            run.run_name.function_name = name;
            run.family_index += family_offset_;
            families_ = std::max(families_, run.family_index + 1);
            if (run.run_type == Run::RT_Aggregate || runs.size() == 1) aggregates.push_back(run);
        }
        if (display_) display_->ReportRuns(aggregates_only_ ? aggregates : renamed);
        if (file_) file_->ReportRuns(renamed);
    }

    void Finalize() override { family_offset_ = families_; }

    bool close() {
        if (begun_ && display_) display_->Finalize();
        if (begun_ && file_) file_->Finalize();
        std::cout.flush();
        if (file_) stream_.close(); /* sets failbit when it cannot be written out */
        return std::cout.good() && (!file_ || stream_.good());
    }

  private:
    /* "threads" is a key of the JSON report already. A coefficient of variation of zeros is NaN,
     * which is not JSON. */
    static void tidy(benchmark::UserCounters &counters) {
        counters.erase("threads");
        for (auto &counter : counters)
            if (!std::isfinite(counter.second.value)) counter.second.value = 0;
    }
    static BenchmarkReporter *csv() {
        BENCHMARK_DISABLE_DEPRECATED_WARNING
        return new benchmark::CSVReporter;
        BENCHMARK_RESTORE_DEPRECATED_WARNING
    }
    /* The console display prints every context line, a kilobyte of JSON among them: it goes first.
     */
    static void publish() {
        for (const auto &line : contexts) benchmark::AddCustomContext(line.first, line.second);
        contexts.clear();
    }

    std::unique_ptr<BenchmarkReporter> display_, file_;
    std::ofstream stream_;
    bool begun_ = false, aggregates_only_ = false;
    int64_t family_offset_ = 0, families_ = 0;
};

Tee *tee() {
    static Tee *const reporter = new Tee; /* lives as long as the process */
    return reporter;
}

void (*refuse_flag)(void);

/* Google Benchmark prints its help and exits with 0 on a bad value. */
void refuse() {
    if (refuse_flag) refuse_flag();
    std::exit(2);
}

} // namespace

void gb_start(int *argc, char **argv, void (*refuse_)(void)) {
    guarded([&] {
        refuse_flag = refuse_;
        benchmark::Initialize(argc, argv, refuse);
    });
}

bool gb_open(const struct gb_output *output) {
    return guarded([&] {
        const bool good = tee()->open(*output);
        if (!good) std::fprintf(stderr, "assay-bench: %s cannot be written\n", output->path);
        return good;
    });
}

bool gb_close(void) {
    return guarded([] { return tee()->close(); });
}

void gb_context(const char *key, const char *value) {
    guarded([&] { contexts.emplace_back(key, value); });
}

bool gb_selected(const char *name) {
    return guarded([&] {
        std::string pattern = benchmark::GetBenchmarkFilter();
        if (pattern.empty() || pattern == "all") return true;
        const bool inverted = pattern[0] == '-';
        if (inverted) pattern.erase(0, 1);
        regex_t compiled;
        if (regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NOSUB)) refuse();
        const bool found = regexec(&compiled, name, 0, nullptr, 0) == 0;
        regfree(&compiled);
        return found != inverted;
    });
}

void gb_register(const char *name, const struct gb_plan *plan, gb_function *function, void *user) {
    guarded([&] {
        auto *registered =
            benchmark::RegisterBenchmark(name, [function, user](benchmark::State &state) {
                gb_state wrapped = {state};
                function(&wrapped, user);
            });
        registered->UseManualTime()->Iterations(plan->iterations)->Repetitions(plan->repetitions);
        if (plan->process_time) registered->MeasureProcessCPUTime();
    });
}

bool gb_run(void) {
    return guarded([] {
        const size_t ran = benchmark::RunSpecifiedBenchmarks(tee(), nullptr, "all");
        benchmark::ClearRegisteredBenchmarks();
        return ran > 0;
    });
}

bool gb_keep(struct gb_state *state, int64_t batch) { return state->state.KeepRunningBatch(batch); }
void gb_time(struct gb_state *state, double seconds) { state->state.SetIterationTime(seconds); }
void gb_pause(struct gb_state *state) { state->state.PauseTiming(); }
void gb_resume(struct gb_state *state) { state->state.ResumeTiming(); }
int64_t gb_iterations(const struct gb_state *state) { return state->state.iterations(); }

void gb_counter(struct gb_state *state, const char *name, double value) {
    guarded([&] { state->state.counters[name] = value; });
}

void gb_label(struct gb_state *state, const char *label) {
    guarded([&] { state->state.SetLabel(label); });
}

void gb_skip(struct gb_state *state, const char *reason) {
    guarded([&] { state->state.SkipWithError(reason); });
}
