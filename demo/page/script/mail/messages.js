// The list of messages: one line after another, walked by arrow keys.

import { byId, hiddenText, icon, make } from "../dom.js";
import { correspondent, isoTime, listTime } from "../format.js";

/** Grey lines until the messages are here. */
export function showMessagesLoading() {
  const list = byId("messages");
  list.setAttribute("aria-busy", "true");
  list.replaceChildren(...Array.from({ length: 7 }, skeleton));
}

/** Shows `messages`, or says that there are none. `open(message, button)` is called when one is chosen. */
export function showMessages(messages, { now, role, open }) {
  const list = byId("messages");
  list.setAttribute("aria-busy", "false");
  list.replaceChildren(...messages.map((message) => item(message, { now, role, open })));
  if (messages.length === 0) list.append(nothingHere());
}

/** Adds older messages below and puts the focus on the first of them. */
export function addMessages(messages, ways) {
  const items = messages.map((message) => item(message, ways));
  byId("messages").append(...items);
  items[0]?.querySelector("button").focus();
}

/** Empties the list when it could not be loaded. */
export function showMessagesMissing() {
  const list = byId("messages");
  list.setAttribute("aria-busy", "false");
  list.replaceChildren(make("li", { class: "empty" }, icon("inbox"), make("p", {}, "The messages could not be loaded.")));
}

/** Marks the message that is open; none when `id` is not in the list. */
export function markOpen(id) {
  for (const button of buttons()) {
    if (button.dataset.message === id) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

/** The line of a message, if it is in the list. */
export const lineOf = (id) => buttons().find((button) => button.dataset.message === id);

/** Arrow keys, Home and End move between the lines. */
export function walkByKeys() {
  byId("messages").addEventListener("keydown", (event) => {
    const all = buttons();
    const at = all.indexOf(document.activeElement);
    const target = at >= 0 && MOVES[event.key]?.(at, all.length - 1);
    if (typeof target !== "number") return;
    event.preventDefault();
    all[target].focus();
    all[target].scrollIntoView({ block: "nearest" });
  });
}

function item(message, { now, role, open }) {
  const button = make("button", { type: "button", class: "message-row", "data-message": message.id });
  button.addEventListener("click", () => open(message));
  button.append(
    make("span", { class: "message-dot", "aria-hidden": "true" }),
    make(
      "span",
      { class: "message-line" },
      make("span", { class: "message-from" }, message.is_read ? "" : hiddenText("Unread. "), who(message, role)),
      make("time", { class: "message-time", datetime: isoTime(message.received_at) }, listTime(message.received_at, now)),
    ),
    make(
      "span",
      { class: "message-line" },
      make("span", { class: "message-subject", "data-testid": "message-subject" }, message.subject || "(no subject)"),
      marks(message),
    ),
    make("span", { class: "message-preview" }, message.preview),
  );
  return make("li", { class: message.is_read ? "message" : "message unread", "data-testid": "message" }, button);
}

function who(message, role) {
  if (role !== "sent" && role !== "drafts") return correspondent(message.from);
  return message.to.length ? `To ${message.to.map(correspondent).join(", ")}` : "No recipients yet";
}

function marks(message) {
  const high = message.importance === "high";
  return make(
    "span",
    { class: "message-marks" },
    high && make("span", { class: "mark-high", title: "High importance" }, "!", hiddenText(" high importance")),
    message.is_flagged && icon("flag", "Flagged", "mark-flag"),
    message.has_attachments && icon("clip", "Has attachments"),
  );
}

const nothingHere = () =>
  make("li", { class: "empty" }, icon("inbox"), make("p", {}, "Nothing here. A rare and lovely sight."));

const skeleton = () => make("li", { class: "skeleton", "aria-hidden": "true" }, make("i"), make("i"), make("i"));

const buttons = () => [...byId("messages").querySelectorAll("button[data-message]")];

const MOVES = {
  ArrowDown: (at, last) => Math.min(at + 1, last),
  ArrowUp: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_at, last) => last,
};
