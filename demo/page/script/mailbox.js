// The page's only door to the package `connect-outlook`: its element, and the mail behind it.

import "/sdk/element.js";

/**
 * Listens to the element: `onConnected(account)` after a sign-in and for a session found again, `onOutcome(outcome)` for
 * every attempt that ended without a connection, `onAgreed(message)` when an administrator agreed to what the visitor waits for.
 */
export function listen({ onConnected, onOutcome, onAgreed }) {
  const hear = (name, heard) => document.addEventListener(`connect-outlook:${name}`, ({ detail }) => heard(detail));
  hear("connected", ({ account, restored }) => onConnected(account, restored));
  hear("outcome", (outcome) => outcome.status !== "connected" && onOutcome(outcome));
  hear("agreed", ({ message }) => onAgreed(message));
  hear("error", (error) => onOutcome({ status: "unavailable", message: error.message, next: error.next }));
}

/** Sends the visitor to Microsoft. `options`: `prompt`, `login-hint`. */
export function connect(options = {}) {
  const button = element();
  for (const [name, value] of Object.entries(options)) button.setAttribute(name, value);
  // However it ends, the element tells.
  button.connect().catch(() => {});
  // Read by now, and not meant for the next press.
  for (const name of Object.keys(options)) button.removeAttribute(name);
}

/** Puts a new button in the place of one that shows what is no longer so. */
export function renewButton() {
  const fresh = document.createElement("connect-outlook");
  for (const name of ["backend", "data-testid"]) fresh.setAttribute(name, element().getAttribute(name));
  element().replaceWith(fresh);
}

/** The account of this browser's session, or `null`. */
export const currentAccount = async () => (await outlook().session())?.accounts[0] ?? null;

/** Has the server destroy the tokens of `account`. */
export const disconnect = (account) => outlook().disconnect(account);

/** The folders of `account`. */
export const folders = (account) => outlook().mail.folders({ account });

/** A page of messages of `account`: `folder`, and `cursor` for the next one. */
export const messages = (account, { folder, cursor }) => outlook().mail.messages({ account, folder, cursor, limit: PAGE });

/** One message of `account` with its text. */
export const message = (account, id) => outlook().mail.message(id, { account });

const element = () => document.querySelector("connect-outlook");
const outlook = () => element().outlook;

const PAGE = 20;
