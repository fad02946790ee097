// SPDX-License-Identifier: Apache-2.0
//
// Making elements, and changing only what has changed: focus, selection and what is read aloud stay
// where they are while numbers move.

// Control characters (C1 too), and marks that turn the direction of text around: a Call-ID with them
// would read as another one.
const NOT_PLAIN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text from elsewhere as a person may see it: with "\u202e" for such a character. */
export function plain(text) {
  return String(text).replace(NOT_PLAIN, (mark) => `\\u${mark.codePointAt(0).toString(16).padStart(4, "0")}`);
}

/** An element. `attributes`: className, dataset and listeners (onclick) as properties, the rest as attributes. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "dataset") {
      Object.assign(made.dataset, value);
    } else if (name === "className" || name.startsWith("on")) {
      made[name] = value;
    } else {
      made.setAttribute(name, value);
    }
  }
  made.append(...children.filter((child) => child !== null && child !== undefined)
    .map((child) => child instanceof Node ? child : plain(child)));
  return made;
}

export function byId(id) {
  return document.getElementById(id);
}

export function setText(node, given) {
  const text = plain(given);
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/** An empty text hides it. */
export function setNote(node, text) {
  setText(node, text);
  node.hidden = text === "";
}

export function setData(node, name, value) {
  if (node.dataset[name] !== value) {
    node.dataset[name] = value;
  }
}

/**
 * Makes the children of `parent` those of `things`, in their order: `create(thing)` makes a child that
 * was not there, `update(child, thing)` brings one up to date.
 */
export function keep(parent, things, keyOf, create, update) {
  const had = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  things.forEach((thing, place) => {
    const key = keyOf(thing);
    const child = had.get(key) ?? create(thing);
    had.delete(key);
    setData(child, "key", key);
    if (parent.children[place] !== child) {
      parent.insertBefore(child, parent.children[place] ?? null);
    }
    update(child, thing);
  });
  had.forEach((child) => child.remove());
}
