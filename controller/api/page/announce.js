// SPDX-License-Identifier: Apache-2.0
//
// Changes of state, said aloud by screen readers; numbers are not.

import { byId, plain } from "./dom.js";

let before = null;

export function announce(text) {
  byId("announcement").textContent = plain(text);
}

function states(status) {
  const found = new Map();
  for (const service of status.services) {
    found.set(`service ${service.name}`, service.state);
  }
  for (const pool of status.pools) {
    for (const server of pool.servers) {
      const admin = server.admin === "enabled" ? "" : `, ${server.admin}`;
      found.set(`server ${pool.name}/${server.name}`, server.health + admin);
    }
  }
  return found;
}

export function announceChanges(status) {
  const now = states(status);
  const changed = [...now].filter(([name, state]) => before !== null && before.get(name) !== state);
  before = now;
  if (changed.length > 0) {
    announce(changed.map(([name, state]) => `${name} is ${state}`).join("; "));
  }
}
