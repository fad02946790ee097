// SPDX-License-Identifier: Apache-2.0
//
// Prints what the map tools must know of the maps beyond the field names that the kernel has: the
// labels of numbers and the parts of a call entry, as JSON, from the headers that the data plane
// and the controller are built with.
#include <sipsteer/call.h>
#include <sipsteer/call_event.h>
#include <sipsteer/fragment.h>
#include <sipsteer/guard.h>
#include <sipsteer/layout.h>
#include <sipsteer/limits.h>
#include <sipsteer/method.h>
#include <sipsteer/reason.h>
#include <sipsteer/ring.h>
#include <sipsteer/server.h>
#include <sipsteer/service.h>

#include <stdio.h>

#define PROTOCOL(number, constant, name, word) printf("\"%d\":\"%s\"", number, word);

// The lists count from 0, so a label's place is its number. All but the first follow a comma.
#define LABEL(number, constant, label) printf("%s\"%s\"", (number) == 0 ? "" : ",", label);
#define TEXT(number, constant, label, text)                                                        \
    printf("%s{\"label\":\"%s\",\"text\":\"%s\"}", (number) == 0 ? "" : ",", label, text);

static void print_labels(void) {
    printf("\"states\":[");
    SS_CALL_STATE_LIST(LABEL)
    printf("],\"events\":[");
    SS_CALL_EVENT_LIST(LABEL)
    printf("],\"methods\":[");
    SS_METHOD_LIST(LABEL)
    printf("],\"verdicts\":[");
    SS_VERDICT_LIST(LABEL)
    printf("],\"reasons\":[");
    SS_REASONS(TEXT)
    printf("],\"protocols\":{");
    SS_PROTOCOL_LIST(PROTOCOL)
    printf("}");
}

#define ACTION(number, constant, name, word) LABEL(number, constant, word)

static void print_guard(void) {
    printf("\"guard\":{\"all\":%u,\"scope_bits\":%d,\"actions\":[", SS_GUARD_ALL,
           SS_GUARD_SCOPE_BITS);
    SS_GUARD_ACTION_LIST(ACTION)
    ACTION(SS_GUARD_OWN, OWN, Own, "own")
    printf("]}");
}

static void print_live_states(void) {
    printf("\"live_states\":[");
    const char *comma = "";
    for (__u32 state = 0; state < SS_CALL_STATES; state++) {
        if (ss_call_is_live(state)) {
            printf("%s%u", comma, state);
            comma = ",";
        }
    }
    printf("]");
}

static void print_call(void) {
    printf("\"call\":{\"server_shift\":%d,\"server_bits\":%d,\"state_shift\":%d,\"state_bits\":%d,"
           "\"bucket_entries\":%d}",
           SS_CALL_SERVER_SHIFT, SS_CALL_SERVER_BITS, SS_CALL_STATE_SHIFT, SS_CALL_STATE_BITS,
           SS_BUCKET_ENTRIES);
}

static void print_time(void) {
    printf("\"tick\":{\"ns\":%llu,\"mask\":%u,\"ahead\":%u,\"long_ago\":%u},"
           "\"fragment_tick_ns\":%llu",
           1ULL << SS_TICK_SHIFT, SS_TICK_MASK, SS_TICKS_AHEAD, SS_LONG_AGO,
           1ULL << SS_FRAGMENT_TICK_SHIFT);
}

static void print_numbers(void) {
    printf("\"no_server\":%u,\"ring_slots\":%d,"
           "\"server_flags\":{\"in_use\":%d,\"forward\":%d,\"new\":%d},"
           "\"fragment\":{\"drop\":%u,\"pass\":%u,\"no_service\":%u}",
           SS_NO_SERVER, SS_RING_SLOTS, SS_SERVER_IN_USE, SS_SERVER_FORWARD, SS_SERVER_NEW,
           SS_FRAGMENT_DROP, SS_FRAGMENT_PASS, SS_FRAGMENT_NO_SERVICE);
}

int main(void) {
    printf("{\"version\":%d,", SS_LAYOUT_VERSION);
    print_labels();
    printf(",");
    print_live_states();
    printf(",");
    print_call();
    printf(",");
    print_time();
    printf(",");
    print_numbers();
    printf(",");
    print_guard();
    printf("}\n");
    return ferror(stdout) || fclose(stdout) != 0;
}
