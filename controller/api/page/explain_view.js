// SPDX-License-Identifier: Apache-2.0
//
// An answer of GET /v1/calls/{call-id} or POST /v1/explain, of one datagram or a capture, in words.

import { element } from "./dom.js";
import { UNKNOWN, count, duration, endpoint, plural } from "./format.js";

function facts(pairs) {
  const shown = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return element("dl", { className: "facts" },
    ...shown.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, String(value))]));
}

function callFacts(call) {
  return [
    ["Server now", call.server ?? UNKNOWN],
    ["State", call.state],
    ["Began", `${duration(call.age_seconds)} ago`],
    ["Last message", `${duration(call.idle_seconds)} ago`],
    ["Expires in", `${duration(call.lifetime_left_seconds)}, without another message`],
  ];
}

function candidateWords({ server, live_calls, full }) {
  return `${server} (${count(live_calls)} live calls${full ? ", full" : ""})`;
}

function ifNewFacts(choice) {
  return [
    ["If it were new", choice.server ?? "no server takes it"],
    ["Ring slot", choice.ring_slot],
    ["Candidates, in order", choice.candidates.map(candidateWords).join(", ")],
  ];
}

function poolView(answer) {
  return element("article", { className: "answer" },
    element("h3", {}, `Pool ${answer.pool}`),
    element("p", {}, answer.reason),
    facts([...(answer.call ? callFacts(answer.call) : [["In the call table", "no"]]),
      ...(answer.if_new ? ifNewFacts(answer.if_new) : []),
      ["Key", answer.key?.hash ? `${answer.key.by} ${answer.key.hash}` : answer.key?.by]]));
}

function messageView(answer) {
  const words = [answer.kind, answer.method, answer.class].filter(Boolean).join(" ");
  return words === "" && !answer.call_id ? null
    : facts([["Read as", words], ["Call-ID", answer.call_id], ["Service", answer.service]]);
}

function datagramWords({ way, part, cut }) {
  if (way === null) {
    return cut ? "truncated by the capture" : part === "first_fragment"
      ? "a first fragment without the whole Call-ID" : "a later fragment: it follows its first one";
  }
  const what = [part === "first_fragment" ? "first fragment of a" : "", way.kind, way.method].filter(Boolean).join(" ");
  const server = way.pool?.call?.server ?? way.pool?.if_new?.server;
  return `${what}${way.call_id ? ` ${way.call_id}` : ""}: ${server ?? "no server"}`;
}

function datagramView(datagram) {
  const { frame, source, destination, way } = datagram;
  const from = endpoint(source.address, source.port ?? 0);
  const to = endpoint(destination.address, destination.port ?? 0);
  return element("details", { className: "datagram" },
    element("summary", {}, `Frame ${frame}, ${from} to ${to}: ${datagramWords(datagram)}`),
    ...(way === null ? [] : explanation(way)));
}

/** Elements: one for each datagram, folded. */
export function captureView({ frames, datagrams, more, problem }) {
  const words = datagrams.length === 0 ? `No datagram to a service in ${plural(frames, "frame")}.`
    : more ? `The first ${plural(datagrams.length, "datagram")} to services, of more.`
      : `${plural(datagrams.length, "datagram")} to services, in ${plural(frames, "frame")}.`;
  return [element("p", { className: datagrams.length === 0 ? "empty" : "" }, words),
    ...(problem ? [element("p", { className: "problem" }, `Not read to the end: ${problem}`)] : []),
    ...datagrams.map(datagramView)];
}

/** Elements; the whole answer is below them, folded. */
export function explanation(answer) {
  const pools = answer.pools ?? (answer.pool && typeof answer.pool === "object" ? [answer.pool] : []);
  const views = pools.length > 0 ? pools.map(poolView)
    : [element("p", { className: "empty" }, "No pool has a call table.")];
  const raw = element("details", {}, element("summary", {}, "The whole answer"),
    element("pre", { tabindex: "0" }, JSON.stringify(answer, null, 2)));
  return [messageView(answer), ...views, raw].filter((view) => view !== null);
}
