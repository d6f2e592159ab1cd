// A visitor: a browser of their own, a page, and fingers that press what they see.

import { Witness } from "./witness.js";

/** Somebody at the demo, with a browser profile nobody else shares. */
export class Visitor {
  static async arrive(browser, demo, options = {}) {
    const visitor = new Visitor();
    visitor.demo = demo;
    visitor.context = await browser.newContext({ viewport: WIDE, locale: "en-GB", ...options });
    visitor.witness = await Witness.watch(visitor.context, demo.origin);
    visitor.page = await visitor.context.newPage();
    return visitor;
  }

  /** Opens the demo's page and waits until it can be used. */
  async open() {
    await this.page.goto(this.demo.address);
    await this.connectButton().waitFor();
  }

  /** The button that starts it all. */
  connectButton = () => this.page.getByRole("button", { name: /connect outlook/i });

  /** The element with this test id. */
  see = (id) => this.page.getByTestId(id);

  /** Whether this tab is at Microsoft. */
  isAway = () => this.page.url().startsWith(this.demo.emulator.origin);

  /** Presses Connect Outlook; answers when Microsoft's page is there. */
  async leave() {
    await this.pressing(() => this.connectButton().click());
  }

  /** Presses what Microsoft offers first, page after page, until back here. */
  async sayYes() {
    for (let pages = 0; this.isAway(); pages += 1) {
      if (pages > MOST_PAGES) throw new Error(`still at ${this.page.url()}`);
      await this.pressing(() => this.page.locator("[data-primary]").click());
    }
  }

  /** The whole way, to the mailbox. */
  async connect() {
    await this.leave();
    await this.sayYes();
    await this.see("account-name").waitFor();
    await this.see("message").first().waitFor();
  }

  /** Does something that leads to another document, and waits for that. */
  async pressing(work) {
    const arrived = this.page.waitForEvent("framenavigated", (frame) => frame === this.page.mainFrame());
    await work();
    await arrived;
    await this.page.waitForLoadState("domcontentloaded");
  }

  /** Looks into everything script could read now. */
  look = () => this.witness.look(this.page);

  /** What `fetch` in this page gets: `{status, body}`. */
  fetch = (path, options) => this.page.evaluate(fetchInPage, { path, options });

  /** The value of a cookie that script cannot read. */
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
