// SPDX-License-Identifier: Apache-2.0
//
// Draining and enabling a server. The confirmation is about the configuration as it was when it was
// asked for: if somebody changed it since, the API refuses (If-Match).

import { openAccess } from "./access.js";
import { announce } from "./announce.js";
import { ask, path } from "./api.js";
import { byId, setNote, setText } from "./dom.js";
import { plural } from "./format.js";

const DRAIN = {
  word: "Drain",
  admin: "draining",
  text: (server) => `It keeps its calls (${plural(server.live_calls ?? 0, "live call")}) and takes no new ones.`,
};
const ENABLE = {
  word: "Enable",
  admin: "enabled",
  text: () => "It takes new calls again when it is up.",
};

export function actionOf(server) {
  return server.admin === "enabled" ? DRAIN : ENABLE;
}

let refresh = () => {};

/** `after` is called when a server was changed. */
export function watchActions(after) {
  refresh = after;
}

function problemText(error) {
  if (error.status === 412) {
    return "Somebody has changed this server meanwhile. Nothing has changed: close this, check the server and try again.";
  }
  return error.isAboutAccess ? `${error.message}. Nothing has changed.` : `Cannot change the server: ${error.message}`;
}

function showProblem(error) {
  setNote(byId("confirm-problem"), problemText(error));
  if (error.isAboutAccess) {
    openAccess(error.message);
  }
}

async function change(target, tag, admin) {
  await ask(target, {
    method: "PATCH",
    headers: { "Content-Type": "application/merge-patch+json", "If-Match": tag },
    body: JSON.stringify({ admin }),
  });
}

/** Asks; then does it. The dialog stays open, with the problem in it, until it is done or cancelled. */
export async function startAction(pool, server, action) {
  const target = path`/v1/pools/${pool}/servers/${server.name}`;
  const yes = byId("confirm-yes");
  let tag = "";
  setText(byId("confirm-title"), `${action.word} ${pool}/${server.name}?`);
  setText(byId("confirm-text"), action.text(server));
  setText(yes, action.word);
  setNote(byId("confirm-problem"), "");
  yes.disabled = true;
  yes.onclick = async () => {
    yes.disabled = true;
    try {
      await change(target, tag, action.admin);
      byId("confirm").close();
      announce(`${pool}/${server.name} is ${action.admin}`);
      refresh();
    } catch (error) {
      showProblem(error);
      yes.disabled = error.status === 412;
    }
  };
  byId("confirm").showModal();
  try {
    tag = (await ask(target)).headers.get("ETag");
    yes.disabled = false;
    yes.focus();
  } catch (error) {
    showProblem(error);
  }
}
