// SPDX-License-Identifier: Apache-2.0
#include "benches.hpp"

#include "bpf_run.hpp"
#include "messages.hpp"
#include "samples.hpp"
#include "scan_native.h"
#include "shared_sip.hpp"

#include <bench_scan.skel.h>

#include <bpf/bpf.h>

#include <array>
#include <chrono>
#include <cstring>
#include <functional>
#include <memory>
#include <stdexcept>

namespace sipsteer::bench {

namespace {

using Texts = std::vector<bench_text>;

struct Corpus {
    Texts texts; // each has a Call-ID
    std::string name;
};

void add_text(Texts &texts, const std::string &message) {
    if (message.size() > BENCH_TEXT || texts.size() == BENCH_MAX_TEXTS) {
        return;
    }
    bench_text text{};
    text.length = static_cast<__u32>(message.size());
    std::memcpy(text.bytes, message.data(), message.size());
    if (scan_native_extent(&text) != 0) {
        texts.push_back(text);
    }
}

/// Collected messages if there are any (shared_sip.hpp), else made-up ones.
Corpus load_corpus() {
    Corpus corpus;
    if (const auto shared = test::read_shared_sip()) {
        corpus.name = "collected messages";
        for (const test::SharedMessage &message : *shared) {
            if (!message.call_id.empty()) {
                add_text(corpus.texts, message.text);
            }
        }
    }
    if (corpus.texts.empty()) {
        corpus.name = "made-up messages";
        for (const Method method : {Method::kInvite, Method::kAck, Method::kBye}) {
            for (const Message &message : make_messages(method, 64)) {
                add_text(corpus.texts, message.text);
            }
        }
    }
    return corpus;
}

/// Bytes up to the end of the Call-ID, on average: what the finder has to look at.
double mean_extent(const Texts &texts) {
    double sum = 0;
    for (const bench_text &text : texts) {
        sum += scan_native_extent(&text);
    }
    return sum / static_cast<double>(texts.size());
}

constexpr std::uint32_t kMessages = 20'000; // a run

/// Measures each kind of work once in each round.
struct Works {
    std::array<Samples, BENCH_SCAN_BYTES + 1> ns; // a message, by enum bench_scan_work

    double net(bench_scan_work work) const {
        return ns[work].least() - ns[BENCH_SCAN_NOTHING].least();
    }
};

void start(bench_scan &state, std::size_t texts, std::uint32_t work) {
    state = {0x2545f4914f6cdd1d, 0, 0, static_cast<__u32>(texts), work};
}

void check_found(const bench_scan &state, std::uint64_t messages) {
    const bool all = state.work == BENCH_SCAN_FIND || state.work == BENCH_SCAN_FIND_HASH;
    // The scan by bytes misses odd spellings.
    if ((all && state.found != messages) ||
        (state.work == BENCH_SCAN_BYTES && state.found * 10 < messages * 9)) {
        throw std::runtime_error("found " + std::to_string(state.found) + " Call-IDs in " +
                                 std::to_string(messages) + " messages");
    }
}

double native_run(const Texts &texts, std::uint32_t work) {
    bench_scan state{};
    start(state, texts.size(), work);
    const auto before = std::chrono::steady_clock::now();
    scan_native(&state, texts.data(), kMessages);
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - before;
    check_found(state, kMessages);
    return took.count() / kMessages;
}

class BpfScan {
public:
    explicit BpfScan(const Texts &texts)
        : skeleton_(bench_scan_bpf__open_and_load(), &bench_scan_bpf__destroy),
          texts_(texts.size()) {
        if (!skeleton_) {
            throw std::runtime_error("cannot load the scan");
        }
        for (__u32 i = 0; i < texts.size(); ++i) {
            must(bpf_map_update_elem(bpf_map__fd(skeleton_->maps.bench_texts), &i, &texts[i],
                                     BPF_ANY),
                 "texts");
        }
    }

    double run(std::uint32_t work) {
        bench_scan &state = skeleton_->bss->scan_state;
        start(state, texts_, work);
        const XdpRun run =
            run_xdp(bpf_program__fd(skeleton_->progs.bench_scan), BENCH_TEXT, kMessages);
        check_found(state, kMessages);
        return run.ns;
    }

private:
    std::unique_ptr<bench_scan_bpf, void (*)(bench_scan_bpf *)> skeleton_;
    std::size_t texts_;
};

Works measure(std::size_t runs, const std::function<double(std::uint32_t)> &run) {
    Works works;
    for (std::size_t i = 0; i < runs; ++i) {
        for (std::uint32_t work = 0; work < works.ns.size(); ++work) {
            works.ns[work].add(run(work));
        }
    }
    return works;
}

void report_works(Report &report, const std::string &where, const Works &works, double bytes) {
    Table &table = report.tables.back();
    const auto row = [&](const std::string &name, double ns, double over_bytes) {
        report.add("scan." + where + "." + name, ns, "ns/message");
        Row cells{where + " " + name, {number(ns), ""}};
        if (over_bytes > 0) {
            report.add("scan." + where + "." + name + "_byte", ns / over_bytes, "ns/byte");
            cells.cells[1] = number(ns / over_bytes);
        }
        table.rows.push_back(cells);
    };
    row("find", works.net(BENCH_SCAN_FIND), bytes);
    row("find_hash", works.net(BENCH_SCAN_FIND_HASH), bytes);
    row("bytewise", works.net(BENCH_SCAN_BYTES), bytes);
    row("loop", works.ns[BENCH_SCAN_NOTHING].least(), 0);
}

} // namespace

Report measure_scan(const Options &options) {
    const Corpus corpus = load_corpus();
    const double bytes = mean_extent(corpus.texts);
    const std::size_t runs = options.runs_or(60, 5);
    Report report;
    report.tables.push_back(
        {"Call-ID finder over " + std::to_string(corpus.texts.size()) + " " + corpus.name + ", " +
             number(bytes) + " bytes up to its end",
         {"ns/message", "ns/byte"},
         {},
         "least of all runs, the loop taken off; bytewise: a plain scan byte by "
         "byte, to compare with"});
    report.add("scan.messages", static_cast<double>(corpus.texts.size()), "messages");
    report.add("scan.bytes", bytes, "bytes/message");
    report_works(report, "native",
                 measure(runs, [&](std::uint32_t work) { return native_run(corpus.texts, work); }),
                 bytes);
    BpfScan bpf(corpus.texts);
    report_works(report, "bpf", measure(runs, [&](std::uint32_t work) { return bpf.run(work); }),
                 bytes);
    return report;
}

} // namespace sipsteer::bench
