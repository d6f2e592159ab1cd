// A visitor in a browser other than Chromium, with few words: open, press, wait until something is there.

import assert from "node:assert/strict";
import { setTimeout as after } from "node:timers/promises";

import { leaksIn } from "./leaks.js";
import { secretsIn } from "./secrets.js";
import { readEverything } from "./witness.js";

/** Somebody at a site, in a browser that can `open`, `ask`, `has` and `press`. */
export class Traveller {
  constructor(browser, site) {
    Object.assign(this, { browser, site });
  }

  /** Opens the site's page and waits until the button is there. */
  async arrives() {
    await this.browser.open(this.site.address);
    await this.sees(button, "Connect Outlook");
  }

  /** Presses the element's button with this label. */
  async presses(label) {
    await this.sees(button, label);
    await this.browser.press(button, label);
  }

  /** Presses Connect Outlook; answers when Microsoft's page is there. */
  async leaves() {
    await this.presses("Connect Outlook");
    await this.waits("Microsoft", this.isAway);
  }

  /** Waits until the element says this. */
  reads = (text) => this.sees(saying, text);

  /** Waits until the page lists mail. */
  seesInbox = () => this.sees(tenthMessage);

  /** Presses what Microsoft offers first, page after page, until back here. */
  saysYes = () => this.#goesOn(async () => false);

  /** Goes on at Microsoft until the page with this heading, and presses Cancel there. */
  async saysNo(heading) {
    await this.#goesOn(() => this.browser.has(headed, heading));
    await this.#presses(cancel);
  }

  /** Whether this tab is at Microsoft, once the page there can be used. */
  isAway = () => this.browser.has(offered);

  /** Every secret that the page could read now. */
  async leaks() {
    const { emulator } = this.site;
    const secrets = secretsIn(await emulator.exchanges(), await emulator.world());
    const url = await this.browser.address();
    const readable = await this.browser.ask(readEverything);
    return leaksIn(secrets, Object.entries(readable).map(([where, text]) => ({ where, url, text })));
  }

  /** Waits until `find(...values)` answers an element. */
  sees = (find, ...values) => this.waits(`${find.name} ${values}`, () => this.browser.has(find, ...values));

  /** Waits until `look` answers yes. Between two pages nothing can be asked. */
  async waits(what, look) {
    const end = Date.now() + PATIENCE_MS;
    let trouble;
    while (!(await look().catch((error) => void (trouble = error)))) {
      if (Date.now() > end) throw new Error(`never saw ${what} at ${await this.browser.address()}`, { cause: trouble });
      await after(BETWEEN_MS);
    }
  }

  /** The same in a window, which closes by itself at the end. */
  saysYesInWindow = () => this.#goesOn(async () => false, async () => (await this.browser.windows()) === 1);

  async #goesOn(isThere, isOver = () => this.#isBack()) {
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      // The first page is Microsoft's: a browser may name the address before it a moment longer.
      const over = async () => pages > 0 && (await isOver());
      await this.waits("a page", async () => (await over()) || (await this.isAway()));
      if ((await over()) || (await isThere())) return;
      await this.#presses(offered, isOver);
    }
    assert.fail(`still at ${await this.browser.address()}`);
  }

  async #presses(find, isOver = () => this.#isBack()) {
    const before = await this.browser.ask(born);
    await this.browser.press(find);
    await this.waits("the next page", async () => (await isOver()) || (await this.browser.ask(born)) !== before);
  }

  #isBack = async () => (await this.browser.address()).startsWith(this.site.address);
}

// All of these run in the page.
const button = (label) => {
  const found = document.querySelector("connect-outlook")?.shadowRoot?.querySelector("button");
  return found?.textContent.includes(label) || found?.innerText === label ? found : null;
};
const saying = (text) => {
  const element = document.querySelector("connect-outlook");
  return element?.shadowRoot?.textContent.toLowerCase().includes(text.toLowerCase()) ? element : null;
};
const tenthMessage = () => document.querySelector("#inbox li:nth-child(10)");
const offered = () => document.querySelector("[data-primary]");
const headed = (text) => [...document.querySelectorAll("h1")].find(({ textContent }) => textContent.includes(text)) ?? null;
const cancel = () => [...document.querySelectorAll("button")].find(({ textContent }) => textContent.trim() === "Cancel") ?? null;
const born = () => performance.timeOrigin;

const MOST_PAGES = 8;
const BETWEEN_MS = 50;
// For whatever a story waits; long, for machines that have much else to do.
const PATIENCE_MS = 30_000;
