// Which side holds what, told from the steps that went by.

import { number } from "../format.js";
import { factOf } from "./words.js";

/**
 * What page, server and Microsoft hold after `steps`: lists of `{thing, detail, token, since}`. `connected` fills in what a
 * server that was restarted still has in its vault.
 */
export function holdingsAfter(steps, connected) {
  const holdings = { page: new Map(), server: new Map(), microsoft: new Map() };
  holdings.microsoft.set("mailbox", { thing: "The mailbox" });
  for (const step of steps) CHANGES[step.kind]?.(holdings, step);
  if (connected && !holdings.server.has("refresh_token")) {
    seal(holdings, {});
    holdings.page.set("session", SESSION);
  }
  return Object.fromEntries(Object.entries(holdings).map(([party, things]) => [party, [...things.values()]]));
}

const CHANGES = {
  verifier_made: ({ page }, step) => page.set("verifier", { thing: "Code verifier", detail: "made here", since: step.sequence }),
  attempt_answered: ({ page, server }, step) => {
    page.set("flow", { thing: "Flow cookie", detail: "closed to scripts", since: step.sequence });
    server.set("attempt", { thing: "The attempt", detail: "challenge, state", since: step.sequence });
  },
  code_issued: ({ page, microsoft }, step) => {
    page.set("code", { thing: "Code", detail: "good once", since: step.sequence });
    microsoft.set("consent", { thing: "Your consent", since: step.sequence });
  },
  code_handed: ({ page }) => {
    page.delete("verifier");
    page.delete("code");
  },
  code_redeemed: (holdings, step) => {
    holdings.server.delete("attempt");
    seal(holdings, { access: factOf(step, "access_token"), refresh: factOf(step, "refresh_token"), since: step.sequence });
  },
  token_refreshed: (holdings, step) =>
    seal(holdings, { access: factOf(step, "access_token"), refresh: factOf(step, "refresh_token"), since: step.sequence }),
  session_opened: ({ page }, step) => page.set("session", { ...SESSION, since: step.sequence }),
  refusal_handed: ({ page }) => page.delete("verifier"),
  refusal_judged: ({ server }) => server.delete("attempt"),
  disconnected: ({ page, server }) => {
    server.delete("access_token");
    server.delete("refresh_token");
    page.delete("session");
  },
  signed_out: ({ page }) => page.delete("session"),
};

function seal({ server }, { access, refresh, since }) {
  server.set("access_token", { thing: "Access token", detail: sealed(access), token: true, since });
  server.set("refresh_token", { thing: "Refresh token", detail: sealed(refresh), token: true, since });
}

const sealed = (size) => (size ? `${number(size)} characters, sealed` : "sealed");

const SESSION = { thing: "Session cookie", detail: "closed to scripts" };
