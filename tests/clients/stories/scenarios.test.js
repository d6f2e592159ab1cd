// Every named trouble, as the visitor meets it: a browser without scripts walks into it, and a picture is kept for people to
// look at in `target/screenshots/scenarios/`, narrow and light, wide and dark.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { violations } from "../src/axe.js";
import { launch } from "../src/chromium.js";
import { ORIGIN, calm, person, registration, scenarioNames, set } from "../src/emulator.js";
import { serve } from "../src/site.js";

const BARRED = "You cannot access this right now";
const TROUBLE = "Sorry, but we’re having trouble signing you in";
const APPROVAL = "Need admin approval";

/** Name, when it is met, and what stands on the page: its heading, and words of it. */
const MET = {
  mfa_required: ["signing in", "Verify your identity", "code"],
  blocked_by_policy: ["signing in", BARRED, "AADSTS53003"],
  sign_in_frequency: ["coming again", "Pick an account", "Ada Lovelace"],
  user_disabled: ["signing in", BARRED, "AADSTS50057"],
  user_deleted: ["signing in", BARRED, "AADSTS50034"],
  user_unassigned: ["signing in", BARRED, "AADSTS50105"],
  app_removed: ["signing in", BARRED, "AADSTS700016"],
  app_disabled: ["signing in", BARRED, "AADSTS7000112"],
  redirect_mismatch: ["signing in", TROUBLE, "AADSTS50011"],
  approval_needed: ["agreeing", APPROVAL, "AADSTS90094"],
  approval_by_request: ["agreeing", "Approval required", ""],
  risky_app: ["agreeing", APPROVAL, "AADSTS900941"],
  never_returns: ["signing in", "Just a moment", ""],
  sessions_revoked: ["coming again", "Pick an account", "Ada Lovelace"],
  password_changed: ["coming again", "Pick an account", "Ada Lovelace"],
  password_reset_by_admin: ["coming again", "Pick an account", "Ada Lovelace"],
  consent_withdrawn: ["coming again", "Permissions requested", "Read your mail"],
};

const LONGEST_MS = 60_000;
const PICTURES = fileURLToPath(new URL("../../../target/screenshots/scenarios/", import.meta.url));
const NARROW = { width: 390, height: 844 };
const WIDE = { width: 1280, height: 900 };
const checked = new Set();
let browser, site, dark;

before(async () => {
  [browser, site] = await Promise.all([launch(), serve(), mkdir(PICTURES, { recursive: true })]);
  // One window for all of them: to open another costs as much as what is looked at in it.
  dark = await browser.newPage({ ignoreHTTPSErrors: true, viewport: WIDE, colorScheme: "dark" });
});
after(() => Promise.all([browser.close(), site.stop()]));

for (const { name, nature, concern } of await scenarioNames()) {
  test(`${name}: ${MET[name] ? `met when ${MET[name][0]}` : "not noticed at sign-in, but shown to whoever looks"}`, { timeout: LONGEST_MS }, async () => {
    const [when, heading, words] = MET[name] ?? ["coming again"];
    const context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false, viewport: NARROW, colorScheme: "light" });
    try {
      const page = await context.newPage();
      if (when === "coming again") await walk(page);
      if (when === "agreeing") await set("consent_withdrawn", { person: person("Ada").id });
      await set(name, concern === "app" ? { client_id: registration("0001").client_id } : { person: person("Ada").id });
      await walk(page, heading);
      if (heading) await shows(page, heading, words);
      else await isUnnoticed(page, name, nature);
      await hasOnePrimary(page);
      await page.screenshot({ path: join(PICTURES, `${name}-narrow-light.png`), fullPage: true });
      await looksGood(name, heading ?? "control", await page.content());
    } finally {
      await calm();
      await context.close();
    }
  });
}

test("every name in this list is one of the emulator's", async () => {
  const names = (await scenarioNames()).map(({ name }) => name);
  assert.deepEqual(Object.keys(MET).filter((name) => !names.includes(name)), []);
});

/** Signs Ada in, pressing what each page offers first, until this heading stands there or she is back at the app. */
async function walk(page, heading) {
  const { client_id } = registration("0001");
  const request = { client_id, response_type: "code", redirect_uri: `${site.address}outlook-callback`, scope: "openid profile offline_access User.Read Mail.Read", state: "state", nonce: "nonce" };
  await page.goto(`${ORIGIN}/common/oauth2/v2.0/authorize?${new URLSearchParams(request)}`);
  for (let pages = 0; page.url().startsWith(ORIGIN); pages += 1) {
    assert.ok(pages < 8, `still at ${page.url()}`);
    if (heading && (await page.getByRole("heading", { name: heading }).count())) return;
    await page.locator("[data-primary]").click();
    await page.waitForLoadState();
  }
}

async function shows(page, heading, words) {
  await page.getByRole("heading", { name: heading }).waitFor();
  assert.ok((await page.locator("main").textContent()).includes(words), await page.locator("main").textContent());
}

/** Back at the app with a code, as if nothing were; the control page knows what holds, and can remove it. */
async function isUnnoticed(page, name, nature) {
  assert.ok(new URL(page.url()).searchParams.get("code"), page.url());
  await page.goto(`${ORIGIN}/_emulator/`);
  const rows = page.getByRole("row").filter({ hasText: name, has: page.getByRole("button", { name: "Remove" }) });
  assert.equal(await rows.count(), nature === "event" ? 0 : 1, `${name} on the control page`);
}

async function hasOnePrimary(page) {
  assert.equal(await page.locator("[data-primary]").count(), 1);
  const [needed, given] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
  assert.ok(needed <= given, `${needed} pixels wide on a screen of ${given}`);
}

/** The same page wide and dark, where axe has nothing to say about it, nor in the light. Pages that differ by names only
 * are judged once. */
async function looksGood(name, kind, html) {
  await dark.goto(`${ORIGIN}/_emulator/clock`);
  await dark.setContent(html);
  await dark.screenshot({ path: join(PICTURES, `${name}-wide-dark.png`), fullPage: true });
  if (checked.has(kind)) return;
  assert.deepEqual(await violations(dark), []);
  await dark.emulateMedia({ colorScheme: "light" });
  try {
    assert.deepEqual(await violations(dark), []);
  } finally {
    await dark.emulateMedia({ colorScheme: "dark" });
  }
  checked.add(kind);
}
