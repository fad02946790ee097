// SPDX-License-Identifier: Apache-2.0
//
// The field for a token.

import { setToken, token } from "./api.js";
import { byId, setText } from "./dom.js";

/** `reason`: why it is asked for; empty: the person wants to. */
export function openAccess(reason = "") {
  const dialog = byId("access");
  if (dialog.open) {
    return;
  }
  setText(byId("access-text"), `${reason === "" ? "" : `${reason}. `}This tab keeps the token until you close it.`);
  byId("token").value = token();
  dialog.showModal();
}

/** `changed` is called when there is another token. */
export function watchAccess(changed) {
  const dialog = byId("access");
  byId("access-open").onclick = () => openAccess();
  byId("access-close").onclick = () => dialog.close();
  byId("access-form").onsubmit = (event) => {
    event.preventDefault();
    setToken(byId("token").value.trim());
    dialog.close();
    changed();
  };
}
