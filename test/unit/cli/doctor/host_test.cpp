// SPDX-License-Identifier: Apache-2.0
//
// The doctor's judgement of the daemon, the configuration, the kernel and the machine.
#include "doctor_cases.hpp"

#include "kernel/dataplane/call_table.hpp"

using namespace sipsteer;
using namespace sipsteer::test;

TEST_CASE("a director in good health: every check is ok", "[doctor]") {
    const auto facts = good_facts();
    for (const auto &check : doctor::all_checks()) {
        const auto judged = judge(check.id, facts);
        INFO(check.id << ": " << judged.text);
        CHECK(judged.verdict == Verdict::Ok);
    }
}

TEST_CASE("daemon: no answer is a failure, and what needs its answer is skipped", "[doctor]") {
    const auto no_answer = [](Facts &facts) { facts.daemon = Error{"cannot ask the daemon"}; };
    finds("daemon", Verdict::Fail, "cannot ask the daemon", no_answer);
    finds("daemon", Verdict::Skipped, "cannot ask the daemon", [&](Facts &facts) {
        no_answer(facts);
        facts.daemon_closed = true; // to others than root
    });
    auto facts = good_facts();
    no_answer(facts);
    for (const auto *id : {"ready", "version", "servers", "pools"}) {
        const auto judged = judge(id, facts);
        INFO(id);
        CHECK(judged.verdict == Verdict::Skipped);
        CHECK(judged.says("the daemon does not answer"));
    }
    CHECK(judge("vip", facts).verdict == Verdict::Ok);
}

TEST_CASE("ready, version", "[doctor]") {
    finds("ready", Verdict::Fail, "not ready: interface eth0", [](Facts &facts) {
        facts.daemon->not_ready = "not ready: interface eth0: the program is no longer attached";
    });
    finds("version", Verdict::Warn, "the daemon is 1.2.2, this command line is 1.2.3",
          [](Facts &facts) { facts.daemon->version = "1.2.2"; });
    finds("version", Verdict::Warn, "of an unknown version",
          [](Facts &facts) { facts.daemon->version = ""; });
}

TEST_CASE("config: a file with errors, an unreadable one, none", "[doctor]") {
    finds("config", Verdict::Fail, "pools: missing",
          [](Facts &facts) { facts.file.content = Error{"pools: missing"}; });
    finds("config", Verdict::Skipped, "Permission denied", [](Facts &facts) {
        facts.file.readable = false;
        facts.file.content = Error{"cannot open it: Permission denied"};
    });
    const auto absent = [](Facts &facts) {
        facts.file.there = false;
        facts.file.readable = false;
        facts.file.content = Error{"cannot open it: No such file or directory"};
    };
    passes("config", absent); // the daemon's own is in force
    finds("config", Verdict::Fail, "No such file", [&](Facts &facts) {
        absent(facts);
        facts.file.named = true;
    });
    finds("config", Verdict::Fail, "No such file", [&](Facts &facts) {
        absent(facts);
        facts.config = Error{"there is none"};
    });
}

TEST_CASE("checks that need a configuration are skipped without one", "[doctor]") {
    auto facts = good_facts();
    facts.config = Error{"pools: missing"};
    for (const auto *id : {"bpffs", "memory", "interface", "vip", "next-hop", "rss"}) {
        const auto judged = judge(id, facts);
        INFO(id);
        CHECK(judged.verdict == Verdict::Skipped);
        CHECK(judged.says("there is no valid configuration"));
    }
    CHECK(judge("kernel", facts).verdict == Verdict::Ok);
}

TEST_CASE("a daemon on another host: what is of its host is skipped", "[doctor]") {
    auto facts = good_facts();
    facts.elsewhere = "the daemon is on another host";
    for (const auto &check : doctor::all_checks()) {
        const bool of_the_daemon = (check.needs & ~(doctor::kDaemon | doctor::kConfig)) == 0;
        INFO(check.id);
        CHECK(judge(check.id, facts).verdict == (of_the_daemon ? Verdict::Ok : Verdict::Skipped));
    }
}

