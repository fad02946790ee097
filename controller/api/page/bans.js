// SPDX-License-Identifier: Apache-2.0
//
// The bans in force, and lifting them.

import { openAccess } from "./access.js";
import { announce } from "./announce.js";
import { ask, get, path } from "./api.js";
import { byId, element, keep, setNote, setText } from "./dom.js";
import { clock, count, plural } from "./format.js";
import { isReadOnly } from "./role.js";
import { createRow, createTable, setTwoLines } from "./table.js";

const SHOWN = 100;
const COLUMNS = [["Prefix", ""], ["Service", ""], ["Since", ""], ["Until", ""], ["By", ""], ["Packets", "number"],
  ["", "action"]];

let busy = false;

function keyOf(ban) {
  return `${ban.service ?? ""} ${ban.prefix}`;
}

function showProblem(error) {
  setNote(byId("confirm-problem"), error.isAboutAccess ? `${error.message}. Nothing has changed.`
    : `Cannot lift the ban: ${error.message}`);
  if (error.isAboutAccess) {
    openAccess(error.message);
  }
}

/** Asks; then does it. A ban that has ended meanwhile is a problem that the dialog shows. */
function startUnban(ban) {
  const yes = byId("confirm-yes");
  const service = ban.service === null ? "" : path`?service=${ban.service}`;
  setText(byId("confirm-title"), `Lift the ban of ${ban.prefix}?`);
  setText(byId("confirm-text"), `${ban.service === null ? "All services take" : `Service ${ban.service} takes`} `
    + "its packets again, unless a list of the guard denies them.");
  setText(yes, "Unban");
  setNote(byId("confirm-problem"), "");
  yes.disabled = false;
  yes.onclick = async () => {
    yes.disabled = true;
    try {
      await ask(path`/v1/bans/${ban.prefix}` + service, { method: "DELETE" });
      byId("confirm").close();
      announce(`The ban of ${ban.prefix} is lifted`);
      await refresh();
    } catch (error) {
      showProblem(error);
      yes.disabled = error.status === 404;
    }
  };
  byId("confirm").showModal();
  yes.focus();
}

function updateAction(cell, ban) {
  const button = cell.firstElementChild
    ?? cell.appendChild(element("button", { type: "button", className: "small" }, "Unban"));
  button.setAttribute("aria-label", `Unban ${ban.prefix}`);
  button.disabled = isReadOnly();
  button.title = isReadOnly() ? "The token permits no changes" : "";
  button.onclick = () => startUnban(ban);
}

function updateBan(row, ban) {
  const [prefix, service, since, until, by, packets, action] = row.children;
  setTwoLines(prefix, ban.prefix, ban.action === "observe" ? "only observed" : "");
  setText(service, ban.service ?? "all");
  setText(since, clock(new Date(ban.since)));
  setText(until, ban.until === null ? "lifted" : clock(new Date(ban.until)));
  setTwoLines(by, ban.by, ban.comment);
  setText(packets, count(ban.packets));
  updateAction(action, ban);
}

function show({ bans, total }) {
  const table = byId("ban-list");
  if (table.children.length === 0) {
    table.append(createTable("Bans", COLUMNS));
  }
  byId("bans").hidden = total === 0;
  setText(byId("bans-note"), total <= bans.length ? plural(total, "ban")
    : `${count(bans.length)} of ${count(total)}; sipsteer get bans lists all`);
  keep(table.querySelector("tbody"), bans, keyOf, () => createRow(COLUMNS), updateBan);
}

async function refresh() {
  show(await get(path`/v1/bans?limit=${SHOWN}`));
}

/** Asks for the bans if the status counts any. */
export async function showBans(status) {
  if (status.guard.bans === 0) {
    show({ bans: [], total: 0 });
    return;
  }
  if (busy) {
    return;
  }
  busy = true;
  try {
    await refresh();
  } catch {
    // The next status asks again, and says what is wrong.
  }
  busy = false;
}
