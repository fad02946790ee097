// SPDX-License-Identifier: Apache-2.0
//
// The page: one status every two seconds, shown in all its parts.

import { openAccess, watchAccess } from "./access.js";
import { announce, announceChanges } from "./announce.js";
import { showBans } from "./bans.js";
import { Charts } from "./charts.js";
import { byId, setData, setNote, setText } from "./dom.js";
import { followEvents } from "./events.js";
import { offerServices, watchExplain } from "./explain.js";
import { showFarm } from "./farm.js";
import { watchActions } from "./farm_actions.js";
import { clock, duration } from "./format.js";
import { History } from "./history.js";
import { poll } from "./poll.js";
import { askRole } from "./role.js";
import { showSummary } from "./summary.js";

const history = new History();
const charts = new Charts(history);
let seenAt = null; // when the last status came
let failing = false;
let roleAsked = false; // for the token of now

function showLink(state, text) {
  setData(byId("link"), "state", state);
  setText(byId("link"), text);
}

function seen(status) {
  if (failing) {
    announce("The daemon answers again");
  }
  failing = false;
  seenAt = new Date();
  const sample = history.add(status);
  setNote(byId("trouble"), "");
  document.body.classList.remove("stale");
  showLink("good", `Live, ${clock(seenAt)}`);
  showSummary(status, sample);
  showFarm(status, sample);
  showBans(status);
  if (!roleAsked) {
    roleAsked = true;
    askRole().then(() => {
      showFarm(status, sample);
      showBans(status);
    });
  }
  charts.show();
  offerServices(status.services);
  announceChanges(status);
}

function failed(error) {
  const first = !failing;
  failing = true;
  document.body.classList.toggle("stale", seenAt !== null);
  if (error.isAboutAccess) {
    showLink("bad", "No access");
    setNote(byId("trouble"), `${error.message}.`);
    if (first) {
      openAccess(error.message);
    }
    return;
  }
  showLink("bad", "No answer");
  const old = seenAt === null ? "" : ` The data is from ${clock(seenAt)}, ${duration((Date.now() - seenAt) / 1000)} old.`;
  setNote(byId("trouble"), `The daemon does not answer (${error.message}).${old} Retrying every 2 seconds.`);
  if (seenAt === null) {
    setText(byId("farm-empty"), "There is no data of the farm yet.");
  }
}

const askNow = poll(seen, failed);
watchActions(askNow);
watchAccess(() => {
  failing = false;
  roleAsked = false;
  askNow();
});
watchExplain();
followEvents();
