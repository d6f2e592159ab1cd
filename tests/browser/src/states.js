// A page whose element shows the state that is asked for, with a double in the place of the server.

import { serve, serveScript } from "./pages.js";

/** All states of the element. */
export const STATES = ["idle", "connecting", "connected", "needs_user", "needs_admin", "blocked", "offline"];

/** The visitor at a page whose element shows `state`; `window.double` plays the server, `window.told` what was heard. */
export async function shown(visitor, state, { language = "en", attributes = "", texts = {} } = {}) {
  const { page } = visitor;
  const slots = STATES.map((name) => `<span slot="${name.replace("_", "-")}">slot ${name}.</span>`).join("");
  const dir = language === "ar" ? "rtl" : "ltr";
  await serve(visitor, "/states", `<main lang="${language}" dir="${dir}"><h1>A page</h1><connect-outlook ${attributes}>${slots}</connect-outlook></main><script type="module" src="/states.js" data-state="${state}"></script>`);
  await serveScript(visitor, "/states.js", `${script}\nshow(${JSON.stringify(state)}, ${JSON.stringify(texts)}, ${JSON.stringify(language)});`);
  await page.goto(`${visitor.demo.origin}/states`);
  await page.locator(`connect-outlook[state=${state}]`).waitFor();
  await visitor.context.unrouteAll();
  return { page };
}

const script = String.raw`
import { ADA, createTestOutlook, reason } from "/sdk/testing.js";

window.told = [];
const hear = (name, tell) => document.addEventListener("connect-outlook:" + name, ({ detail }) => window.told.push(name + " " + tell(detail)));
hear("state", ({ state }) => state);
hear("connected", ({ account }) => account.address);
hear("outcome", ({ status }) => status);
hear("disconnected", ({ account }) => account.address);

async function show(state, texts, language) {
  const accounts = state === "needs_user" ? [{ ...ADA, state }] : [];
  const double = (window.double = createTestOutlook({ accounts, language }));
  const { subscribe } = double.outlook;
  double.outlook.subscribe = (listener) => subscribe((double.outlook.tell = listener));
  const element = document.querySelector("connect-outlook");
  // Before the class is there, as a framework may.
  element.outlook = double.outlook;
  element.texts = texts;
  await import("/sdk/element.js");
  if (state === "idle" || state === "needs_user") return;
  if (state === "connecting") return element.outlook.tell({ type: "connecting", mode: "popup" });
  const status = { needs_admin: "needs_admin", blocked: "blocked_by_policy", offline: "unavailable" }[state];
  if (status) double.endWith(reason(status));
  element.shadowRoot.querySelector("button").click();
}
`;

/** What the button says in each of them. */
export const BUTTON = {
  idle: "Connect Outlook",
  connecting: "Connect Outlook",
  connected: "Disconnect",
  needs_user: "Sign in again",
  needs_admin: "Try again",
  blocked: "Try again",
  offline: "Try again",
};
