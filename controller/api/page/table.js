// SPDX-License-Identifier: Apache-2.0
//
// Tables that are cards on a narrow screen.

import { element, setData, setNote, setText } from "./dom.js";

/** `columns`: [name, kind]; kind "number" or "". Rows go into the tbody. */
export function createTable(caption, columns) {
  const heads = columns.map(([name, kind]) => element("th", { scope: "col", className: kind }, name));
  return element("table", {},
    element("caption", { className: "unseen" }, caption),
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody"));
}

/** The first cell is the row's head. A cell knows its column's name for the card. */
export function createRow(columns) {
  const cells = columns.map(([name, kind], place) => (place === 0
    ? element("th", { scope: "row" })
    : element("td", { className: kind, dataset: { label: name } })));
  return element("tr", {}, ...cells);
}

function createBadge() {
  return [element("span", { className: "badge" }), element("span", { className: "why" })];
}

/** A word with a colour and, below, the reason; the word alone says it, too. */
export function setBadge(cell, { word, state, why }) {
  if (cell.children.length === 0) {
    cell.append(...createBadge());
  }
  setText(cell.children[0], word);
  setData(cell.children[0], "state", state);
  setNote(cell.children[1], why ?? "");
}

export function setTwoLines(cell, first, second) {
  if (cell.children.length === 0) {
    cell.append(element("span"), element("span", { className: "below" }));
  }
  setText(cell.children[0], first);
  setNote(cell.children[1], second);
}
