// SPDX-License-Identifier: Apache-2.0
//
// One GET /v1/status every two seconds, and none while nobody looks.

import { get } from "./api.js";

const PERIOD_MILLISECONDS = 2000;

/** Calls seen(status) or failed(error) for each answer, one at a time. Returns a function that asks at once. */
export function poll(seen, failed) {
  let timer = 0;
  let busy = false;

  async function turn() {
    clearTimeout(timer);
    if (busy || document.hidden) {
      return;
    }
    busy = true;
    const begun = performance.now();
    try {
      const status = await get("/v1/status");
      seen(status);
    } catch (error) {
      failed(error);
    }
    busy = false;
    timer = setTimeout(turn, Math.max(0, PERIOD_MILLISECONDS - (performance.now() - begun)));
  }

  document.addEventListener("visibilitychange", turn);
  turn();
  return turn;
}
