// SPDX-License-Identifier: Apache-2.0
//
// What changed: the list of GET /v1/events, then its stream. The stream is read with fetch and not with
// EventSource, which cannot send a token.

import { ask, get } from "./api.js";
import { byId, element, setText } from "./dom.js";
import { clock } from "./format.js";

const SHOWN = 200;
const AGAIN_MILLISECONDS = 2000;
const OWN_FIELDS = ["id", "time", "level", "type"];

let last = null; // id of the newest event that is shown

// --- showing them -------------------------------------------------------------------------------------

function fieldText([name, value]) {
  return element("span", {}, element("span", { className: "name" }, `${name} `),
    typeof value === "string" ? value : JSON.stringify(value));
}

function createEvent(event) {
  const fields = Object.entries(event).filter(([name]) => !OWN_FIELDS.includes(name));
  const time = element("time", event.time ? { datetime: event.time } : {}, event.time ? clock(new Date(event.time)) : "");
  const level = event.level && event.level !== "info" ? element("span", { className: "badge", dataset: {
    state: event.level === "error" ? "bad" : "warning" } }, event.level) : null;
  return element("li", {}, time, element("strong", {}, (event.type ?? "event").replaceAll("_", " ")), level,
    element("span", { className: "fields" }, ...fields.map(fieldText)));
}

function show(event) {
  const list = byId("events");
  list.prepend(createEvent(event));
  while (list.children.length > SHOWN) {
    list.lastElementChild.remove();
  }
  last = event.id ?? last;
}

// --- reading them -------------------------------------------------------------------------------------

/** Calls taken(data) for each whole message of a text/event-stream (WHATWG HTML, 9.2.6), as it comes. */
async function readStream(body, taken) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    const messages = (rest + value).split("\n\n");
    rest = messages.pop();
    for (const message of messages) {
      const data = message.split("\n").filter((line) => line.startsWith("data: "));
      if (data.length > 0) {
        taken(data.map((line) => line.slice("data: ".length)).join("\n"));
      }
    }
  }
}

async function follow(signal) {
  if (last === null) {
    const { events } = await get(`/v1/events?limit=${SHOWN}`);
    last = 0;
    events.forEach(show);
  }
  const response = await ask(`/v1/events?since=${last}`, { headers: { Accept: "text/event-stream" }, signal });
  setText(byId("events-note"), "Live");
  await readStream(response.body, (data) => show(JSON.parse(data)));
}

function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

function untilVisible() {
  return new Promise((done) => {
    document.addEventListener("visibilitychange", done, { once: true });
  });
}

/** For as long as the page is open; while it is hidden, nothing is asked for. */
export async function followEvents() {
  for (;;) {
    while (document.hidden) {
      await untilVisible();
    }
    const stop = new AbortController();
    const leave = () => stop.abort();
    document.addEventListener("visibilitychange", leave, { once: true });
    let note = "Interrupted, retrying";
    try {
      await follow(stop.signal);
    } catch (error) {
      note = error.isAboutAccess ? error.message : note;
    }
    document.removeEventListener("visibilitychange", leave);
    setText(byId("events-note"), note);
    await pause(AGAIN_MILLISECONDS);
  }
}