TEST_CASE("kernel: 6.1 is the oldest", "[doctor]") {
    for (const auto *release : {"6.0.19", "5.10.0-28-amd64", "4.19.0"}) {
        finds("kernel", Verdict::Fail, "older than 6.1",
              [&](Facts &facts) { facts.host.release = release; });
    }
    for (const auto *release : {"6.1.0", "6.12.1+bpo", "7.0", "10.1.0-rc1"}) {
        passes("kernel", [&](Facts &facts) { facts.host.release = release; });
    }
    finds("kernel", Verdict::Skipped, "not a known kernel release",
          [](Facts &facts) { facts.host.release = "unknown"; });
}

TEST_CASE("bpf: BTF, and the JIT by what is attached, else by the setting", "[doctor]") {
    finds("bpf", Verdict::Fail, "no BTF", [](Facts &facts) { facts.host.btf = false; });
    passes("bpf", [](Facts &facts) { facts.host.jit = false; }); // ours is compiled all the same
    finds("bpf", Verdict::Warn, "interprets BPF programs",
          [](Facts &facts) { facts.network.programs.at("eth0")->programs[0].jited = false; });
    finds("bpf", Verdict::Warn, "interprets BPF programs", [](Facts &facts) {
        facts.network.programs.at("eth0")->programs.clear();
        facts.host.jit = false;
    });
    finds("bpf", Verdict::Skipped, "the JIT: no such file", [](Facts &facts) {
        facts.network.programs.clear();
        facts.host.jit = Error{"no such file"};
    });
}

TEST_CASE("bpffs: not mounted, or pin_dir is elsewhere", "[doctor]") {
    finds("bpffs", Verdict::Fail, "mount -t bpf bpf /sys/fs/bpf", [](Facts &facts) {
        facts.host.pin_place = doctor::PinPlace{"/sys/fs/bpf", false};
    });
    finds("bpffs", Verdict::Fail, "/var/lib is not on a BPF file system", [](Facts &facts) {
        facts.config->pin_dir = "/var/lib/pins";
        facts.host.pin_place = doctor::PinPlace{"/var/lib", false};
    });
    finds("bpffs", Verdict::Skipped, "pin_dir",
          [](Facts &facts) { facts.host.pin_place = Error{"pin_dir: input/output error"}; });
}

TEST_CASE("memory: the table must fit, unless it is there", "[doctor]") {
    const auto wanted = dataplane::table_bytes(1'000'000);
    finds("memory", Verdict::Fail, "the daemon refuses it",
          [&](Facts &facts) { facts.host.memory_available = wanted; }); // a tenth stays free
    passes("memory", [&](Facts &facts) { facts.host.memory_available = wanted / 9 * 10 + 100; });
    passes("memory", [](Facts &facts) {
        facts.host.memory_available = std::uint64_t{1000};
        facts.host.table_pinned = true;
    });
    finds("memory", Verdict::Fail, "control group",
          [&](Facts &facts) { facts.process->memory_left = wanted - 1; });
    passes("memory", [&](Facts &facts) { facts.process->memory_left = wanted; });
    finds("memory", Verdict::Skipped, "/proc/meminfo",
          [](Facts &facts) { facts.host.memory_available = Error{"/proc/meminfo says nothing"}; });
}

TEST_CASE("limits: open files; locked memory counts before 5.11 only", "[doctor]") {
    finds("limits", Verdict::Fail, "may open 129 files but may need 130",
          [](Facts &facts) { facts.process->open_files = 129; });
    passes("limits", [](Facts &facts) { facts.process->open_files = 130; });
    passes("limits", [](Facts &facts) { facts.process->open_files.reset(); });
    finds("limits", Verdict::Fail, "LimitMEMLOCK=infinity",
          [](Facts &facts) { facts.host.release = "5.10.0-28-amd64"; });
    passes("limits", [](Facts &facts) {
        facts.host.release = "5.10.0-28-amd64";
        facts.process->locked_memory.reset();
    });
    passes("limits", [](Facts &facts) { facts.host.release = "5.11.0"; });
    finds("limits", Verdict::Skipped, "not known",
          [](Facts &facts) { facts.process = Error{"not known"}; });
}

