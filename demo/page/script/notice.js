// The one line that says how things stand. Screen readers hear it without losing their place.

import { byId, icon, make } from "./dom.js";

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
    make("button", { type: "button", class: "notice-close", "aria-label": "Dismiss", click: hush }, icon("close")),
  );
}

/** Says nothing any more. */
export function hush() {
  byId("notice").replaceChildren();
}
