// @azure/msal-browser in a page, in Chromium.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { launch, profile } from "../src/chromium.js";
import { ORIGIN, advance, forget, header, person, tokenRequests } from "../src/emulator.js";
import { serve } from "../src/site.js";

const SCOPES = ["User.Read", "Mail.Read"];
const PATIENCE_MS = 15_000;
const LONGEST_MS = 60_000;
let site;
const opened = [];

before(async () => (site = await serve()));
after(() => site.stop());
beforeEach(forget);
afterEach(() => Promise.all(opened.splice(0).map((browser) => browser.close())));
const story = (title, tell) => test(title, { timeout: LONGEST_MS }, tell);

story("a page signs its visitor in by redirect and reads their mail, without a server of its own", async () => {
  const page = await signedIn();
  const account = await page.evaluate(() => client.getActiveAccount());
  assert.deepEqual([account.username, account.name, account.tenantId], [person("Ada").address, "Ada Lovelace", person("Ada").tenant]);
  assert.equal(await page.evaluate(() => location.href), site.address);
  const [{ form, request_headers: headers }] = await tokenRequests();
  assert.ok(form.code_verifier && !form.client_secret && !form.client_assertion);
  assert.equal(`${header(headers, "origin")}/`, site.address);
  const messages = await page.evaluate(
    async ([origin, scopes]) => {
      const { accessToken } = await client.acquireTokenSilent({ scopes });
      const answer = await fetch(`${origin}/v1.0/me/messages?$top=2`, { headers: { authorization: `Bearer ${accessToken}` } });
      return (await answer.json()).value;
    },
    [ORIGIN, SCOPES],
  );
  assert.equal(messages.length, 2);
});

story("a page signs its visitor in by popup and stays where it is", async () => {
  const page = await open();
  const [popup] = await Promise.all([page.waitForEvent("popup"), page.evaluate((scopes) => void (window.done = client.loginPopup({ scopes })), SCOPES)]);
  await sayYes(popup, "Hedy");
  const { account, scopes } = await page.evaluate(() => window.done);
  assert.equal(account.username, person("Hedy").address);
  assert.ok(scopes.some((scope) => scope.endsWith("Mail.Read")));
  assert.ok(popup.isClosed());
});

story("a visitor who says no in the popup is an error, and the popup is gone", async () => {
  const page = await open();
  const [popup] = await Promise.all([
    page.waitForEvent("popup"),
    page.evaluate((scopes) => void (window.done = client.loginPopup({ scopes }).catch(({ errorCode }) => errorCode)), SCOPES),
  ]);
  await popup.waitForURL(`${ORIGIN}/**`);
  await popup.getByRole("button", { name: "Cancel" }).click({ noWaitAfter: true });
  assert.equal(await page.evaluate(() => window.done), "access_denied");
});

story("tokens are renewed silently: from the cache, by refresh token, and once that is a day old by a hidden frame", async () => {
  const page = await signedIn();
  const silent = (forceRefresh) => page.evaluate(([scopes, forceRefresh]) => client.acquireTokenSilent({ scopes, forceRefresh }), [SCOPES, forceRefresh]);
  const first = await silent(false);
  assert.ok(first.fromCache);
  const second = await silent(true);
  assert.ok(!second.fromCache && second.accessToken !== first.accessToken);
  await forget();
  await advance(25 * 3_600);
  try {
    const third = await silent(true);
    assert.notEqual(third.accessToken, second.accessToken);
    const kinds = (await tokenRequests()).map(({ form, answer }) => [form.grant_type, answer.error_codes?.[0]]);
    assert.deepEqual(kinds, [["refresh_token", 700084], ["authorization_code", undefined]]);
  } finally {
    await advance(-25 * 3_600);
  }
});

story("another tab finds out silently who is signed in, and a stranger's that nobody is", async () => {
  const page = await signedIn();
  const tab = await open(page.context());
  const { account } = await tab.evaluate((scopes) => client.ssoSilent({ scopes }), SCOPES);
  assert.equal(account.username, person("Ada").address);
  const stranger = await open();
  const refused = await stranger.evaluate((scopes) => client.ssoSilent({ scopes }).catch(({ name, errorCode }) => [name, errorCode]), SCOPES);
  assert.deepEqual(refused, ["InteractionRequiredAuthError", "login_required"]);
});

story("where frames see no cookies of other sites, nothing is silent without a refresh token", async () => {
  const browser = await launch();
  opened.push(browser);
  const page = await signedIn(await browser.newContext({ ignoreHTTPSErrors: true }));
  assert.ok((await page.evaluate((scopes) => client.acquireTokenSilent({ scopes, forceRefresh: true }), SCOPES)).accessToken);
  assert.equal(await page.evaluate((scopes) => client.ssoSilent({ scopes }).catch(({ errorCode }) => errorCode), SCOPES), "login_required");
});

story("signing out ends the session at Microsoft and comes back", async () => {
  const page = await signedIn();
  await page.evaluate(() => void client.logoutRedirect({ postLogoutRedirectUri: "/spa-callback" }));
  await page.waitForURL(/\/oauth2\/v2\.0\/logout|spa-callback/);
  // The library's callback page goes on to where the app begins.
  await page.waitForURL(site.address);
  await ready(page);
  assert.equal(await page.evaluate(() => client.getAllAccounts().length), 0);
  const refused = await page.evaluate((scopes) => client.ssoSilent({ scopes }).catch(({ errorCode }) => errorCode), SCOPES);
  assert.equal(refused, "login_required");
});

story("after signing out, somebody with a personal account stays where they are", async () => {
  const page = await signedIn(undefined, "Hedy");
  await page.evaluate(() => void client.logoutRedirect({ postLogoutRedirectUri: "/spa-callback" }));
  await page.getByRole("heading", { name: "You signed out of your account" }).waitFor();
  assert.ok(page.url().startsWith(ORIGIN));
});

const ready = (page) => page.locator("[data-ready]").waitFor({ state: "attached" });

/** A browser that nobody else uses. */
async function someBrowser() {
  const { context, close } = await profile();
  opened.push({ close });
  context.setDefaultTimeout(PATIENCE_MS);
  return context;
}

/** The app's page in a browser of its own, or in another tab of this one. */
async function open(context) {
  context ??= await someBrowser();
  const page = await context.newPage();
  await page.goto(site.address);
  await ready(page);
  return page;
}

/** Somebody signed in by redirect. */
async function signedIn(context, name = "Ada") {
  const page = await open(context);
  await page.evaluate((scopes) => void client.loginRedirect({ scopes }), SCOPES);
  await page.waitForURL(`${ORIGIN}/**`);
  await sayYes(page, name);
  await page.waitForURL(site.address);
  await ready(page);
  return page;
}

/** Chooses a person, and presses what each page offers first, until it leads away. */
async function sayYes(page, name) {
  await page.waitForURL(`${ORIGIN}/**`);
  await pressing(page, page.getByRole("button", { name }));
  while (!page.isClosed() && page.url().startsWith(ORIGIN)) await pressing(page, page.locator("[data-primary]"));
}

/** Presses, and waits for what comes: another page, or the end of this one. */
async function pressing(page, button) {
  const next = Promise.race([page.waitForEvent("domcontentloaded"), page.waitForEvent("close")]);
  await button.click({ noWaitAfter: true });
  await next;
}
