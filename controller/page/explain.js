// SPDX-License-Identifier: Apache-2.0
//
// The two questions: where does this call go, and where this datagram?

import { ask, get, path } from "./api.js";
import { byId, element, keep } from "./dom.js";
import { explanation } from "./explain_view.js";

function showAnswer(answer) {
  byId("explanation").replaceChildren(...explanation(answer));
}

function showProblem(error) {
  byId("explanation").replaceChildren(element("p", { className: "problem" }, `Not explained: ${error.message}`));
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

async function explainDatagram(file) {
  const query = new URLSearchParams();
  const service = byId("datagram-service").value;
  const source = byId("datagram-source").value.trim();
  if (service !== "") {
    query.set("service", service);
  }
  if (source !== "") {
    query.set("source", source);
  }
  const response = await ask(`/v1/explain${query.size > 0 ? `?${query}` : ""}`, {
    method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file,
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
    show(() => explainDatagram(file));
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
      option.textContent = name === "" ? (services.length === 1 ? "the only service" : "which service?") : name;
    });
}
