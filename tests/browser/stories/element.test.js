// The element in all its states, on a page of somebody else's making, with a double in the place of the server.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { violations } from "../src/axe.js";
import { ROOT } from "../src/demo.js";
import { serve } from "../src/pages.js";
import { BUTTON, STATES, shown } from "../src/states.js";
import { story } from "../src/world.js";

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
    const visitor = await world.visitor(options);
    await pictures(visitor, name, "en");
  });
}

story("pictures of every state: right to left", async (world) => {
  const visitor = await world.visitor();
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
    await page.locator("main").screenshot({ path: join(folder, `${state}-${name}.png`) });
  }
}
