// What the visitor is told when an attempt has ended, or a call has failed.

import { say } from "./notice.js";

/** Says how an attempt to connect ended. `start` begins another one; `stillConnected` is the address that stays connected. */
export function sayOutcome(outcome, { start, stillConnected }) {
  if (outcome.status === "connected") {
    say({ title: "Connected", text: `This is the mailbox of ${outcome.account.display_name}.` });
    return;
  }
  const told = SAID_NO.includes(outcome.code) ? saidNo(stillConnected) : (TOLD[outcome.status] ?? TOLD.unavailable);
  const action = MAY_START_AGAIN.includes(outcome.next) && { label: "Start again", run: start };
  say({ tone: told.tone, title: told.title, text: told.text ?? outcome.message, action });
}

/** Says why a call failed. `start` connects (again), `retry` repeats the call. */
export function sayTrouble(error, { start, retry }) {
  const told = CALLS[error.code] ?? CALLS.otherwise;
  const action = told.action === "start" ? { label: "Sign in again", run: start } : told.action === "retry" && { label: "Try again", run: retry };
  say({ tone: told.tone, title: told.title, text: told.text ?? error.message, action });
}

function saidNo(stillConnected) {
  const rest = stillConnected ? `${stillConnected} stays connected as before.` : "Nothing was connected, and we hold nothing of yours.";
  return {
    tone: "trouble",
    title: "That’s fine",
    text: `You said no, and that is all there is to it. ${rest} If you change your mind, start again whenever you like.`,
  };
}

const SAID_NO = ["turned_back", "declined", "consent_declined"];
const MAY_START_AGAIN = ["try_again", "sign_in_again", "wait"];

const TOLD = {
  cancelled: { tone: "trouble", title: "Not connected yet" },
  needs_admin: { tone: "trouble", title: "Your administrator has to agree first" },
  blocked_by_policy: { tone: "alert", title: "Your organisation does not allow this" },
  misconfigured: { tone: "alert", title: "This is on us, not on you" },
  unavailable: { tone: "alert", title: "Microsoft cannot be reached just now" },
};

const CALLS = {
  no_session: { tone: "trouble", title: "Your session has ended", text: "You were away for a while. Connect again to go on.", action: "start" },
  no_account: { tone: "trouble", title: "No mailbox is connected", action: "start" },
  account_unknown: { tone: "trouble", title: "This mailbox is no longer connected", action: "start" },
  account_needs_user: { tone: "trouble", title: "Microsoft asks you to sign in again", action: "start" },
  mailbox_unavailable: { tone: "trouble", title: "There is no mailbox behind this account" },
  message_unknown: { tone: "trouble", title: "This message is gone", text: "It was moved or deleted since the list was loaded.", action: "retry" },
  rate_limited: { tone: "trouble", title: "A little too fast", action: "retry" },
  microsoft_unavailable: { tone: "alert", title: "Microsoft does not answer just now", text: "Your mailbox stays connected. Try again in a moment.", action: "retry" },
  deployment_misconfigured: { tone: "alert", title: "This is on us, not on you" },
  unreachable: { tone: "alert", title: "Larkpost’s server does not answer", text: "Is the demo still running?", action: "retry" },
  otherwise: { tone: "alert", title: "That did not work", action: "retry" },
};
