// The one line that says how things stand. Screen readers hear it without losing their place.

import { byId, make } from "./dom.js";

/**
 * Says something. `tone`: `calm` (good or neutral), `trouble` (the visitor can mend it), `alert` (somebody else must).
 * `action`: `{label, run}` for a button beside it.
 */
export function say({ tone = "calm", title, text, action }) {
  const line = byId("notice");
  line.dataset.tone = tone;
  line.replaceChildren(
    make("span", { class: "notice-mark", "aria-hidden": "true" }),
    make("div", {}, make("p", { class: "notice-title" }, title), text ? make("p", { class: "notice-text" }, text) : null),
    action ? make("button", { type: "button", class: "button", click: action.run }, action.label) : "",
  );
}

/** Says nothing any more. */
export function hush() {
  byId("notice").replaceChildren();
}

/** Forgets good news once the visitor goes on; troubles stay until they are mended. */
export function goOn() {
  if (byId("notice").dataset.tone === "calm") hush();
}