TEST_CASE("clock: never set, not kept right, slow to read", "[doctor]") {
    finds("clock", Verdict::Fail, "the clock is not set",
          [](Facts &facts) { facts.host.clock.unix_seconds = 1000; });
    finds("clock", Verdict::Warn, "nothing synchronises the clock",
          [](Facts &facts) { facts.host.clock.synchronised = false; });
    finds("clock", Verdict::Warn, "is hpet, which is slow",
          [](Facts &facts) { facts.host.clock.source = "hpet"; });
    passes("clock", [](Facts &facts) { facts.host.clock.source = "kvm-clock"; });
    passes("clock", [](Facts &facts) { facts.host.clock.source = ""; });
}

TEST_CASE("servers and pools: down with the reason", "[doctor]") {
    finds("servers", Verdict::Warn, "proxies/server12 is down: timeout 3 of 3", [](Facts &facts) {
        facts.daemon->servers[1].health = "down";
        facts.daemon->servers[1].reason = "timeout 3 of 3";
    });
    finds("servers", Verdict::Warn, "proxies/server11 gets no packets: no ARP answer",
          [](Facts &facts) { facts.daemon->servers[0].next_hop_problem = "no ARP answer"; });
    finds("servers", Verdict::Skipped, "needs more probes",
          [](Facts &facts) { facts.daemon->servers[0].health = "unknown"; });
    passes("servers", [](Facts &facts) {
        facts.daemon->servers[0].admin = "disabled";
        facts.daemon->servers[0].health = "down";
        facts.daemon->servers[1].admin = "draining";
    });
    finds("pools", Verdict::Fail, "the pool proxies is down: no server can take new calls",
          [](Facts &facts) {
              facts.daemon->pools[0] = {"proxies", false, "no server can take new calls"};
          });
}

TEST_CASE("the daemon's state from its status; what is missing or odd reads as empty", "[doctor]") {
    const auto state = doctor::read_status(nlohmann::json::parse(R"({
        "version": "0.1.0",
        "interfaces": [{"name": "eth0", "mode": "native", "dispatcher": true, "program_id": 7},
                       {"name": "eth1", "mode": "generic"}, 5],
        "pools": [{"name": "proxies", "state": "down", "why": "it has no servers", "servers": [
            {"name": "p1", "admin": "enabled", "health": "down", "takes_new": false,
             "probe": {"reason": "timeout 3 of 3"},
             "next_hop": {"resolved": false, "problem": "no route"}},
            {"name": "p2", "health": "up", "takes_new": true, "next_hop": {"resolved": true}}]},
            {"name": "empty", "state": "up"}]})"));
    CHECK(state.version == "0.1.0");
    REQUIRE(state.interfaces.size() == 2);
    CHECK(state.interfaces[0].native);
    CHECK(state.interfaces[0].dispatcher);
    CHECK(state.interfaces[0].program_id == 7);
    CHECK_FALSE(state.interfaces[1].native);
    REQUIRE(state.pools.size() == 2);
    CHECK_FALSE(state.pools[0].up);
    CHECK(state.pools[0].why == "it has no servers");
    CHECK(state.pools[1].up);
    REQUIRE(state.servers.size() == 2);
    CHECK(state.servers[0].id() == "proxies/p1");
    CHECK(state.servers[0].reason == "timeout 3 of 3");
    CHECK(state.servers[0].next_hop_problem == "no route");
    CHECK(state.servers[1].takes_new);
    CHECK(doctor::read_status(5).servers.empty());
    CHECK(doctor::read_status({{"pools", {{"servers", 1}}}}).servers.empty());
}
