// SPDX-License-Identifier: Apache-2.0
//
// What this page has seen since it was opened. The daemon keeps no history; where the page did not look
// (hidden, no answer) there is a gap, and rates are not guessed across it.

const KEPT_SECONDS = 3600;
const GAP_SECONDS = 7; // three polls and a bit

export function allServers(status) {
  return status.pools.flatMap((pool) => pool.servers.map((server) => ({ ...server, name: `${pool.name}/${server.name}` })));
}

function sum(things, field) {
  return things.reduce((total, thing) => total + (thing[field] ?? 0), 0);
}

function byName(things, fields) {
  return new Map(things.map((thing) => [thing.name, Object.fromEntries(fields.map((field) => [field, thing[field]]))]));
}

export class History {
  /** { time, liveCalls, servers, services, rates }; time in seconds. rates is null after a gap. */
  samples = [];
  begun = Date.now() / 1000;

  /** Takes a status in; returns its sample. */
  add(status) {
    const servers = allServers(status);
    const sample = {
      time: Date.now() / 1000,
      liveCalls: sum(servers, "live_calls"),
      servers: byName(servers, ["live_calls", "new_calls", "packets"]),
      services: byName(status.services, ["packets"]),
      rates: null,
    };
    const before = this.samples.at(-1);
    if (before && sample.time - before.time <= GAP_SECONDS) {
      sample.rates = rates(before, sample);
    }
    this.samples.push(sample);
    while (sample.time - this.samples[0].time > KEPT_SECONDS) {
      this.samples.shift();
    }
    return sample;
  }

  since(time) {
    return this.samples.filter((sample) => sample.time >= time);
  }

  isGap(before, after) {
    return after.time - before.time > GAP_SECONDS;
  }
}

/** A second, of all counters; a counter that was not there before, or began anew, has none. */
function rates(before, now) {
  const seconds = now.time - before.time;
  const of = (kind, field) => {
    const found = new Map();
    for (const [name, counters] of now[kind]) {
      const difference = counters[field] - before[kind].get(name)?.[field];
      if (difference >= 0) {
        found.set(name, difference / seconds);
      }
    }
    return found;
  };
  return {
    newCalls: of("servers", "new_calls"),
    serverPackets: of("servers", "packets"),
    servicePackets: of("services", "packets"),
  };
}

export function total(map) {
  return [...map.values()].reduce((sum, value) => sum + value, 0);
}
