// SPDX-License-Identifier: Apache-2.0
//
// Services, pools and servers, with what is wrong and why.

import { byId, element, keep, setNote, setText } from "./dom.js";
import { actionOf, startAction } from "./farm_actions.js";
import { UNKNOWN, clock, count, duration, endpoint, percent, plural, rate } from "./format.js";
import { isReadOnly } from "./role.js";
import { createRow, createTable, setBadge, setTwoLines } from "./table.js";

// --- services -----------------------------------------------------------------------------------------

const SERVICE_COLUMNS = [["Service", ""], ["Address", ""], ["State", ""], ["Pool", ""], ["Packets/s", "number"],
  ["Packets", "number"]];

function upOrDown({ state, why }) {
  return { word: state, state: state === "up" ? "good" : "bad", why };
}

function updateService(row, service, sample) {
  const [name, address, state, pool, packetRate, packets] = row.children;
  setText(name, service.name);
  setText(address, `${endpoint(service.address, service.port)} ${service.protocol}`);
  setBadge(state, upOrDown(service));
  setText(pool, service.pool);
  setText(packetRate, rate(sample.rates?.servicePackets.get(service.name)));
  setText(packets, count(service.packets));
}

function showServices(services, sample) {
  const place = byId("services");
  if (place.children.length === 0) {
    place.append(createTable("Services", SERVICE_COLUMNS));
  }
  place.hidden = services.length === 0;
  keep(place.querySelector("tbody"), services, (service) => service.name, () => createRow(SERVICE_COLUMNS),
    (row, service) => updateService(row, service, sample));
}

// --- servers ------------------------------------------------------------------------------------------

const SERVER_COLUMNS = [["Server", ""], ["Health", ""], ["New calls", ""], ["Live calls", "number"],
  ["New calls/s", "number"], ["Packets/s", "number"], ["Share of ring", "number"], ["Next hop", ""], ["", "action"]];

const HEALTH_STATES = { up: "good", unprobed: "none", unknown: "warning", down: "bad" };

function healthOf({ health, probe }) {
  const since = probe ? `since ${clock(new Date(probe.changed_unix * 1000))}` : "";
  const why = health === "up" ? since : [probe?.reason, since].filter(Boolean).join(", ");
  return { word: health, state: HEALTH_STATES[health] ?? "warning", why };
}

function drainWords({ calls_left, closing_left, deadline_unix, drained }) {
  if (drained) {
    return "drained: you can remove it";
  }
  const left = calls_left > 0 ? `${plural(calls_left, "call")} left` : `${plural(closing_left, "call")} closing`;
  return deadline_unix === null ? left : `${left}, deadline ${clock(new Date(deadline_unix * 1000))}`;
}

/** Whether a server takes new calls, and if not, whose will that is. */
function takingOf(server, isPoolUp) {
  if (server.admin === "draining") {
    return { word: "draining", state: "warning", why: server.drain ? drainWords(server.drain) : "" };
  }
  if (server.admin === "disabled") {
    return { word: "disabled", state: "none", why: server.forwards ? "" : "it gets no packets" };
  }
  if (server.takes_new) {
    const starting = server.weight_now < server.weight;
    return { word: "taken", state: "good", why: starting ? `weight ${server.weight_now} of ${server.weight}` : "" };
  }
  const why = server.tier > 0 && server.health === "up" ? `backup, tier ${server.tier}` : isPoolUp ? "" : "the pool is down";
  return { word: "not taken", state: server.tier > 0 && server.health === "up" ? "none" : "bad", why };
}

function nextHopOf({ next_hop: hop }) {
  if (!hop) {
    return [UNKNOWN, ""];
  }
  if (!hop.resolved) {
    return [hop.failed ? "not found" : "searching", hop.problem ?? ""];
  }
  if (hop.local) {
    return ["this host", ""];
  }
  return [hop.mac, hop.vlan ? `VLAN ${hop.vlan}` : ""];
}

function createAction() {
  return element("button", { type: "button", className: "small" });
}

function updateAction(cell, pool, server) {
  const button = cell.firstElementChild ?? cell.appendChild(createAction());
  const action = actionOf(server);
  setText(button, action.word);
  button.setAttribute("aria-label", `${action.word} ${pool.name}/${server.name}`);
  button.disabled = isReadOnly();
  button.title = isReadOnly() ? "The token permits no changes" : "";
  button.onclick = () => startAction(pool.name, server, action);
}

function updateServer(row, pool, server, sample) {
  const [name, health, taking, calls, newCalls, packets, share, hop, action] = row.children;
  const full = `${pool.name}/${server.name}`;
  setTwoLines(name, server.name, endpoint(server.address, server.port));
  setBadge(health, healthOf(server));
  setBadge(taking, takingOf(server, pool.state === "up"));
  setText(calls, count(server.live_calls));
  setText(newCalls, rate(sample.rates?.newCalls.get(full)));
  setText(packets, rate(sample.rates?.serverPackets.get(full)));
  setTwoLines(share, percent(server.ring_share), `weight ${server.weight}`);
  setTwoLines(hop, ...nextHopOf(server));
  updateAction(action, pool, server);
}

// --- pools --------------------------------------------------------------------------------------------

function createPool(pool) {
  return element("section", { className: "pool", "aria-label": `Pool ${pool.name}` },
    element("div", { className: "head" },
      element("h3"), element("p", { className: "state" }), element("p", { className: "hint" })),
    element("p", { className: "empty" }, "This pool has no servers."),
    createTable(`Servers of ${pool.name}`, SERVER_COLUMNS));
}

function updatePool(section, pool, sample) {
  const [head, empty, table] = section.children;
  setText(head.children[0], `Pool ${pool.name}`);
  setBadge(head.children[1], upOrDown(pool));
  setText(head.children[2], `${pool.mode}, scheduler ${pool.scheduler}, key ${pool.key}`);
  empty.hidden = pool.servers.length > 0;
  table.hidden = pool.servers.length === 0;
  keep(table.querySelector("tbody"), pool.servers, (server) => server.name, () => createRow(SERVER_COLUMNS),
    (row, server) => updateServer(row, pool, server, sample));
}

// A daemon of before says nothing of `attached` and `link`.
function interfaceWords(each) {
  const words = each.attached === false ? "not attached" : each.mode;
  const link = each.link === "down" ? ", link down" : "";
  return words + link + (each.problem ? `: ${each.problem}` : "");
}

export function showFarm(status, sample) {
  const modes = status.interfaces.map((each) => `${each.name} (${interfaceWords(each)})`).join(", ");
  setText(byId("about"), `${status.version}, up for ${duration(status.uptime_seconds)}, on ${modes}`);
  setNote(byId("farm-empty"), status.pools.length > 0 ? ""
    : "There are no pools yet. Add pools and services in the configuration file "
      + "(man sipsteer.conf) or over the API (POST /v1/pools).");
  showServices(status.services, sample);
  keep(byId("pools"), status.pools, (pool) => pool.name, createPool,
    (section, pool) => updatePool(section, pool, sample));
}
