// The element in all its states, on a page of somebody else's making, with a double in the place of the server.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { violations } from "../src/axe.js";
import { ROOT } from "../src/demo.js";
import { serve, serveScript } from "../src/pages.js";
import { story } from "../src/world.js";

const STATES = ["idle", "connecting", "connected", "needs_user", "needs_admin", "blocked", "offline"];

story("every state is shown, named and free of findings by WCAG 2.2 A and AA", async (world) => {
  const visitor = await world.visitor();
  for (const state of STATES) {
    const { page } = await shown(visitor, state);
    assert.deepEqual(await violations(page), [], state);
    await page.getByRole("button", { name: BUTTON[state] }).waitFor();
    const said = await page.getByRole("status").allTextContents();
    assert.ok(state === "idle" ? said.length === 0 : said[0].length > 10, `${state}: ${said}`);
  }
});

story("what the page puts into the slot of a state is seen in that state only", async (world) => {
  const visitor = await world.visitor();
  for (const state of STATES) {
    const { page } = await shown(visitor, state);
    for (const other of STATES) assert.equal(await page.getByText(`slot ${other}.`).isVisible(), other === state, `${other} in ${state}`);
  }
});

story("the element tells what happens, out of shadow roots too", async (world) => {
  const visitor = await world.visitor();
  const { page } = await shown(visitor, "connected");
  const told = await page.evaluate(() => window.told);
  assert.deepEqual(told, ["state connecting", "state connected", "outcome connected", "connected ada@contoso.example"]);
  await page.getByRole("button", { name: "Disconnect" }).click();
  await page.getByRole("button", { name: "Connect Outlook" }).waitFor();
  assert.deepEqual((await page.evaluate(() => window.told)).slice(4), ["state idle", "disconnected ada@contoso.example"]);
});

story("signing in again is for the account that is shown", async (world) => {
  const visitor = await world.visitor();
  const { page } = await shown(visitor, "needs_user");
  await page.getByRole("button", { name: "Sign in again" }).click();
  const { account } = await page.evaluate(() => window.double.calls.find(({ name }) => name === "connect").values[0]);
  assert.equal(account, "account-of-ada");
});

for (const [language, button, again] of [
  ["de", "Outlook verbinden", "Erneut anmelden"],
  ["fr", "Connecter Outlook", "Se reconnecter"],
  ["es", "Conectar Outlook", "Volver a iniciar sesión"],
  ["ja", "Outlook に接続", "もう一度サインイン"],
  ["ar", "ربط Outlook", "تسجيل الدخول مرة أخرى"],
]) {
  story(`the element speaks the language of its page: ${language}`, async (world) => {
    const visitor = await world.visitor();
    const idle = await shown(visitor, "idle", { language });
    await idle.page.getByRole("button", { name: button }).waitFor();
    const needy = await shown(visitor, "needs_user", { language });
    await needy.page.getByRole("button", { name: again }).waitFor();
    assert.deepEqual(await violations(needy.page), []);
  });
}

story("texts can be replaced, by attribute and by property", async (world) => {
  const visitor = await world.visitor();
  const { page } = await shown(visitor, "needs_user", { attributes: 'label="Link your mail"', texts: { again: "Once more", needs_user: "Again, please." } });
  await page.getByRole("button", { name: "Once more" }).waitFor();
  await page.getByText("Again, please.").waitFor();
});

story("the real form holds the place of the button until the script is there, and nothing moves", async (world) => {
  const visitor = await world.visitor();
  const { page } = visitor;
  await page.addInitScript(() => {
    window.shifts = [];
    new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map(({ value }) => value))).observe({ type: "layout-shift", buffered: true });
  });
  await serve(visitor, "/late", `<link rel="stylesheet" href="/sdk/connect-outlook.css"><connect-outlook><form method="post" action="/outlook/connect"><button>Connect Outlook</button></form></connect-outlook><p id="below">Below.</p>`);
  await page.goto(`${visitor.demo.origin}/late`);
  const box = () => page.evaluate(() => [document.querySelector("connect-outlook"), document.querySelector("#below")].map((element) => JSON.stringify(element.getBoundingClientRect())));
  const before = await box();
  await page.getByRole("button", { name: "Connect Outlook" }).waitFor();
  await page.evaluate(() => import("/sdk/element.js"));
  await page.locator("connect-outlook:defined").waitFor();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  assert.deepEqual(await box(), before);
  assert.deepEqual(await page.evaluate(() => window.shifts), []);
});

for (const [name, options] of Object.entries({
  light: {},
  dark: { colorScheme: "dark" },
  narrow: { viewport: { width: 320, height: 640 } },
  forced: { forcedColors: "active" },
})) {
  story(`pictures of every state: ${name}`, async (world) => {
    const visitor = await world.visitor({ reducedMotion: "reduce", ...options });
    await pictures(visitor, name, "en");
  });
}

story("pictures of every state: right to left", async (world) => {
  const visitor = await world.visitor({ reducedMotion: "reduce" });
  await pictures(visitor, "rtl", "ar");
});

story("somebody who asked for less motion gets none, and others see that something goes on", async (world) => {
  for (const [reducedMotion, moving] of [["reduce", 0], ["no-preference", 1]]) {
    const visitor = await world.visitor({ reducedMotion });
    const { page } = await shown(visitor, "connecting");
    const running = () => document.querySelector("connect-outlook").shadowRoot.getAnimations({ subtree: true }).length;
    assert.equal(await page.evaluate(running), moving, reducedMotion);
  }
});

async function pictures(visitor, name, language) {
  const folder = join(ROOT, "target/screenshots/element");
  await mkdir(folder, { recursive: true });
  for (const state of STATES) {
    const { page } = await shown(visitor, state, { language });
    const [needed, given] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
    assert.ok(needed <= given, `${state}: ${needed} pixels of ${given}`);
    await page.screenshot({ path: join(folder, `${state}-${name}.png`), clip: { x: 0, y: 0, width: given, height: 160 } });
  }
}

/** The visitor at a page whose element shows `state`; `window.double` plays the server, `window.told` what was heard. */
async function shown(visitor, state, { language = "en", attributes = "", texts = {} } = {}) {
  const { page } = visitor;
  const slots = STATES.map((name) => `<span slot="${name.replace("_", "-")}">slot ${name}.</span>`).join("");
  const dir = language === "ar" ? "rtl" : "ltr";
  await serve(visitor, "/states", `<main lang="${language}" dir="${dir}"><h1>A page</h1><connect-outlook ${attributes}>${slots}</connect-outlook></main><script type="module" src="/states.js" data-state="${state}"></script>`);
  await serveScript(visitor, "/states.js", `${script}\nshow(${JSON.stringify(state)}, ${JSON.stringify(texts)});`);
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

async function show(state, texts) {
  const accounts = state === "needs_user" ? [{ ...ADA, state }] : [];
  const double = (window.double = createTestOutlook({ accounts }));
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

const BUTTON = {
  idle: "Connect Outlook",
  connecting: "Connect Outlook",
  connected: "Disconnect",
  needs_user: "Sign in again",
  needs_admin: "Try again",
  blocked: "Try again",
  offline: "Try again",
};
