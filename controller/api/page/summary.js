// SPDX-License-Identifier: Apache-2.0
//
// The farm in six numbers.

import { byId, element, keep, setData, setText } from "./dom.js";
import { UNKNOWN, count, percent, rate } from "./format.js";
import { allServers, total } from "./history.js";

function upTile(label, things, isUp) {
  const up = things.filter(isUp).length;
  const state = things.length === 0 ? "none" : up === things.length ? "good" : up === 0 ? "bad" : "warning";
  const note = things.length === 0 ? "none configured" : up === things.length ? "all" : `${things.length - up} not`;
  return { label, value: `${up} / ${things.length}`, note, state };
}

function tiles(status, sample) {
  const rates = sample.rates;
  const filled = status.calls.entries ? status.calls.live / status.calls.entries : 0;
  return [
    upTile("Services up", status.services, (service) => service.state === "up"),
    upTile("Servers taking new calls", allServers(status), (server) => server.takes_new),
    { label: "Live calls", value: count(sample.liveCalls), note: "early and confirmed" },
    { label: "New calls", value: rates ? rate(total(rates.newCalls)) : UNKNOWN, note: "per second" },
    { label: "Packets to services", value: rates ? rate(total(rates.servicePackets)) : UNKNOWN, note: "per second" },
    { label: "Call table", value: percent(filled), note: `${count(status.calls.live)} entries`,
      state: filled > 0.85 ? "warning" : "none" },
  ];
}

function createTile() {
  return element("div", { className: "tile" },
    element("dt"), element("dd", { className: "value" }), element("dd", { className: "note" }));
}

function updateTile(tile, { label, value, note, state = "none" }) {
  const [name, number, below] = tile.children;
  setText(name, label);
  setText(number, value);
  setText(below, note);
  setData(tile, "state", state);
}

export function showSummary(status, sample) {
  keep(byId("summary"), tiles(status, sample), (tile) => tile.label, createTile, updateTile);
}
