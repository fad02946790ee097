// SPDX-License-Identifier: Apache-2.0
//
// What the token is for: everything, or reading only.

import { get } from "./api.js";

let readOnly = false;

/** Then the API would refuse every change (403). */
export function isReadOnly() {
  return readOnly;
}

/** Asks the API. As long as it does not say, the person may try. */
export async function askRole() {
  try {
    readOnly = (await get("/v1")).role !== "admin";
  } catch {
    readOnly = false;
  }
}
