// SPDX-License-Identifier: Apache-2.0
//
// The questions: where does this call go, and where this datagram, or those of this capture?

import { ask, get, path } from "./api.js";
import { byId, element, keep } from "./dom.js";
import { captureView, explanation } from "./explain_view.js";

function showAnswer(answer) {
  byId("explanation").replaceChildren(...(answer.datagrams ? captureView(answer) : explanation(answer)));
}

function showProblem(error) {
  byId("explanation").replaceChildren(element("p", { className: "problem" }, `Cannot explain: ${error.message}`));
}

async function show(question) {
  byId("explanation").setAttribute("aria-busy", "true");
  try {
    showAnswer(await question());
  } catch (error) {
    showProblem(error);
  }
  byId("explanation").removeAttribute("aria-busy");
}

const CAPTURE_TYPES = {
  d4c3b2a1: "application/vnd.tcpdump.pcap",
  a1b2c3d4: "application/vnd.tcpdump.pcap",
  "4d3cb2a1": "application/vnd.tcpdump.pcap", // nanoseconds
  a1b23c4d: "application/vnd.tcpdump.pcap",
  "0a0d0d0a": "application/x-pcapng",
};

/** By the file's first four bytes. */
async function typeOf(file) {
  const first = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  const hex = [...first].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return CAPTURE_TYPES[hex] ?? "application/octet-stream";
}

const MOST_BYTES = 1024 * 1024; // more the daemon does not read, and its answer (413) may not be seen

async function explainFile(file) {
  if (file.size > MOST_BYTES) {
    throw new Error(`${file.name} has ${(file.size / MOST_BYTES).toFixed(1)} MiB; the daemon accepts 1 MiB. ` +
      "For a larger file, run sipsteer explain --pcap FILE.");
  }
  const type = await typeOf(file);
  const query = new URLSearchParams();
  const service = byId("datagram-service").value;
  const source = byId("datagram-source").value.trim();
  if (service !== "") {
    query.set("service", service);
  }
  if (source !== "" && type === "application/octet-stream") { // a capture has its own
    query.set("source", source);
  }
  const response = await ask(`/v1/explain${query.size > 0 ? `?${query}` : ""}`, {
    method: "POST", headers: { "Content-Type": type }, body: file,
  });
  return response.json();
}

function watchDrop(place, taken) {
  const mark = (on) => () => place.classList.toggle("over", on);
  place.addEventListener("dragover", (event) => event.preventDefault());
  place.addEventListener("dragenter", mark(true));
  place.addEventListener("dragleave", mark(false));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false)();
    if (event.dataTransfer.files.length > 0) {
      taken(event.dataTransfer.files[0]);
    }
  });
}

export function watchExplain() {
  byId("explain-call").onsubmit = (event) => {
    event.preventDefault();
    show(() => get(path`/v1/calls/${byId("call-id").value.trim()}`));
  };
  let file = null;
  const take = (given) => {
    file = given;
    show(() => explainFile(file));
  };
  const again = () => file && take(file);
  byId("explain-datagram").onsubmit = (event) => {
    event.preventDefault();
    again();
  };
  byId("datagram").onchange = (event) => event.target.files.length > 0 && take(event.target.files[0]);
  byId("datagram-service").onchange = again;
  byId("datagram-source").onchange = again;
  watchDrop(byId("drop"), take);
}

/** The services to choose from. */
export function offerServices(services) {
  const choices = ["", ...services.map((service) => service.name)];
  keep(byId("datagram-service"), choices, (name) => name, (name) => element("option", { value: name }, name),
    (option, name) => {
      option.textContent = name === "" ? (services.length === 1 ? "the only service" : "choose a service") : name;
    });
}
