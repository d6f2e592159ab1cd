// A visitor: a browser of their own, a page, and fingers that press what they see.

import assert from "node:assert/strict";

import { Witness } from "./witness.js";

/** Somebody at the demo, with a browser profile nobody else shares. */
export class Visitor {
  constructor(demo, context, witness, page) {
    Object.assign(this, { demo, context, witness, page });
  }

  /** Nothing moves for them unless `options` say so: to draw what moves is a fifth of all that Chromium does for stories. */
  static async arrive(browser, demo, options = {}) {
    const context = await browser.newContext({ viewport: WIDE, locale: "en-GB", reducedMotion: "reduce", ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    const witness = await Witness.watch(context, demo.origins ?? [demo.origin]);
    return new Visitor(demo, context, witness, await context.newPage());
  }

  /** The same person at another tab. */
  async tab() {
    return this.at(await this.context.newPage());
  }

  /** The same person at a page that is open already. */
  at = (page) => new Visitor(this.demo, this.context, this.witness, page);

  /** Opens the demo's page and waits until it can be used. */
  async open() {
    await this.page.goto(this.demo.address);
    await this.connectButton().waitFor();
  }

  /** The button that starts it all. */
  connectButton = () => this.page.getByRole("button", { name: /connect outlook/i });

  /** The button that starts it again after a refusal. */
  startAgain = () => this.see("notice").getByRole("button", { name: /start again/i });

  /** The element with this test id. */
  see = (id) => this.page.getByTestId(id);

  /** Whether this tab is at Microsoft. */
  isAway = () => !this.page.isClosed() && this.page.url().startsWith(this.demo.emulator.origin);

  /** Presses Connect Outlook; answers when Microsoft's page is there. */
  leave = () => this.pressing(() => this.connectButton().click());

  /** Presses what Microsoft offers first, page after page, until back here. */
  async sayYes() {
    for (let pages = 0; this.isAway(); pages += 1) {
      assert.ok(pages < MOST_PAGES, `still at ${this.page.url()}`);
      await this.pressing(() => this.page.locator("[data-primary]").click());
    }
  }

  /** Goes on at Microsoft until the page with this heading, or no further at all, and presses Cancel there. */
  async sayNo(heading) {
    const there = this.page.getByRole("heading", { name: heading });
    for (let pages = 0; heading && (await there.count()) === 0; pages += 1) {
      assert.ok(pages < MOST_PAGES, `still at ${this.page.url()}`);
      await this.pressing(() => this.page.locator("[data-primary]").click());
    }
    await this.pressing(() => this.page.getByRole("button", { name: "Cancel" }).click());
  }

  /** Waits for the mailbox. */
  async seesMail() {
    await this.see("account-name").waitFor();
    await this.see("message").first().waitFor();
  }

  /** The whole way, to the mailbox. */
  async connect() {
    await this.leave();
    await this.sayYes();
    await this.seesMail();
  }

  /** Presses "Jump one hour ahead"; answers when the list is there again, with a token that was fetched for it. */
  async jumpAnHour() {
    await this.see("jump").click();
    await this.page.locator('[data-testid="step"][data-kind="token_refreshed"]').first().waitFor();
    await this.page.locator('#messages[aria-busy="false"]').waitFor();
  }

  /** Does something that leads to another document, and waits for that. */
  async pressing(work) {
    const arrived = this.page.waitForEvent("domcontentloaded").catch((error) => {
      // A window may close sooner.
      if (!this.page.isClosed()) throw error;
    });
    await work();
    await arrived;
  }

  /** Connects up to the last redirect, which is held back: the address Microsoft sends the browser to. */
  callbackAddress = () => this.holdCallback(() => this.leave());

  /** The same, for somebody whom `begin` brings to Microsoft, or who is there already. */
  async holdCallback(begin) {
    let held;
    const microsoft = `${this.demo.emulator.origin}/**`;
    await this.page.route(microsoft, async (route) => {
      const answer = await route.fetch({ maxRedirects: 0 });
      const { location = "" } = answer.headers();
      if (!location.startsWith(this.demo.origin)) return route.fulfill({ response: answer });
      held = location;
      return route.fulfill({ contentType: "text/html", body: "<title>held back</title>" });
    });
    await begin();
    while (!held) await this.pressing(() => this.page.locator("[data-primary]").click());
    await this.page.unroute(microsoft);
    return held;
  }

  /** What the page would send for this callback: state, code and the verifier that waits in this tab. */
  async finishing(callback, { take = false } = {}) {
    await this.page.goto(this.demo.address);
    const record = await this.page.evaluate((take) => {
      const [[key, record]] = Object.entries(sessionStorage);
      if (take) sessionStorage.removeItem(key);
      return record;
    }, take);
    const parameters = new URLSearchParams(new URL(callback).hash.slice(1));
    const [code_verifier] = /[A-Za-z0-9_-]{43}/.exec(record);
    return { state: parameters.get("state"), code: parameters.get("code"), code_verifier };
  }

  /** Looks into everything that script could read here now. */
  look = () => this.witness.look(this.page);

  /** What `fetch` in this page gets: `{status, body}`. */
  fetch = (path, options) => this.page.evaluate(fetchInPage, { path, options });

  /** A cookie of the demo, those included that script cannot read. */
  async cookie(name) {
    const cookies = await this.context.cookies(this.demo.origin);
    return cookies.find((cookie) => cookie.name === name);
  }
}

async function fetchInPage({ path, options = {} }) {
  const headers = { "x-connect-outlook": "1", ...(options.body ? { "content-type": "application/json" } : {}), ...options.headers };
  const answer = await fetch(path, { ...options, headers, body: options.body && JSON.stringify(options.body) });
  const text = await answer.text();
  return { status: answer.status, body: text ? JSON.parse(text) : null };
}

const WIDE = { width: 1280, height: 900 };
const MOST_PAGES = 8;
// For whatever a story waits; long, for machines that have much else to do.
const PATIENCE_MS = 20_000;
