// SPDX-License-Identifier: Apache-2.0
//
// What the doctor reads in files of /proc, in the lines that kernels and drivers write.
#include "cli/doctor/gather/interrupts.hpp"
#include "cli/doctor/gather/links.hpp"
#include "cli/doctor/gather/process.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer::doctor;

TEST_CASE("a list of CPUs", "[doctor]") {
    CHECK(cpus_in("0") == std::set<unsigned>{0});
    CHECK(cpus_in("0-2,7") == std::set<unsigned>{0, 1, 2, 7});
    CHECK(cpus_in("").empty());
    CHECK(cpus_in("all").empty());
    CHECK(cpus_in("3-").empty());
}

TEST_CASE("names of interrupts", "[doctor]") {
    const auto names = names_in("           CPU0       CPU1       \n"
                                " 37:          0          0 PCI-MSIX-0000:00:03.0   0-edge      "
                                "virtio2-config\n"
                                "138:          0       3505 PCI-MSIX-0000:00:03.0   1-edge      "
                                "virtio2-input.0\n"
                                "NMI:          0          0   Non-maskable interrupts\n"
                                "ERR:          0\n");
    CHECK(names ==
          std::map<unsigned, std::string>{{37, "virtio2-config"}, {138, "virtio2-input.0"}});
}

TEST_CASE("interrupts of queues that receive, as drivers name them", "[doctor]") {
    for (const auto *name :
         {"virtio2-input.0", "eth0-TxRx-3", "i40e-ens1f0-TxRx-0", "mlx5_comp7@pci:0000:3b:00.0",
          "ens5-Tx-Rx-1", "eth0-rx-0", "bnxt_en-eth0-rx-2"}) {
        INFO(name);
        CHECK(is_receiving(name));
    }
    for (const auto *name : {"virtio2-config", "virtio2-output.0", "mlx5_async0@pci:0000:3b:00.0",
                             "ena-mgmnt@pci:0000:00:05.0", "i40e-0000:3b:00.0:misc", "eth0-tx-1"}) {
        INFO(name);
        CHECK_FALSE(is_receiving(name));
    }
}

TEST_CASE("the interfaces of default routes", "[doctor]") {
    CHECK(
        default_routes_in("Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\n"
                          "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
                          "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
                          "eth1\t00000000\t010200C0\t0003\t0\t0\t9\t00000000\t0\t0\t0\n"
                          "eth2\t00000000\t010200C0\t0003\t0\t0\t9\t00000080\t0\t0\t0\n") ==
        std::vector<std::string>{"eth0", "eth1"});
    CHECK(default_routes_in("").empty());
}

TEST_CASE("limits of a process", "[doctor]") {
    const std::string limits =
        "Limit                     Soft Limit           Hard Limit           Units     \n"
        "Max open files            1024                 524288               files     \n"
        "Max locked memory         unlimited            unlimited            bytes     \n";
    CHECK(limit_in(limits, "Max open files") == 1024);
    CHECK(limit_in(limits, "Max locked memory") == std::nullopt);
    CHECK(limit_in(limits, "Max something") == std::nullopt);
}

TEST_CASE("the configuration file on a command line", "[doctor]") {
    const auto words = [](std::initializer_list<const char *> list) {
        std::string text;
        for (const auto *word : list) {
            text += word;
            text += '\0';
        }
        return text;
    };
    CHECK(config_file_in(words({"sipsteerd", "--config", "/etc/a.conf"})) == "/etc/a.conf");
    CHECK(config_file_in(words({"sipsteerd", "--log-level", "info", "-c", "/a"})) == "/a");
    CHECK(config_file_in(words({"sipsteerd", "--config=/etc/a.conf"})) == "/etc/a.conf");
    CHECK(config_file_in(words({"sipsteerd", "-c/a"})) == "/a");
    CHECK(config_file_in(words({"sipsteerd", "--check"})).empty());
    CHECK(config_file_in("").empty());
}

TEST_CASE("the control group", "[doctor]") {
    CHECK(cgroup_in("0::/system.slice/sipsteerd.service\n") == "/system.slice/sipsteerd.service");
    CHECK(cgroup_in("4:memory:/a\n0::/\n") == "/");
    CHECK(cgroup_in("4:memory:/a\n").empty());
}
