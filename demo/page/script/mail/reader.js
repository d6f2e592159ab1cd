// An opened message. Its text is shown as text; strangers' HTML never reaches the page.

import { byId, icon, make } from "../dom.js";
import { correspondent, fullTime, initials, isoTime } from "../format.js";

/** Says that no message is open. */
export function showNoMessage() {
  delete document.body.dataset.reading;
  byId("reader").replaceChildren(
    make("div", { class: "reader-empty" }, icon("open"), make("p", {}, "Choose a message to read it here."), keys()),
  );
}

/** Grey lines until the message is here. */
export function showMessageLoading() {
  document.body.dataset.reading = "";
  const lines = Array.from({ length: 3 }, () => make("div", { class: "skeleton", "aria-hidden": "true" }, make("i"), make("i"), make("i")));
  byId("reader").replaceChildren(make("div", { class: "open", "aria-busy": "true" }, ...lines));
}

/** Shows `message` and moves the focus to its subject. `close` is called by its button. */
export function showMessage(message, close) {
  document.body.dataset.reading = "";
  const subject = make("h2", { id: "open-subject", tabindex: "-1" }, message.subject || "(no subject)");
  const article = make(
    "article",
    { class: "open", "data-testid": "message-open", "aria-labelledby": "open-subject" },
    make("button", { type: "button", class: "open-close", "data-testid": "message-close", click: close }, icon("back"), "Back to the list"),
    subject,
    marks(message),
    people(message),
    make("div", { class: "open-body", "data-testid": "message-body" }, message.body.content.trim()),
  );
  byId("reader").replaceChildren(article);
  byId("reader").scrollTop = 0;
  subject.focus({ preventScroll: window.matchMedia("(min-width: 46rem)").matches });
}

const keys = () => {
  const key = (name) => make("kbd", {}, name);
  return make("p", { class: "reader-keys" }, key("↑"), " ", key("↓"), " move, ", key("Enter"), " opens, ", key("Esc"), " goes back");
};

function people(message) {
  const { from, to, cc } = message;
  return make(
    "div",
    { class: "open-who" },
    make("span", { class: "avatar", "aria-hidden": "true" }, initials(from?.name, from?.address)),
    make("p", {}, make("strong", {}, correspondent(from)), from?.name && from.address ? ` ${from.address}` : ""),
    make("p", { class: "soft" }, line("To", to), cc?.length ? `, ${line("copy to", cc)}` : ""),
    make("p", { class: "soft" }, make("time", { datetime: isoTime(message.received_at) }, fullTime(message.received_at))),
  );
}

const line = (word, list) => `${word} ${list?.length ? list.map(correspondent).join(", ") : "nobody yet"}`;

function marks(message) {
  const shown = [
    message.importance === "high" && make("li", {}, "High importance"),
    message.is_flagged && make("li", {}, icon("flag"), "Flagged"),
    message.has_attachments && make("li", {}, icon("clip"), "Has attachments"),
  ].filter(Boolean);
  return shown.length > 0 && make("ul", { class: "open-marks", "aria-label": "Marks" }, ...shown);
}
